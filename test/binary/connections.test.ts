import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { createAuthority } from '../helpers/certificates.ts'
import { type Ended, root } from '../helpers/process.ts'
import { connectProxy, socksProxy } from '../helpers/proxies.ts'
import { type RecordedState, startRecordedState } from '../sandbox/recorded/state.ts'
import { type Sandbox, startSandbox } from '../sandbox/sandbox.ts'
import { buildOnce, type Built, type Home, makeHome, type RunOptions } from './support.ts'

/* The ways from the standalone executable to an API server and to PostgreSQL. */

let built: Built
let server: RecordedState
let home: Home

beforeAll(async () => {
  ;[built, server, home] = await Promise.all([
    buildOnce(),
    startRecordedState(`${root}test/fixtures/states/healthy-single`, { http2: true }),
    makeHome(),
  ])
})
afterEach(() => server.faults.clear())
afterAll(async () => {
  await server?.close()
  await home?.remove()
})

const run = (words: readonly string[], options?: RunOptions): Promise<Ended> => home.run(built.binary, words, options)
const status = (kubeconfig: string | object, env: NodeJS.ProcessEnv = {}, ...words: string[]): Promise<Ended> =>
  run(['status', 'mycluster', '-n', server.meta.namespace, ...words], { kubeconfig, env })

interface Config {
  cluster?: object
  user?: object
}

/** A kubeconfig of the server with more about cluster and user. */
function configured({ cluster = {}, user = { token: server.users.token('admin') } }: Config = {}): object {
  const authority = Buffer.from(server.authority.certificate).toString('base64')
  return {
    'current-context': 'c',
    clusters: [{ name: 'c', cluster: { server: server.url, 'certificate-authority-data': authority, ...cluster } }],
    contexts: [{ name: 'c', context: { cluster: 'c', user: 'c' } }],
    users: [{ name: 'c', user }],
  }
}

function expectReport(ended: Ended): void {
  expect(ended).toMatchObject({ stderr: '', code: 0 })
  expect(ended.stdout).toMatch(/^mycluster-1 /m)
}

describe('proxies', () => {
  /** An address that only a proxy of these tests resolves. */
  const inside = (): string => `https://kubernetes.default.svc:${server.port}`
  const asked = () => [`kubernetes.default.svc:${server.port}`]

  test.each([
    ['HTTP', connectProxy, 'http'],
    ['SOCKS5', socksProxy, 'socks5'],
  ])('proxy-url: %s, for requests and for WebSockets', async (_name, start, scheme) => {
    server.faults.add({ resource: 'pods/proxy', answer: { code: 403, reason: 'Forbidden', message: 'no' } })
    const proxy = await start()
    const cluster = { server: inside(), 'proxy-url': `${scheme}://127.0.0.1:${proxy.port}` }
    const ended = await status(configured({ cluster }), {}, '-o', 'json')
    expect(ended).toMatchObject({ code: 0, stderr: '' })
    expect(JSON.parse(ended.stdout)).toMatchObject({ instances: [{ name: 'mycluster-1', via: 'exec' }] })
    expect([...new Set(proxy.asked)]).toEqual(asked())
  })

  test('HTTPS_PROXY leads to the server', async () => {
    const proxy = await connectProxy()
    const env = { HTTPS_PROXY: `http://127.0.0.1:${proxy.port}` }
    expectReport(await status(configured({ cluster: { server: inside() } }), env))
    expect([...new Set(proxy.asked)]).toEqual(asked())
  })

  test('proxy-url counts even where NO_PROXY exempts the server', async () => {
    const proxy = await connectProxy()
    const cluster = { server: inside(), 'proxy-url': `http://127.0.0.1:${proxy.port}` }
    expectReport(await status(configured({ cluster }), { NO_PROXY: '*' }))
    expect(proxy.asked.length).toBeGreaterThan(0)
  })

  test.each([
    ['a loopback address, as in kubectl', {}],
    ['an exempt address', { NO_PROXY: '127.0.0.0/8' }],
  ])('no proxy of the environment for %s', async (_name, more) => {
    const connections = server.connections
    const proxy = 'http://127.0.0.1:1'
    const env = {
      HTTPS_PROXY: proxy,
      https_proxy: proxy,
      HTTP_PROXY: proxy,
      http_proxy: proxy,
      ALL_PROXY: proxy,
      ...more,
    }
    expectReport(await status(configured(), env))
    expect(server.connections - connections).toBe(1)
  })
})

describe('TLS', () => {
  test('logs in with a client certificate', async () => {
    expectReport(await status(server.kubeconfigFor('admin')))
  })

  test('another name to verify', async () => {
    const cluster = { 'tls-server-name': 'kubernetes.default' }
    expectReport(await status(configured({ cluster })))
    const wrong = await status(configured({ cluster: { 'tls-server-name': 'elsewhere' } }))
    expect(wrong).toMatchObject({ code: 1, stdout: '' })
    expect(wrong.stderr).toContain('is for another name')
    expect(wrong.stderr).toContain('kubernetes.default.svc')
  })

  test('no verification when told so, and not otherwise', async () => {
    const { cert } = await createAuthority('other')
    const stranger = { 'certificate-authority-data': Buffer.from(cert).toString('base64') }
    const refused = await status(configured({ cluster: stranger }))
    expect(refused).toMatchObject({ code: 1, stdout: '' })
    expect(refused.stderr).toContain('not signed by a certificate authority we trust')
    const careless = { 'certificate-authority-data': undefined, 'insecure-skip-tls-verify': true }
    expectReport(await status(configured({ cluster: careless })))
  })

  test('a certificate that cannot be read', async () => {
    const junk = Buffer.from('junk').toString('base64')
    const user = { 'client-certificate-data': junk, 'client-key-data': junk }
    const ended = await status(configured({ user }))
    expect(ended).toMatchObject({ code: 1, stdout: '' })
    expect(ended.stderr).toMatch(/certificate or key of the kubeconfig cannot be read|client certificate/)
  })

  test('impersonation of several groups, one header line each', async () => {
    const ended = await status(configured(), {}, '--as', 'jane', '--as-group', 'a', '--as-group', 'system:masters')
    expectReport(ended)
    expect(server.requests.at(-1)).toMatchObject({ user: 'jane', impersonator: 'admin' })
  })
})

describe('with real PostgreSQL', () => {
  let sandbox: Sandbox
  beforeAll(async () => {
    sandbox = await startSandbox({ http2: true, clusters: [{ name: 'mycluster', namespace: 'default', instances: 1 }] })
  })
  afterAll(() => sandbox?.close())

  const kubeconfig = (): string => sandbox.kubeconfigFor('admin', { namespace: 'default' })

  test('SQL over a port-forward, with TLS and a password', async () => {
    const ended = await run(['sql', 'mycluster', 'select 40 + 2 as answer', '-o', 'csv'], { kubeconfig: kubeconfig() })
    expect(ended).toMatchObject({ code: 0, stderr: '', stdout: 'answer\n42\n' })
  })

  test('status by exec and by SQL', async () => {
    sandbox.faults.add({ resource: 'pods/proxy', answer: { code: 403, reason: 'Forbidden', message: 'no' } })
    const ended = await run(['status', 'mycluster', '-o', 'json'], { kubeconfig: kubeconfig() })
    sandbox.faults.clear()
    expect(ended).toMatchObject({ code: 0, stderr: '' })
    expect(JSON.parse(ended.stdout)).toMatchObject({ instances: [{ name: 'mycluster-1', via: 'exec' }] })
  })
})
