import { chmod, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import type { ConnectionOptions } from '../../src/kube/connection-options.ts'
import { openSession } from '../../src/kube/open-session.ts'
import type { Session } from '../../src/kube/session.ts'
import { createAuthority } from '../helpers/certificates.ts'
import type { CertificatePair, TestAuthority } from '../helpers/certificates.ts'
import { fakeHost } from '../helpers/fake-host.ts'
import type { FakeHost, FakeHostOptions } from '../helpers/fake-host.ts'
import type { Handler, TestServer } from './helpers.ts'
import { errorOf, json, serve, statusBody, temporaryFolder } from './helpers.ts'

let authority: TestAuthority
let certificate: CertificatePair

beforeAll(async () => {
  authority = await createAuthority()
  certificate = await authority.server()
})

interface Fixture {
  folder: string
  server: TestServer
  host: FakeHost
  open: (options?: ConnectionOptions) => Promise<Session>
  /** Times the plugin `plugin.sh` ran. */
  runs: () => Promise<number>
}

interface Setting {
  /** Lines of the user entry, as flow YAML without braces. */
  user: string
  /** Shell lines of an executable `plugin.sh` beside the kubeconfig. */
  plugin?: string
  handler?: Handler
  cluster?: string
  host?: FakeHostOptions
  plain?: boolean
}

const PLUGIN = 'apiVersion: client.authentication.k8s.io/v1, command: ./plugin.sh, interactiveMode: IfAvailable'

async function prepare(setting: Setting): Promise<Fixture> {
  const folder = await temporaryFolder()
  const handler: Handler = setting.handler ?? ((_request, response) => json(response, {}))
  const tls = {
    cert: certificate.cert,
    key: certificate.key,
    ca: authority.cert,
    requestCert: true,
    rejectUnauthorized: false,
  }
  const server = await serve(setting.plain === true ? undefined : tls, handler)
  const extra = setting.cluster === undefined ? '' : `, ${setting.cluster}`
  await writeFile(join(folder, 'ca.crt'), authority.cert)
  await writeFile(
    join(folder, 'config'),
    `current-context: c
clusters: [{ name: c, cluster: { server: "${server.url}", certificate-authority: ca.crt${extra} } }]
users: [{ name: u, user: { ${setting.user} } }]
contexts: [{ name: c, context: { cluster: c, user: u } }]
`,
  )
  if (setting.plugin !== undefined) {
    const script = `#!/bin/sh\ncd "$(dirname "$0")"\nprintf x >>runs\nprintf '%s' "$KUBERNETES_EXEC_INFO" >info\n${setting.plugin}\n`
    await writeFile(join(folder, 'plugin.sh'), script)
    await chmod(join(folder, 'plugin.sh'), 0o755)
  }
  const env = { KUBECONFIG: join(folder, 'config'), PATH: '/usr/bin:/bin' }
  const host = fakeHost({
    cwd: '/',
    sleep: async () => undefined,
    ...setting.host,
    env: { ...env, ...setting.host?.env },
  })
  return {
    folder,
    server,
    host,
    async open(options = {}) {
      const session = await openSession(options, host)
      onTestFinished(() => session.close())
      return session
    },
    runs: async () => (await readFile(join(folder, 'runs'), 'utf8').catch(() => '')).length,
  }
}

const credential = (status: object, version = 'v1') =>
  `cat <<'END'\n${JSON.stringify({ kind: 'ExecCredential', apiVersion: `client.authentication.k8s.io/${version}`, status })}\nEND`

/** Answers 401 but for this bearer token. */
const wanting =
  (token: string): Handler =>
  (request, response) =>
    request.headers.authorization === `Bearer ${token}`
      ? json(response, {})
      : json(response, statusBody(401, 'Unauthorized', 'Unauthorized'), 401)

describe('static credentials', () => {
  it('sends a token from a file, trimmed, rather than the one beside it', async () => {
    const { folder, server, open } = await prepare({ user: 'tokenFile: token, token: old' })
    await writeFile(join(folder, 'token'), ' from-file\n')
    await (await open()).getJson('/api')
    expect(server.seen[0]?.headers.authorization).toBe('Bearer from-file')
  })

  it('falls back to the token when its file cannot be read, else says which file is missing', async () => {
    const both = await prepare({ user: 'tokenFile: token, token: old' })
    await (await both.open()).getJson('/api')
    expect(both.server.seen[0]?.headers.authorization).toBe('Bearer old')
    const error = await errorOf((await prepare({ user: 'tokenFile: token' })).open())
    expect(error.kind).toBe('config')
    expect(error.message).toMatch(/the token file .*\/token does not exist/)
  })

  it('reads the token file again after a 401, once', async () => {
    const { folder, server, open } = await prepare({ user: 'tokenFile: token', handler: wanting('new') })
    await writeFile(join(folder, 'token'), 'stale')
    const session = await open()
    await writeFile(join(folder, 'token'), 'new')
    await session.getJson('/api')
    expect(server.seen.map((request) => request.headers.authorization)).toEqual(['Bearer stale', 'Bearer new'])
  })

  it('sends user and password', async () => {
    const { server, open } = await prepare({ user: 'username: jürgen, password: "p:w"' })
    await (await open()).getJson('/api')
    expect(server.seen[0]?.headers.authorization).toBe(`Basic ${Buffer.from('jürgen:p:w').toString('base64')}`)
  })

  it('shows the client certificate of the kubeconfig, data before file', async () => {
    const alice = await authority.client('alice')
    const data = (text: string) => Buffer.from(text).toString('base64')
    const { server, open } = await prepare({
      user: `client-certificate-data: ${data(alice.cert)}, client-key-data: ${data(alice.key)}`,
    })
    await (await open()).getJson('/api')
    expect(server.seen[0]?.clientName).toBe('alice')
  })

  it('says which certificate file is missing', async () => {
    const error = await errorOf((await prepare({ user: 'client-certificate: a.crt, client-key: a.key' })).open())
    expect(error).toMatchObject({ kind: 'config' })
    expect(error.message).toMatch(/the client certificate .*\/a\.crt does not exist/)
  })

  it('says that certificate and key do not belong together', async () => {
    const [alice, bob] = [await authority.client('alice'), await authority.client('bob')]
    const { folder, open } = await prepare({ user: 'client-certificate: a.crt, client-key: b.key' })
    await writeFile(join(folder, 'a.crt'), alice.cert)
    await writeFile(join(folder, 'b.key'), bob.key)
    const error = await errorOf((await open()).getJson('/api'))
    expect(error).toMatchObject({ kind: 'config' })
    expect(error.message).toContain('do not belong together')
  })

  it('says that a certificate is not readable', async () => {
    const { folder, open } = await prepare({ user: 'client-certificate: a.crt, client-key: a.crt' })
    await writeFile(join(folder, 'a.crt'), 'no certificate')
    expect(await errorOf((await open()).getJson('/api'))).toMatchObject({ kind: 'config' })
  })

  it('sends no secrets over plain http, as kubectl', async () => {
    const { server, open } = await prepare({ user: 'token: secret, as: jane', plain: true })
    await (await open()).getJson('/api')
    expect(server.seen[0]?.headers.authorization).toBeUndefined()
    expect(server.seen[0]?.headers['impersonate-user']).toBe('jane')
  })

  it('does not ask for compression when the kubeconfig or the flag says so', async () => {
    const { server, open } = await prepare({ user: 'token: t', cluster: 'disable-compression: true' })
    await (await open()).getJson('/api')
    expect(server.seen[0]?.headers['accept-encoding']).toBe('identity')
  })
})

describe('exec plugins', () => {
  it('runs once for all requests, with the token it gave', async () => {
    const { server, open, runs } = await prepare({
      user: `exec: { ${PLUGIN} }`,
      plugin: credential({ token: 'from-plugin' }),
    })
    const session = await open()
    await Promise.all([1, 2, 3].map(() => session.getJson('/api')))
    expect(server.seen.map((request) => request.headers.authorization)).toEqual(Array(3).fill('Bearer from-plugin'))
    expect(await runs()).toBe(1)
  })

  it.each(['v1', 'v1beta1'])('tells a plugin of %s about the cluster when it asks', async (version) => {
    const config = `exec: { ${PLUGIN.replace('/v1,', `/${version},`)}, provideClusterInfo: true }`
    const cluster =
      'tls-server-name: localhost, extensions: [{ name: client.authentication.k8s.io/exec, extension: { audience: x } }]'
    const { folder, server, open } = await prepare({
      user: config,
      cluster,
      plugin: credential({ token: 't' }, version),
    })
    await open()
    expect(JSON.parse(await readFile(join(folder, 'info'), 'utf8'))).toEqual({
      kind: 'ExecCredential',
      apiVersion: `client.authentication.k8s.io/${version}`,
      spec: {
        cluster: {
          server: server.url,
          'tls-server-name': 'localhost',
          'certificate-authority-data': Buffer.from(authority.cert).toString('base64'),
          config: { audience: 'x' },
        },
        interactive: false,
      },
    })
  })

  it('does not tell it otherwise', async () => {
    const { folder, open } = await prepare({ user: `exec: { ${PLUGIN} }`, plugin: credential({ token: 't' }) })
    await open()
    const info = JSON.parse(await readFile(join(folder, 'info'), 'utf8')) as { spec: object }
    expect(info.spec).toEqual({ interactive: false })
  })

  it.each([
    ['IfAvailable', true],
    ['Always', true],
    ['Never', false],
  ])('tells a plugin of mode %s on a terminal that it may ask: %s', async (mode, interactive) => {
    const user = `exec: { ${PLUGIN.replace('IfAvailable', mode)} }`
    const { folder, open } = await prepare({
      user,
      plugin: credential({ token: 't' }),
      host: { isTTY: { stdin: true } },
    })
    await open()
    const info = JSON.parse(await readFile(join(folder, 'info'), 'utf8')) as { spec: object }
    expect(info.spec).toEqual({ interactive })
  })

  it('hands over arguments and environment, and shows what it writes to stderr', async () => {
    const { host, open } = await prepare({
      user: `exec: { ${PLUGIN}, args: [get, "a b"], env: [{ name: REGION, value: eu }] }`,
      plugin: `echo "open https://login.example in $REGION, $1 $2, $HOME_OF" >&2\n${credential({ token: 't' })}`,
      host: { env: { HOME_OF: 'host' } },
    })
    await open()
    expect(host.errors()).toBe('open https://login.example in eu, get a b, host\n')
  })

  it('shows the certificate that a plugin gave', async () => {
    const bob = await authority.client('bob')
    const status = { clientCertificateData: bob.cert, clientKeyData: bob.key }
    const { server, open } = await prepare({ user: `exec: { ${PLUGIN} }`, plugin: credential(status) })
    const session = await open()
    await session.getJson('/api')
    expect(server.seen[0]?.clientName).toBe('bob')
    expect(String((await session.dialOptions()).tls.cert)).toBe(bob.cert)
  })

  it('runs again after a 401, once for all requests that were refused', async () => {
    const plugin = `if [ "$(cat runs)" = x ]; then\n${credential({ token: 'stale' })}\nelse\n${credential({ token: 'fresh' })}\nfi`
    const { server, open, runs } = await prepare({ user: `exec: { ${PLUGIN} }`, plugin, handler: wanting('fresh') })
    const session = await open()
    await Promise.all([
      session.getJson('/a'),
      session.getJson('/b'),
      session.send({ method: 'POST', path: '/c', body: {} }),
    ])
    expect(await runs()).toBe(2)
    expect(server.seen.filter((request) => request.headers.authorization === 'Bearer fresh')).toHaveLength(3)
  })

  it('runs no third time when the new token is refused too', async () => {
    const { open, runs } = await prepare({
      user: `exec: { ${PLUGIN} }`,
      plugin: credential({ token: 'bad' }),
      handler: wanting('good'),
    })
    const session = await open()
    expect(await errorOf(session.getJson('/a'))).toMatchObject({ kind: 'unauthorized', code: 401 })
    expect(await errorOf(session.getJson('/b'))).toMatchObject({ kind: 'unauthorized' })
    expect(await runs()).toBe(2)
  })

  it('runs again when its credential has expired', async () => {
    const status = { token: 't', expirationTimestamp: '2026-11-23T05:00:00Z' }
    const { open, runs } = await prepare({
      user: `exec: { ${PLUGIN} }`,
      plugin: credential(status),
      host: { now: '2026-11-23T06:00:00Z' },
    })
    await (await open()).getJson('/api')
    expect(await runs()).toBeGreaterThan(1)
  })

  it('does not run when a token is given', async () => {
    const { server, open, runs } = await prepare({ user: `exec: { ${PLUGIN} }`, plugin: 'exit 1' })
    await (await open({ token: 'mine' })).getJson('/api')
    expect(server.seen[0]?.headers.authorization).toBe('Bearer mine')
    expect(await runs()).toBe(0)
  })

  it('says how to install a plugin that is not there', async () => {
    const user =
      'exec: { apiVersion: client.authentication.k8s.io/v1, command: no-such-login, interactiveMode: Never, installHint: "Get it\\e[31m from example.com" }'
    const error = await errorOf((await prepare({ user })).open())
    expect(error.kind).toBe('config')
    expect(error.message).toContain('no-such-login of the kubeconfig was not found')
    expect(error.hint).toBe('Get it from example.com')
  })

  it.each([
    ['fails', 'echo "session expired" >&2; exit 3', /ended with exit code 3/],
    ['prints no JSON', 'echo hello', /did not print a credential as JSON/],
    ['prints something else', 'echo "{}"', /did not print an ExecCredential/],
    [
      'answers in another version',
      credential({ token: 't' }, 'v1beta1'),
      /answered in version client\.authentication\.k8s\.io\/v1beta1/,
    ],
    ['gives nothing', credential({}), /neither a token nor a client certificate/],
    ['gives half a certificate', credential({ clientCertificateData: 'x' }), /without the other/],
  ])('says that the plugin %s', async (_name, plugin, message) => {
    const error = await errorOf((await prepare({ user: `exec: { ${PLUGIN} }`, plugin })).open())
    expect(error.kind).toBe('config')
    expect(error.message).toMatch(message)
  })

  it('refuses a plugin that has to ask where nobody can answer', async () => {
    const user = `exec: { ${PLUGIN.replace('IfAvailable', 'Always')} }`
    const error = await errorOf((await prepare({ user, plugin: credential({ token: 't' }) })).open())
    expect(error.message).toContain('stdin is no terminal')
  })

  it('ends a plugin on Ctrl-C', async () => {
    const { host, open } = await prepare({ user: `exec: { ${PLUGIN} }`, plugin: 'echo started >&2; exec sleep 60' })
    const opening = errorOf(open())
    await expect.poll(() => host.errors()).toContain('started')
    host.raise('SIGINT')
    expect(await opening).toMatchObject({ kind: 'interrupted', exitCode: 130 })
  })
})
