import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import type { ConnectionOptions } from '../../src/kube/connection-options.ts'
import { openSession } from '../../src/kube/open-session.ts'
import { proxyFromEnvironment } from '../../src/kube/proxy-environment.ts'
import type { Session } from '../../src/kube/session.ts'
import { createAuthority } from '../helpers/certificates.ts'
import type { CertificatePair, TestAuthority } from '../helpers/certificates.ts'
import { fakeHost } from '../helpers/fake-host.ts'
import { connectProxy, socksProxy } from '../helpers/proxies.ts'
import { errorOf, json, serve, temporaryFolder } from './helpers.ts'

describe('the proxy of the environment', () => {
  const https = 'https://api.prod.example.com:6443'
  it.each([
    ['none is set', https, {}, undefined],
    ['HTTPS_PROXY for https', https, { HTTPS_PROXY: 'http://p:1', HTTP_PROXY: 'http://q:1' }, 'http://p:1'],
    ['HTTP_PROXY for http', 'http://x.example', { HTTPS_PROXY: 'http://p:1', HTTP_PROXY: 'http://q:1' }, 'http://q:1'],
    ['not HTTP_PROXY for https', https, { HTTP_PROXY: 'http://q:1' }, undefined],
    ['lower case', https, { https_proxy: 'http://p:1' }, 'http://p:1'],
    ['upper case before lower case', https, { https_proxy: 'http://l:1', HTTPS_PROXY: 'http://u:1' }, 'http://u:1'],
    ['an address without scheme', https, { HTTPS_PROXY: 'p:3128' }, 'http://p:3128'],
    ['not for localhost', 'https://localhost:6443', { HTTPS_PROXY: 'http://p:1' }, undefined],
    ['not for loopback addresses', 'https://127.1.2.3', { HTTPS_PROXY: 'http://p:1' }, undefined],
    ['not for the IPv6 loopback', 'https://[::1]:6443', { HTTPS_PROXY: 'http://p:1' }, undefined],
  ])('%s', (_name, server, env, proxy) => {
    expect(proxyFromEnvironment(new URL(server), env)).toBe(proxy)
  })

  it.each([
    ['*', https, true],
    ['example.com', https, true],
    ['.example.com', https, true],
    ['*.example.com', https, true],
    ['api.prod.example.com', https, true],
    ['.api.prod.example.com', https, false],
    ['ample.com', https, false],
    ['EXAMPLE.com', https, true],
    ['other, example.com ,third', https, true],
    ['example.com:6443', https, true],
    ['example.com:443', https, false],
    ['10.0.0.0/8', 'https://10.1.2.3', true],
    ['10.0.0.0/8', 'https://11.1.2.3', false],
    ['10.1.2.3', 'https://10.1.2.3:6443', true],
    ['10.1.2.3:6443', 'https://10.1.2.3:6443', true],
    ['10.1.2.3:443', 'https://10.1.2.3:6443', false],
    ['10.1.2.3', https, false],
    ['fd00::/8', 'https://[fd00::5]:6443', true],
    ['[fd00::5]:6443', 'https://[fd00::5]:6443', true],
    ['fd00::5', 'https://[fd00:0::5]', true],
    ['10.0.0.0/99, 10.0.0.0/x', 'https://10.1.2.3', false],
    ['', https, false],
  ])('NO_PROXY=%s for %s: exempt %s', (list, server, exempt) => {
    const proxy = proxyFromEnvironment(new URL(server), { HTTPS_PROXY: 'http://p:1', NO_PROXY: list })
    expect(proxy === undefined).toBe(exempt)
  })
})

describe('through a proxy', () => {
  let authority: TestAuthority
  let certificate: CertificatePair

  beforeAll(async () => {
    authority = await createAuthority()
    certificate = await authority.server({ names: ['127.0.0.1', 'api.inside.test'] })
  })

  /** A session with an API server `api.inside.test`, a name only the proxies of this file can resolve. */
  async function behind(setting: {
    proxy?: string
    env?: Record<string, string>
    plain?: boolean
    options?: ConnectionOptions
    host?: string
  }): Promise<Session> {
    const tls = setting.plain === true ? undefined : { cert: certificate.cert, key: certificate.key }
    const server = await serve(tls, (_request, response) => json(response, { through: true }))
    const folder = await temporaryFolder()
    await writeFile(join(folder, 'ca.crt'), authority.cert)
    const address = server.url.replace('127.0.0.1', setting.host ?? 'api.inside.test')
    const proxy = setting.proxy === undefined ? '' : `, proxy-url: "${setting.proxy}"`
    await writeFile(
      join(folder, 'config'),
      `current-context: c
clusters: [{ name: c, cluster: { server: "${address}", certificate-authority: ca.crt${proxy} } }]
contexts: [{ name: c, context: { cluster: c } }]`,
    )
    const env = { KUBECONFIG: join(folder, 'config'), ...setting.env }
    const session = await openSession(
      setting.options ?? {},
      fakeHost({ env, cwd: folder, sleep: async () => undefined }),
    )
    onTestFinished(() => session.close())
    return session
  }

  it('goes by proxy-url, with one tunnel for several requests', async () => {
    const proxy = await connectProxy()
    const session = await behind({ proxy: `http://127.0.0.1:${proxy.port}` })
    for (let i = 0; i < 3; i++) expect(await session.getJson('/api')).toEqual({ through: true })
    expect(proxy.asked).toHaveLength(1)
    expect(proxy.asked[0]).toMatch(/^api\.inside\.test:\d+$/)
    expect(session.counters).toMatchObject({ requests: 3, connections: 1 })
  })

  it('logs in to it', async () => {
    const proxy = await connectProxy()
    await (await behind({ proxy: `http://us%40er:pa%3Ass@127.0.0.1:${proxy.port}` })).getJson('/api')
    expect(proxy.authorizations).toEqual([`Basic ${Buffer.from('us@er:pa:ss').toString('base64')}`])
  })

  it('goes by HTTPS_PROXY, obeys NO_PROXY, and prefers proxy-url to both', async () => {
    const proxy = await connectProxy()
    const env = { HTTPS_PROXY: `127.0.0.1:${proxy.port}` }
    await (await behind({ env })).getJson('/api')
    expect(proxy.asked).toHaveLength(1)

    const direct = await behind({ env: { ...env, NO_PROXY: 'inside.test' } })
    expect((await errorOf(direct.getJson('/api'))).message).toContain('cannot be resolved')
    expect(proxy.asked).toHaveLength(1)

    const other = await connectProxy()
    const chosen = { proxy: `http://127.0.0.1:${other.port}`, env: { ...env, NO_PROXY: '*' } }
    await (await behind(chosen)).getJson('/api')
    expect(other.asked).toHaveLength(1)
  })

  it('goes through SOCKS, leaving names to the proxy', async () => {
    const proxy = await socksProxy()
    const session = await behind({ proxy: `socks5://127.0.0.1:${proxy.port}` })
    for (let i = 0; i < 2; i++) await session.getJson('/api')
    expect(proxy.asked).toHaveLength(1)
    expect(proxy.asked[0]).toMatch(/^api\.inside\.test:/)
  })

  it('reaches a server without TLS through it', async () => {
    const proxy = await connectProxy()
    await (await behind({ proxy: `http://127.0.0.1:${proxy.port}`, plain: true })).getJson('/api')
    expect(proxy.asked).toHaveLength(1)
  })

  it('still checks the server’s certificate', async () => {
    const proxy = await connectProxy()
    const session = await behind({ proxy: `http://127.0.0.1:${proxy.port}`, host: 'api.outside.test' })
    expect(await errorOf(session.getJson('/api'))).toMatchObject({ kind: 'tls' })
  })

  it('hands the way through it to WebSockets', async () => {
    const proxy = await connectProxy()
    const dial = await (await behind({ proxy: `http://127.0.0.1:${proxy.port}` })).dialOptions()
    expect(dial.agent).toBeDefined()
  })

  it.each([
    [407, /wants a password/],
    [403, /gives no way to .* \(HTTP 403\)/],
  ])('says that the proxy refused with %d', async (refuse, message) => {
    const proxy = await connectProxy({ refuse })
    const session = await behind({ proxy: `http://user:pass@127.0.0.1:${proxy.port}` })
    const error = await errorOf(session.getJson('/api'))
    expect(error.kind).toBe('unreachable')
    expect(error.message).toMatch(message)
    expect(`${error.message}${error.hint}`).not.toContain('user:pass@127')
  })

  it('says that the proxy is not there', async () => {
    const session = await behind({ proxy: 'http://127.0.0.1:1' })
    const error = await errorOf(session.getJson('/api'))
    expect(error.message).toContain('the proxy http://127.0.0.1:1 on the way to')
  })

  it.each(['ftp://p:1', 'http://', 'just words'])('refuses proxy-url %s', async (proxy) => {
    expect(await errorOf(behind({ proxy }))).toMatchObject({ kind: 'config' })
  })
})
