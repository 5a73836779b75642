import { writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { CliError } from '../../src/errors/cli-error.ts'
import type { ConnectionOptions } from '../../src/kube/connection-options.ts'
import { openSession } from '../../src/kube/open-session.ts'
import type { Session } from '../../src/kube/session.ts'
import { createAuthority } from '../helpers/certificates.ts'
import type { CertificatePair, TestAuthority } from '../helpers/certificates.ts'
import { fakeHost } from '../helpers/fake-host.ts'
import type { FakeHost, FakeHostOptions } from '../helpers/fake-host.ts'
import type { Handler, TestServer } from './helpers.ts'
import { errorOf, json, listen, serve, statusBody, temporaryFolder } from './helpers.ts'

const CLUSTERS = '/apis/postgresql.cnpg.io/v1/namespaces/shop/clusters'
const CLUSTER = `${CLUSTERS}/main`

let authority: TestAuthority
let certificate: CertificatePair

beforeAll(async () => {
  authority = await createAuthority()
  certificate = await authority.server()
})

interface Opened {
  session: Session
  host: FakeHost
  server: TestServer
  /** Pauses between tries in milliseconds. */
  pauses: number[]
}

/** A session with an API server that answers by `handler`, logged in with a token, not waiting between tries. */
async function open(
  handler: Handler,
  options: ConnectionOptions = {},
  hostOptions: FakeHostOptions = {},
): Promise<Opened> {
  const server = await serve({ cert: certificate.cert, key: certificate.key }, handler)
  const pauses: number[] = []
  const host = fakeHost({ sleep: async (ms) => void pauses.push(ms), ...hostOptions })
  const folder = await temporaryFolder()
  await writeFile(join(folder, 'ca.crt'), authority.cert)
  const connection = { server: server.url, certificateAuthority: join(folder, 'ca.crt'), token: 'tok', ...options }
  const session = await openSession(connection, host, { connectTimeoutMs: 5_000 })
  onTestFinished(() => session.close())
  return { session, host, server, pauses }
}

describe('a session', () => {
  it('sends token, user agent and accept, and reads JSON', async () => {
    const { session, server } = await open((_request, response) => json(response, { kind: 'Cluster' }))
    expect(await session.getJson(CLUSTER)).toEqual({ kind: 'Cluster' })
    expect(server.seen[0]).toMatchObject({
      url: CLUSTER,
      headers: { authorization: 'Bearer tok', accept: 'application/json' },
    })
    expect(server.seen[0]?.headers['user-agent']).toMatch(/^kubectl-cnpg\/v\S+ \(\S+\)$/)
    expect(session.counters).toMatchObject({ requests: 1, connections: 1 })
  })

  it('asks for another form of answer when told', async () => {
    const { session, server } = await open((_request, response) => json(response, {}))
    await session.getJson(CLUSTERS, { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io', query: [['limit', '1']] })
    expect(server.seen[0]?.headers.accept).toContain('as=Table')
    expect(server.seen[0]?.url).toBe(`${CLUSTERS}?limit=1`)
  })

  it('sends changes as JSON with their content type', async () => {
    const { session, server } = await open((_request, response) => json(response, { ok: true }))
    const patch = { metadata: { annotations: { a: 'b' } } }
    await session.send({ method: 'PATCH', path: CLUSTER, contentType: 'application/merge-patch+json', body: patch })
    expect(server.seen[0]).toMatchObject({
      method: 'PATCH',
      headers: { 'content-type': 'application/merge-patch+json' },
      body: JSON.stringify(patch),
    })
  })

  it('sends impersonation, every group and extra on its own line', async () => {
    const options = {
      as: 'jane',
      asUid: '42',
      asGroup: ['dev', 'ops'],
      asUserExtra: ['acme.com/reason=a', 'acme.com/reason=b'],
    }
    const { session, server } = await open((_request, response) => json(response, {}), options)
    await session.getJson(CLUSTER)
    const raw = server.seen[0]?.rawHeaders ?? []
    const lines = raw.flatMap((name, i) =>
      i % 2 === 0 && /^impersonate/i.test(name) ? [`${name}: ${raw[i + 1]}`] : [],
    )
    expect(lines.sort()).toEqual([
      'Impersonate-Extra-acme.com%2Freason: a',
      'Impersonate-Extra-acme.com%2Freason: b',
      'Impersonate-Group: dev',
      'Impersonate-Group: ops',
      'Impersonate-Uid: 42',
      'Impersonate-User: jane',
    ])
    expect(session.user).toBe('jane')
  })

  it('reads long lists page by page', async () => {
    const { session, server } = await open((request, response) => {
      const token = new URL(request.url, 'https://x').searchParams.get('continue')
      const page = token === null ? 1 : Number(token)
      const next = page < 3 ? { continue: String(page + 1) } : {}
      json(response, { kind: 'PodList', metadata: { resourceVersion: `${page}0`, ...next }, items: [{ page }] })
    })
    const list = await session.listAll<{ page: number }>('/api/v1/pods', { labelSelector: 'a=b', limit: 1 })
    expect(list.items).toEqual([{ page: 1 }, { page: 2 }, { page: 3 }])
    expect(list.metadata).toEqual({ resourceVersion: '10' })
    expect(server.seen[1]?.url).toBe('/api/v1/pods?labelSelector=a%3Db&limit=1&continue=2')
  })

  it('reads a list in one piece when its pages expired', async () => {
    const { session } = await open((request, response) => {
      if (request.url.includes('continue')) return json(response, statusBody(410, 'Expired', 'too old'), 410)
      json(response, {
        metadata: request.url.includes('limit') ? { continue: 'x' } : {},
        items: [request.url.includes('limit')],
      })
    })
    expect((await session.listAll('/api/v1/pods')).items).toEqual([false])
  })

  it('tells what a WebSocket needs', async () => {
    const { session, server } = await open((_request, response) => json(response, {}), {
      as: 'jane',
      asGroup: ['a', 'b'],
    })
    const dial = await session.dialOptions()
    expect(dial).toMatchObject({
      url: server.url,
      tls: { rejectUnauthorized: true },
      headers: { Authorization: 'Bearer tok', 'Impersonate-User': 'jane', 'Impersonate-Group': ['a', 'b'] },
    })
    expect(dial.agent).toBeUndefined()
    expect(String(dial.tls.ca)).toBe(authority.cert)
  })

  it('shows warnings of the server once, without control characters', async () => {
    const warning = '299 - "unknown field \\"spec.x\\"\u009b31m", 299 - "other"'
    const { session, host } = await open((_request, response) =>
      json(response, {}, 200, { Warning: Buffer.from(warning).toString('latin1') }),
    )
    await session.getJson(CLUSTER)
    await session.getJson(CLUSTER)
    expect(host.errors()).toBe('Warning: unknown field "spec.x"\nWarning: other\n')
  })
})

describe('retries', () => {
  const ready = { kind: 'Cluster' }
  /** Fails so many times, then answers. */
  function failing(times: number, fail: Handler): Handler {
    return (request, response, incoming) => {
      if (times-- > 0) fail(request, response, incoming)
      else json(response, ready)
    }
  }

  it.each([429, 502, 503, 504])('reads again after %d', async (status) => {
    const handler = failing(2, (_request, response) => json(response, statusBody(status, 'x', 'busy'), status))
    const { session, server, pauses } = await open(handler)
    expect(await session.getJson(CLUSTER)).toEqual(ready)
    expect(server.seen).toHaveLength(3)
    expect(pauses).toHaveLength(2)
    expect(Math.max(...pauses)).toBeLessThan(1_000)
  })

  it('obeys Retry-After, in seconds and as a date', async () => {
    let header = '2'
    const handler = failing(2, (_request, response) => {
      json(response, {}, 429, { 'Retry-After': header })
      header = 'Mon, 23 Nov 2026 06:00:07 GMT'
    })
    const { session, pauses } = await open(handler, {}, { now: '2026-11-23T06:00:00Z' })
    await session.getJson(CLUSTER)
    expect(pauses).toEqual([2_000, 7_000])
  })

  it('does not wait for a server that asks for minutes', async () => {
    const { session, server } = await open((_request, response) => json(response, {}, 503, { 'Retry-After': '600' }))
    expect(await errorOf(session.getJson(CLUSTER))).toMatchObject({ kind: 'server', code: 503 })
    expect(server.seen).toHaveLength(1)
  })

  it('gives up after four, with what the server said', async () => {
    const { session, server } = await open((_request, response) =>
      json(response, statusBody(503, 'ServiceUnavailable', 'apiserver is shutting down'), 503),
    )
    const error = await errorOf(session.getJson(CLUSTER))
    expect(error).toMatchObject({
      kind: 'server',
      code: 503,
      reason: 'ServiceUnavailable',
      message: 'apiserver is shutting down',
    })
    expect(server.seen).toHaveLength(5)
  })

  it('reads again after a connection that broke', async () => {
    const { session, server } = await open(
      failing(1, (_request, _response, incoming) => void incoming.socket.destroy()),
    )
    expect(await session.getJson(CLUSTER)).toEqual(ready)
    expect(server.seen).toHaveLength(2)
  })

  it.each([401, 403, 404, 409, 422, 500])('does not read again after %d', async (status) => {
    const { session, server } = await open((_request, response) =>
      json(response, statusBody(status, 'x', 'no'), status),
    )
    expect((await errorOf(session.getJson(CLUSTER))).code).toBe(status)
    expect(server.seen).toHaveLength(1)
  })

  it.each([
    ['after 503', (response: Parameters<Handler>[1]) => json(response, {}, 503)],
    ['after a broken connection', (response: Parameters<Handler>[1]) => void response.socket?.destroy()],
  ])('never repeats a change %s', async (_name, fail) => {
    const { session, server } = await open((_request, response) => fail(response))
    await errorOf(session.send({ method: 'POST', path: CLUSTERS, body: {} }))
    expect(server.seen).toHaveLength(1)
  })

  it('repeats a change that was turned away with 429', async () => {
    const { session, server } = await open(failing(1, (_request, response) => json(response, {}, 429)))
    await session.send({ method: 'POST', path: CLUSTERS, body: {} })
    expect(server.seen).toHaveLength(2)
  })

  it('leaves the trouble of a pod behind pods/proxy to its caller, and obeys a number given', async () => {
    const { session, server } = await open((_request, response) => json(response, {}, 503))
    await errorOf(session.getJson('/api/v1/namespaces/shop/pods/https:main-1:8000/proxy/pg/status'))
    expect(server.seen).toHaveLength(1)
    await errorOf(session.getJson(CLUSTER, { retries: 2 }))
    expect(server.seen).toHaveLength(4)
  })
})

describe('limits', () => {
  it('ends a request after --request-timeout', async () => {
    const { session } = await open(() => undefined, { requestTimeoutMs: 50 })
    const error = await errorOf(session.getJson(CLUSTER))
    expect(error).toMatchObject({ kind: 'timeout', exitCode: 124 })
    expect(error.message).toContain('did not answer within 0.05 s')
  })

  it('ends a request after its own limit, when that is shorter', async () => {
    const { session } = await open(() => undefined, { requestTimeoutMs: 60_000 })
    expect((await errorOf(session.getJson(CLUSTER, { timeoutMs: 30 }))).message).toContain('0.03 s')
  })

  it('ends with the reason of the signal, also between tries', async () => {
    const abort = new AbortController()
    const reason = new CliError({ kind: 'timeout', message: 'not finished after 10s' })
    const sleep = async (_ms: number, signal?: AbortSignal) => {
      abort.abort(reason)
      signal?.throwIfAborted()
    }
    const { session } = await open((_request, response) => json(response, {}, 503), {}, { sleep })
    expect(await errorOf(session.getJson(CLUSTER, { signal: abort.signal }))).toBe(reason)
  })
})

describe('what the user reads', () => {
  const answering = (status: number, body: string, type = 'application/json') =>
    open((_request, response) => void response.writeHead(status, { 'Content-Type': type }).end(body))

  it('a refused login', async () => {
    const { session } = await open((_request, response) =>
      json(response, statusBody(401, 'Unauthorized', 'Unauthorized'), 401),
    )
    const error = await errorOf(session.getJson(CLUSTER))
    expect(error).toMatchObject({ kind: 'unauthorized', code: 401, reason: 'Unauthorized', message: 'Unauthorized' })
    expect(error.hint).toContain('Log in again')
  })

  it('an expired client certificate, which servers answer with a bare 401', async () => {
    const old = await authority.client('alice', { expired: true })
    const folder = await temporaryFolder()
    await writeFile(join(folder, 'c.crt'), old.cert)
    await writeFile(join(folder, 'c.key'), old.key)
    const files = { clientCertificate: join(folder, 'c.crt'), clientKey: join(folder, 'c.key'), token: '' }
    const now = new Date().toISOString()
    const { session } = await open(
      (_request, response) => json(response, statusBody(401, 'Unauthorized', 'Unauthorized'), 401),
      files,
      { now },
    )
    expect((await errorOf(session.getJson(CLUSTER))).hint).toMatch(/^Our client certificate expired on \d{4}-\d\d-\d\d/)
  })

  it('a missing right, with the rule that grants it', async () => {
    const message =
      'clusters.postgresql.cnpg.io "main" is forbidden: User "jane" cannot get resource "clusters" in API group "postgresql.cnpg.io" in the namespace "shop"'
    const { session } = await open((_request, response) => json(response, statusBody(403, 'Forbidden', message), 403))
    const error = await errorOf(session.getJson(CLUSTER))
    expect(error).toMatchObject({ kind: 'forbidden', code: 403, reason: 'Forbidden', message })
    expect(error.hint).toBe(
      [
        'Missing: get clusters in namespace "shop" for user "jane". A Role rule that grants it:',
        '  - apiGroups: ["postgresql.cnpg.io"]',
        '    resources: ["clusters"]',
        '    verbs: ["get"]',
      ].join('\n'),
    )
  })

  it('an object that is not there', async () => {
    const body = statusBody(404, 'NotFound', 'clusters.postgresql.cnpg.io "main" not found', { name: 'main' })
    const { session } = await open((_request, response) => json(response, body, 404))
    expect(await errorOf(session.getJson(CLUSTER))).toMatchObject({
      kind: 'missing',
      reason: 'NotFound',
      hint: undefined,
    })
  })

  it('a kind that is not served', async () => {
    const { session } = await answering(404, '404 page not found\n', 'text/plain')
    const error = await errorOf(session.getJson(CLUSTER))
    expect(error.message).toContain('404 page not found')
    expect(error.hint).toContain('is the CloudNativePG operator installed')
  })

  it.each([200, 403, 502])('a web page with status %d', async (status) => {
    const { session } = await answering(
      status,
      '<!DOCTYPE html><html><head><title>Sign in\u001b[2J</title></head></html>',
      'text/html',
    )
    const error = await errorOf(session.getJson(CLUSTER, { retries: 0 }))
    expect(error.message).toMatch(/Sign in$/)
    expect(error.hint).toContain('A login page or a proxy answers')
  })

  it('a body that is no Status, short and without control characters', async () => {
    const { session } = await answering(500, `boom \u001b]0;title\u0007${'x'.repeat(5_000)}`, 'text/plain')
    const error = await errorOf(session.getJson(CLUSTER))
    expect(error.message).toContain('HTTP 500')
    expect(error.message).toContain('boom xxx')
    expect(error.message.length).toBeLessThan(500)
    expect(error.message).not.toContain('\u001b')
  })

  it('JSON that breaks off', async () => {
    const { session } = await answering(200, '{"items": [{"metadata"')
    const error = await errorOf(session.getJson(CLUSTER))
    expect(error).toMatchObject({ kind: 'unreachable' })
    expect(error.message).toContain('breaks off after 22 bytes')
  })

  it('a server that answers nothing at all', async () => {
    const { session } = await answering(200, '')
    expect((await errorOf(session.getJson(CLUSTER))).message).toContain('nothing at all')
  })

  it('no configuration and no server', async () => {
    const { port } = await listen(createServer((socket) => socket.destroy()))
    const host = fakeHost({ env: { KUBERNETES_MASTER: `http://127.0.0.1:${port}` }, sleep: async () => undefined })
    const session = await openSession({}, host, { serviceAccountDirectory: '/nonexistent' })
    onTestFinished(() => session.close())
    const error = await errorOf(session.getJson('/version'))
    expect(error.kind).toBe('config')
    expect(error.message).toContain('no Kubernetes cluster is configured')
    expect(error.hint).toMatch(/\.kube\/config \(not there\)[^]*KUBECONFIG/)
  })
})
