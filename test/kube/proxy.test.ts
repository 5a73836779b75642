import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { CliError } from '../../src/errors/cli-error.ts'
import { describeProxyFailure, isSchemeMismatch, proxyGet } from '../../src/kube/proxy.ts'
import { startChannelServer as start } from './channel-server.ts'

const place = { pod: 'shop-db-1', port: 8000 }
const target = { ...place, namespace: 'shop', scheme: 'https' as const, path: '/pg/status' }

test('asks the port of the pod and gives the body back', async () => {
  const { session, requests } = await start({ request: (_request, response) => response.end('{"isPrimary":true}') })
  expect(await proxyGet(session, target)).toMatchObject({ status: 200, body: '{"isPrimary":true}' })
  expect(requests[0]?.url).toBe('/api/v1/namespaces/shop/pods/https:shop-db-1:8000/proxy/pg/status')
  expect(requests[0]?.headers['accept-encoding']).toBe('identity')
})

test('asks for a compressed body where that pays', async () => {
  const { session, requests } = await start({
    request(_request, response) {
      response.setHeader('content-encoding', 'gzip')
      response.end(gzipSync('cnpg_up 1'))
    },
  })
  const answer = await proxyGet(session, { ...target, scheme: 'http', port: 9187, path: '/metrics', gzip: true })
  expect(answer.body).toBe('cnpg_up 1')
  expect(requests[0]?.headers['accept-encoding']).toBe('gzip')
})

test('gives up after its limit, asking once', async () => {
  const { session, requests } = await start({ request: () => undefined })
  const error = await proxyGet(session, { ...target, timeoutMs: 100 }).catch((reason: unknown) => reason)
  expect(describeProxyFailure(error, place)).toMatchObject({ reason: 'timeout' })
  // None on a machine so busy that the connection takes longer.
  expect(requests.length).toBeLessThanOrEqual(1)
})

describe('a failure', () => {
  const status = (code: number, message: string) => ({
    status: code,
    body: JSON.stringify({ kind: 'Status', apiVersion: 'v1', status: 'Failure', message, code }),
  })
  const service = (why: string) => status(503, `error trying to reach service: ${why}`)

  test.each([
    [status(403, 'pods "https:shop-db-1:8000" is forbidden'), 'forbidden', /is forbidden/, /get on pods\/proxy/],
    [status(404, 'pods "shop-db-1" not found'), 'missing', /shop-db-1 is gone/, undefined],
    [status(400, 'address not allowed'), 'unreachable', /address not allowed/, /no address/],
    [service('dial tcp 10.244.0.108:8000: i/o timeout'), 'unreachable', /8000: i\/o timeout$/, /network policy/],
    [
      service('dial tcp 10.244.0.89:8000: connect: connection refused'),
      'unreachable',
      /refused$/,
      /starting or has stopped/,
    ],
    [service('net/http: TLS handshake timeout'), 'unreachable', /handshake timeout$/, /frozen/],
    [service('http2: client connection lost'), 'unreachable', /lost$/, /frozen/],
    [service('remote error: tls: unrecognized name'), 'unreachable', /unrecognized name$/, /starting/],
    [service('http: server gave HTTP response to HTTPS client'), 'unreadable', /HTTP and HTTPS/, /server gave HTTP/],
    [
      { status: 400, body: 'Client sent an HTTP request to an HTTPS server.\n' },
      'unreadable',
      /HTTP and HTTPS/,
      /Client sent an HTTP/,
    ],
    [
      { status: 500, body: 'failed to connect to `user=postgres`: no such file\n' },
      'unreadable',
      /answered with an error: failed/,
      undefined,
    ],
    [{ status: 404, body: '404 page not found\n' }, 'unreadable', /404 page not found/, undefined],
    [{ status: 504, body: '<html>Gateway Timeout</html>' }, 'timeout', /Gateway Timeout/, undefined],
    [{ status: 200, body: '<html>login</html>' }, 'unreadable', /cannot be read/, undefined],
  ])('%j is %s', (answer, reason, message, hint) => {
    const part = describeProxyFailure(answer, place)
    expect(part).toMatchObject({ ok: false, reason, code: answer.status })
    expect(part.message).toMatch(message)
    if (hint === undefined) expect(part.hint).toBeUndefined()
    else expect(part.hint).toMatch(hint)
  })

  test('keeps control characters of the other side out', () => {
    const part = describeProxyFailure({ status: 500, body: 'bad \u001b[31mred\u001b[0m\nnext' }, place)
    expect(part.message).toContain('bad red')
  })

  test('that was thrown keeps its kind, message and hint', () => {
    const error = new CliError({ kind: 'unreachable', message: 'no connection', hint: 'check the VPN' })
    expect(describeProxyFailure(error, place)).toEqual({
      ok: false,
      reason: 'unreachable',
      message: 'no connection',
      hint: 'check the VPN',
    })
  })

  test('of the wrong scheme is known as such', () => {
    expect(isSchemeMismatch(service('http: server gave HTTP response to HTTPS client'))).toBe(true)
    expect(isSchemeMismatch(service('dial tcp: i/o timeout'))).toBe(false)
  })
})
