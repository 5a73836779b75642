import { constants, createSecureServer, type Http2SecureServer } from 'node:http2'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import type { Transport, TransportTarget } from '../../src/kube/transport.ts'
import { type CertificatePair, createAuthority, type TestAuthority } from '../helpers/certificates.ts'
import { errorOf, json, listen, serve } from './helpers.ts'
import { type RemoteRuntime, startBun } from './remote-transport.ts'
import { transportContract } from './transport-contract.ts'

describe('transport over Bun’s fetch', () => {
  let bun: RemoteRuntime
  let authority: TestAuthority
  let pair: CertificatePair

  beforeAll(async () => {
    ;[bun, authority] = await Promise.all([startBun(), createAuthority()])
    pair = await authority.server()
  })
  afterAll(() => bun?.stop())

  const open = (target: TransportTarget): Promise<Transport> => bun.open(target)

  describe('with servers of HTTP/1.1', () => transportContract(open, { ownsConnections: false }))
  describe('with servers of HTTP/2', () => transportContract(open, { http2: true, ownsConnections: false }))

  async function connect(url: string): Promise<Transport> {
    const tls = { ca: authority.cert, rejectUnauthorized: true }
    const transport = await open({ url, tls, compression: true, connectTimeoutMs: 5_000 })
    onTestFinished(() => transport.close())
    return transport
  }

  async function startHttp2(settings: object, prepare: (server: Http2SecureServer) => void) {
    const server = createSecureServer({ cert: pair.cert, key: pair.key, settings })
    prepare(server)
    const { port, connections } = await listen(server)
    return { transport: await connect(`https://127.0.0.1:${port}`), connections }
  }

  const ask = (transport: Transport, count: number): Promise<number[]> =>
    Promise.all(
      Array.from({ length: count }, async (_, index) => {
        const answer = await transport.request({ method: 'GET', path: `/${index}` })
        expect(Buffer.from(answer.body).toString()).toBe(`/${index}`)
        return answer.status
      }),
    )

  it('asks many things at once on one connection, in HTTP/2', async () => {
    const versions = new Set<string>()
    const { transport, connections } = await startHttp2({}, (server) =>
      server.on('request', (request, response) => {
        versions.add(request.httpVersion)
        setTimeout(() => response.end(request.url), 20)
      }),
    )
    await ask(transport, 40)
    await ask(transport, 40)
    expect([connections(), ...versions]).toEqual([1, '2.0'])
  })

  it('waits where a server takes few requests at once', async () => {
    const { transport } = await startHttp2({ maxConcurrentStreams: 3 }, (server) =>
      server.on('request', (request, response) => void setTimeout(() => response.end(request.url), 5)),
    )
    await ask(transport, 20)
  })

  it('goes on with another connection when the server says goodbye', async () => {
    const { transport, connections } = await startHttp2({}, (server) =>
      server.on('request', (request, response) => {
        response.end(request.url)
        // As API servers do with --goaway-chance, and when they stop.
        if (request.url === '/1') request.stream.session?.goaway()
      }),
    )
    for (let round = 0; round < 3; round++) await ask(transport, 6)
    expect(connections()).toBeGreaterThan(1)
  })

  it('calls a request that the server resets a closed connection', async () => {
    const { transport } = await startHttp2({}, (server) =>
      server.on('request', (request) => request.stream.close(constants.NGHTTP2_REFUSED_STREAM)),
    )
    const error = await errorOf(transport.request({ method: 'GET', path: '/' }))
    expect(error).toMatchObject({ kind: 'unreachable' })
    expect(error.message).toContain('closed the connection')
  })

  it('asks again after a connection that was idle has gone', async () => {
    const sessions = new Set<{ destroy(): void }>()
    const { transport, connections } = await startHttp2({}, (server) => {
      server.on('session', (session) => sessions.add(session))
      server.on('request', (request, response) => response.end(request.url))
    })
    await ask(transport, 2)
    for (const session of sessions) session.destroy()
    await new Promise((resolve) => setTimeout(resolve, 50))
    await ask(transport, 2)
    expect(connections()).toBe(2)
  })

  it('does not tell how many connections there are, and says so', async () => {
    const running = await serve({ cert: pair.cert, key: pair.key }, (_request, response) => json(response, {}))
    const transport = await connect(running.url)
    await transport.request({ method: 'GET', path: '/' })
    expect(transport.counters).toMatchObject({ requests: 1, connections: null })
  })
})
