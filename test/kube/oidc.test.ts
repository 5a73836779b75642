import { readFile, readdir, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { openSession } from '../../src/kube/open-session.ts'
import type { Session } from '../../src/kube/session.ts'
import { createAuthority } from '../helpers/certificates.ts'
import type { CertificatePair, TestAuthority } from '../helpers/certificates.ts'
import { fakeHost } from '../helpers/fake-host.ts'
import type { FakeHost } from '../helpers/fake-host.ts'
import type { Handler, TestServer } from './helpers.ts'
import { errorOf, json, serve, temporaryFolder } from './helpers.ts'

const NOW = '2026-11-23T06:00:00Z'

let authority: TestAuthority
let certificate: CertificatePair

beforeAll(async () => {
  authority = await createAuthority()
  certificate = await authority.server()
})

/** A token whose `exp` lies so many seconds after now. */
function jwt(secondsLeft: number, name: string): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  return `${part({ alg: 'none' })}.${part({ exp: Date.parse(NOW) / 1000 + secondsLeft, name })}.${name}`
}

interface Fixture {
  file: string
  folder: string
  issuer: TestServer
  server: TestServer
  host: FakeHost
  open: () => Promise<Session>
}

/** An issuer that answers token requests by `token`, and a kubeconfig whose id-token has so many seconds left. */
async function prepare(secondsLeft: number, token: Handler, entries: Record<string, string> = {}): Promise<Fixture> {
  const folder = await temporaryFolder()
  const tls = { cert: certificate.cert, key: certificate.key }
  const issuer: TestServer = await serve(tls, (request, response, incoming) => {
    if (request.url !== '/realm/.well-known/openid-configuration') return token(request, response, incoming)
    json(response, { token_endpoint: `${issuer.url}/realm/token` })
  })
  const server = await serve(tls, (_request, response) => json(response, {}))
  const config: Record<string, string> = {
    'client-id': 'kube',
    'client-secret': 's3cret',
    'id-token': jwt(secondsLeft, 'old'),
    'refresh-token': 'refresh-old',
    'idp-issuer-url': `${issuer.url}/realm`,
    'idp-certificate-authority-data': Buffer.from(authority.cert).toString('base64'),
    ...entries,
  }
  const lines = Object.entries(config).map(([name, value]) => `        ${name}: ${value}`)
  const file = join(folder, 'config')
  await writeFile(join(folder, 'ca.crt'), authority.cert)
  await writeFile(
    file,
    `# my own notes
current-context: c
clusters: [{ name: c, cluster: { server: "${server.url}", certificate-authority: ca.crt } }]
contexts: [{ name: c, context: { cluster: c, user: u } }]
users:
- name: u
  user:
    auth-provider:
      name: oidc
      config:
${lines.join('\n')}
`,
    { mode: 0o600 },
  )
  const host = fakeHost({ env: { KUBECONFIG: file }, cwd: folder, now: NOW })
  return {
    file,
    folder,
    issuer,
    server,
    host,
    async open() {
      const session = await openSession({}, host)
      onTestFinished(() => session.close())
      return session
    },
  }
}

const renewing: Handler = (_request, response) =>
  json(response, { id_token: jwt(3600, 'new'), refresh_token: 'refresh-new' })

describe('OIDC', () => {
  it('sends a token that is still valid, without asking the issuer', async () => {
    const { issuer, server, open } = await prepare(600, renewing)
    await (await open()).getJson('/api')
    expect(server.seen[0]?.headers.authorization).toBe(`Bearer ${jwt(600, 'old')}`)
    expect(issuer.seen).toEqual([])
  })

  it('renews an expired token with the refresh-token and the client’s secret', async () => {
    const { issuer, server, open } = await prepare(-10, renewing)
    await (await open()).getJson('/api')
    expect(server.seen[0]?.headers.authorization).toBe(`Bearer ${jwt(3600, 'new')}`)
    expect(issuer.seen[1]).toMatchObject({
      method: 'POST',
      url: '/realm/token',
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        authorization: `Basic ${Buffer.from('kube:s3cret').toString('base64')}`,
      },
      body: 'grant_type=refresh_token&refresh_token=refresh-old',
    })
  })

  it('puts the secret into the form for an issuer that wants it there', async () => {
    const { issuer, open } = await prepare(-10, (request, response, incoming) =>
      request.body.includes('client_secret=s3cret')
        ? renewing(request, response, incoming)
        : json(response, { error: 'invalid_client' }, 401),
    )
    await (await open()).getJson('/api')
    expect(issuer.seen.at(-1)?.body).toContain('client_id=kube&client_secret=s3cret')
    expect(issuer.seen.at(-1)?.headers.authorization).toBeUndefined()
  })

  it('stores the new tokens in the kubeconfig, and nothing else', async () => {
    const { file, folder, open } = await prepare(-10, renewing)
    const before = await readFile(file, 'utf8')
    await open()
    const expected = before.replace(jwt(-10, 'old'), jwt(3600, 'new')).replace('refresh-old', 'refresh-new')
    expect(await readFile(file, 'utf8')).toBe(expected)
    expect((await stat(file)).mode & 0o777).toBe(0o600)
    expect((await readdir(folder)).sort()).toEqual(['ca.crt', 'config'])
  })

  it('leaves the kubeconfig alone while kubectl has it locked, and says so', async () => {
    const { file, host, open } = await prepare(-10, renewing)
    const before = await readFile(file, 'utf8')
    await writeFile(`${file}.lock`, '')
    await open()
    expect(await readFile(file, 'utf8')).toBe(before)
    expect(host.errors()).toContain('could not be stored')
  })

  it('says that the issuer refused', async () => {
    const { open } = await prepare(-10, (_request, response) =>
      json(response, { error: 'invalid_grant', error_description: 'token\u001b[31m revoked' }, 400),
    )
    const error = await errorOf(open())
    expect(error).toMatchObject({ kind: 'config' })
    expect(error.message).toContain('refused to renew the login (HTTP 400, invalid_grant: token revoked)')
    expect(error.hint).toContain('Log in again')
  })

  it('says that the issuer is not trusted', async () => {
    const other = Buffer.from((await createAuthority('other')).cert).toString('base64')
    const { open } = await prepare(-10, renewing, { 'idp-certificate-authority-data': other })
    const error = await errorOf(open())
    expect(error).toMatchObject({ kind: 'tls' })
    expect(error.message).toMatch(/the OIDC issuer .* cannot be reached/)
  })

  it('asks to log in again when there is nothing to renew with', async () => {
    const { open } = await prepare(-10, renewing, { 'refresh-token': '""' })
    const error = await errorOf(open())
    expect(error).toMatchObject({ kind: 'config' })
    expect(error.message).toContain('has expired')
  })

  it('asks to log in again when the issuer gives no id-token', async () => {
    const { open } = await prepare(-10, (_request, response) => json(response, { access_token: 'x' }))
    expect((await errorOf(open())).message).toContain('without giving an id-token')
  })

  it('ends on Ctrl-C while the issuer is silent', async () => {
    const { host, open } = await prepare(-10, () => host.raise('SIGINT'))
    expect(await errorOf(open())).toMatchObject({ kind: 'interrupted' })
  })
})
