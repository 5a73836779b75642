import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { request as httpsRequest } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { bundle } from '../../scripts/build/bundle.ts'
import { createAuthority } from '../helpers/certificates.ts'
import { type Ended, root, runProcess } from '../helpers/process.ts'
import { connectProxy, socksProxy } from '../helpers/proxies.ts'
import { systemNode } from '../helpers/system-node.ts'
import { json, serve } from '../kube/helpers.ts'
import { type RecordedState, startRecordedState } from '../sandbox/recorded/state.ts'

/*
 * The ways to an API server that the bundle could break and that nothing else would notice: packages that are stubbed
 * or loaded on first use, and features that Node 20 has not.
 */

let folder: string
let server: RecordedState

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'connections-test-'))
  await bundle({ outfile: join(folder, 'cli.cjs') })
  server = await startRecordedState(`${root}test/fixtures/states/healthy-single`)
})

afterEach(() => server.faults.clear())

afterAll(async () => {
  await server?.close()
  await rm(folder, { recursive: true, force: true })
})

/** An address of the server that only a proxy of these tests resolves. */
const inside = (): string => `https://kubernetes.default.svc:${server.port}`

const node20 = systemNode()
const runtimes = [
  ['this Node', process.execPath] as const,
  ...(node20 === undefined ? [] : [['the system’s Node', node20] as const]),
]

describe.each(runtimes)('the bundle on %s', (_name, node) => {
  async function status(kubeconfig: string, ...words: string[]): Promise<Ended> {
    return statusIn({}, kubeconfig, ...words)
  }

  async function statusIn(environment: NodeJS.ProcessEnv, kubeconfig: string, ...words: string[]): Promise<Ended> {
    const file = join(folder, 'config')
    await writeFile(file, kubeconfig, { mode: 0o600 })
    const env = { PATH: process.env['PATH'], HOME: folder, KUBECONFIG: file, ...environment }
    const argv = ['status', server.meta.cluster, '-n', server.meta.namespace, ...words]
    return runProcess(node, [join(folder, 'cli.cjs'), ...argv], { env })
  }

  /** A kubeconfig of the sandbox with another user, and more about the cluster. */
  function configured(user: object, cluster: object = {}): string {
    const authority = Buffer.from(server.authority.certificate).toString('base64')
    return JSON.stringify({
      apiVersion: 'v1',
      kind: 'Config',
      'current-context': 'c',
      clusters: [{ name: 'c', cluster: { server: server.url, 'certificate-authority-data': authority, ...cluster } }],
      contexts: [{ name: 'c', context: { cluster: 'c', user: 'c' } }],
      users: [{ name: 'c', user }],
    })
  }

  const token = () => ({ token: server.users.token('admin') })

  function expectReport(ended: Ended): void {
    expect(ended).toMatchObject({ stderr: '', code: 0 })
    expect(ended.stdout).toContain('Cluster in healthy state')
    expect(ended.stdout).toMatch(/^mycluster-1 /m)
  }

  test('logs in with a client certificate', async () => {
    expectReport(await status(server.kubeconfigFor('admin')))
  })

  test('logs in with an exec plugin', async () => {
    const credential = { apiVersion: 'client.authentication.k8s.io/v1', kind: 'ExecCredential', status: token() }
    const exec = {
      apiVersion: 'client.authentication.k8s.io/v1',
      command: 'sh',
      args: ['-c', `echo '${JSON.stringify(credential)}'`],
      interactiveMode: 'Never',
    }
    expectReport(await status(configured({ exec })))
  })

  test('tells an exec plugin about the cluster, and shows what it says', async () => {
    const credential = { apiVersion: 'client.authentication.k8s.io/v1', kind: 'ExecCredential', status: token() }
    const exec = {
      apiVersion: 'client.authentication.k8s.io/v1',
      command: 'sh',
      args: ['-c', `echo "$KUBERNETES_EXEC_INFO" >&2; echo '${JSON.stringify(credential)}'`],
      provideClusterInfo: true,
      interactiveMode: 'Never',
    }
    const { code, stderr } = await status(configured({ exec }))
    expect(code).toBe(0)
    expect(JSON.parse(stderr)).toMatchObject({ spec: { cluster: { server: server.url }, interactive: false } })
  })

  test('reads a list of kubeconfigs, a token from a file beside one of them, and acts as somebody else', async () => {
    const second = join(folder, 'second')
    await mkdir(second, { recursive: true })
    await writeFile(join(second, 'token'), `${token().token}\n`)
    // Who asks is nobody without the group.
    const user = { as: 'jane', 'as-groups': ['system:masters'], 'as-uid': '7', 'as-user-extra': { reason: ['outage'] } }
    await writeFile(join(second, 'config'), configured({ tokenFile: 'token', ...user }))
    // Missing files are passed over, and of entries of the same name the first wins.
    const list = ['/nonexistent/config', join(second, 'config'), join(folder, 'config')].join(delimiter)
    const asked = server.requests.length
    expectReport(await statusIn({ KUBECONFIG: list }, configured({ token: 'wrong' })))
    const who = server.requests.slice(asked).map(({ user, impersonator }) => `${impersonator} as ${user}`)
    expect(new Set(who)).toEqual(new Set(['admin as jane']))
  })

  test('speaks plain http to who offers no more, as kubectl proxy does', async () => {
    const { certificate: cert, key } = server.authority.issue({
      commonName: 'admin',
      organizations: ['system:masters'],
      usage: 'client',
    })
    const ca = server.authority.certificate
    const proxy = createServer((incoming, outgoing) => {
      const { method, url, headers } = incoming
      const through = httpsRequest(`${server.url}${url}`, { method, headers, ca, cert, key }, (answer) => {
        outgoing.writeHead(answer.statusCode ?? 500, answer.headers)
        answer.pipe(outgoing)
      })
      incoming.pipe(through)
    })
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => void proxy.close())
    const { port } = proxy.address() as AddressInfo
    expectReport(await status(configured({}, { server: `http://127.0.0.1:${port}` })))
  })

  test('obeys HTTPS_PROXY and NO_PROXY', async () => {
    const proxy = await connectProxy()
    const HTTPS_PROXY = `http://127.0.0.1:${proxy.port}`
    const cluster = { server: inside() }
    expectReport(await statusIn({ HTTPS_PROXY }, configured(token(), cluster)))
    expect(new Set(proxy.asked)).toEqual(new Set([`kubernetes.default.svc:${server.port}`]))
    proxy.asked.length = 0
    expectReport(await statusIn({ HTTPS_PROXY, NO_PROXY: '127.0.0.0/8' }, configured(token())))
    expect(proxy.asked).toEqual([])
  })

  test('tells what a refused WebSocket was refused for', async () => {
    const allow = ['pods/proxy', 'pods/exec', 'secrets'].map((resource) => server.policy.deny({ resource }))
    onTestFinished(() => allow.forEach((undo) => undo()))
    const { code, stdout } = await status(configured(token()), '-o', 'json')
    expect(code).toBe(0)
    const { problems } = JSON.parse(stdout) as { problems: { reason: string; hint: string }[] }
    expect(problems).toMatchObject([{ reason: 'forbidden' }])
    expect(problems[0]?.hint).toContain('pods/exec')
  })

  test('renews an OIDC token, and stores it', async () => {
    const authority = await createAuthority()
    const { cert, key } = await authority.server()
    const issuer = await serve({ cert, key }, ({ url }, response) =>
      url === '/.well-known/openid-configuration'
        ? json(response, { token_endpoint: `${issuer.url}/token` })
        : json(response, { id_token: server.users.token('admin'), refresh_token: 'second' }),
    )
    const config = {
      'client-id': 'kube',
      'id-token': `e30.${Buffer.from('{"exp":1}').toString('base64url')}.x`,
      'refresh-token': 'first',
      'idp-issuer-url': issuer.url,
      'idp-certificate-authority-data': Buffer.from(authority.cert).toString('base64'),
    }
    expectReport(await status(configured({ 'auth-provider': { name: 'oidc', config } })))
    expect(issuer.seen.map(({ url }) => url)).toEqual(['/.well-known/openid-configuration', '/token'])
    expect(await readFile(join(folder, 'config'), 'utf8')).toContain('second')
  })

  test.each([
    ['an HTTP proxy', connectProxy, 'http'],
    ['a SOCKS5 proxy', socksProxy, 'socks5'],
  ])('goes through %s', async (_proxy, start, scheme) => {
    const proxy = await start()
    const cluster = { server: inside(), 'proxy-url': `${scheme}://127.0.0.1:${proxy.port}` }
    expectReport(await status(configured(token(), cluster)))
    expect(new Set(proxy.asked)).toEqual(new Set([`kubernetes.default.svc:${server.port}`]))
  })

  test.each([
    ['directly', undefined, ''],
    ['through an HTTP proxy', connectProxy, 'http'],
    ['through a SOCKS5 proxy', socksProxy, 'socks5'],
  ])('opens WebSockets %s', async (_way, start, scheme) => {
    server.faults.add({ resource: 'pods/proxy', answer: { code: 403, reason: 'Forbidden', message: 'no' } })
    const proxy = await start?.()
    const cluster = proxy && { server: inside(), 'proxy-url': `${scheme}://127.0.0.1:${proxy.port}` }
    const ended = await status(configured(token(), cluster), '-o', 'json')
    expect(ended).toMatchObject({ code: 0, stderr: '' })
    expect(JSON.parse(ended.stdout)).toMatchObject({ instances: [{ name: 'mycluster-1', via: 'exec' }] })
  })
})
