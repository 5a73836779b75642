import { createServer } from 'node:net'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { CliError } from '../../src/errors/cli-error.ts'
import { createAuthority } from '../helpers/certificates.ts'
import { cut, errorOf, json, listen, serve } from './helpers.ts'
import { streamContract } from './transport-contract-streams.ts'
import { type ContractOptions, type OpenTransport, text, transportKit } from './transport-kit.ts'

/** What every implementation of Transport has to do, against real TLS servers on this machine. */
export function transportContract(open: OpenTransport, options: ContractOptions = {}): void {
  const { http2 = false, ownsConnections = true } = options
  const kit = transportKit(open, options)
  const { authority, server, connect, pairUp, left } = kit

  describe('requests', () => {
    it('gives status, headers in lower case and body of any answer', async () => {
      const [transport] = await pairUp((_request, response) =>
        json(response, { no: 'such' }, 404, { 'X-Own': 'Value' }),
      )
      const answer = await transport.request({ method: 'GET', path: '/api' })
      expect(answer.status).toBe(404)
      expect(answer.headers['x-own']).toBe('Value')
      expect(JSON.parse(text(answer.body))).toEqual({ no: 'such' })
    })

    it('keeps the prefix of the server’s path and encodes the query', async () => {
      const running = await serve({ cert: server().cert, key: server().key, http2 }, (_request, response) =>
        json(response, {}),
      )
      const transport = await connect(`${running.url}/k8s/clusters/c-1`)
      const query = [
        ['labelSelector', 'a=b,c in (d)'],
        ['command', 'x'],
        ['command', 'y & z'],
      ] as const
      await transport.request({ method: 'GET', path: '/api/v1/pods', query })
      const url = new URL(running.seen[0]?.url ?? '', 'https://x')
      expect(url.pathname).toBe('/k8s/clusters/c-1/api/v1/pods')
      expect([...url.searchParams]).toEqual(query)
    })

    it('sends headers, a list as one line for each value', async () => {
      const [transport, running] = await pairUp((_request, response) => json(response, {}))
      const headers = { Accept: 'application/json', 'Impersonate-Group': ['one', 'two, three'] }
      await transport.request({ method: 'GET', path: '/', headers })
      const raw = running.seen[0]?.rawHeaders ?? []
      const groups = raw.filter((_, index) => raw[index - 1]?.toLowerCase() === 'impersonate-group')
      expect(groups).toEqual(['one', 'two, three'])
      expect(running.seen[0]?.headers.accept).toBe('application/json')
    })

    it.each([
      ['text', 'ä{}'],
      ['bytes', Buffer.from('ä{}')],
    ])('sends a body of %s', async (_name, body) => {
      const [transport, running] = await pairUp((_request, response) => json(response, {}, 201))
      const answer = await transport.request({
        method: 'POST',
        path: '/',
        body,
        headers: { 'Content-Type': 'application/json' },
      })
      expect(answer.status).toBe(201)
      expect(running.seen[0]).toMatchObject({ method: 'POST', body: 'ä{}' })
      expect(transport.counters.bytesOut).toBe(4)
    })

    it.each(['PUT', 'PATCH', 'DELETE'] as const)(
      'sends the body of a %s, and the next request after it',
      async (method) => {
        const [transport, running] = await pairUp((_request, response) => json(response, {}))
        await transport.request({ method, path: '/first', body: '{"a":1}' })
        await transport.request({ method: 'GET', path: '/second' })
        expect(running.seen).toMatchObject([
          { method, url: '/first', body: '{"a":1}' },
          { method: 'GET', url: '/second', body: '' },
        ])
      },
    )

    it('asks for gzip, decodes it, and counts the bytes of the wire', async () => {
      const packed = gzipSync('a'.repeat(50_000))
      const [transport] = await pairUp((request, response) => {
        expect(request.headers['accept-encoding']).toContain('gzip')
        response.writeHead(200, { 'Content-Encoding': 'gzip' }).end(packed)
      })
      const answer = await transport.request({ method: 'GET', path: '/' })
      expect(answer.body.length).toBe(50_000)
      expect(transport.counters.bytesIn).toBe(packed.length)
    })

    it('does not ask for gzip when compression is off', async () => {
      const [transport, running] = await pairUp((_request, response) => json(response, {}), { compression: false })
      await transport.request({ method: 'GET', path: '/' })
      expect(running.seen[0]?.headers['accept-encoding'] ?? '').not.toContain('gzip')
    })
  })

  describe('connections', () => {
    it('uses one connection for requests one after the other', async () => {
      const [transport, running] = await pairUp((_request, response) => json(response, {}))
      for (let i = 0; i < 4; i++) await transport.request({ method: 'GET', path: '/' })
      expect(running.connections()).toBe(1)
      expect(transport.counters.requests).toBe(4)
      if (ownsConnections) expect(transport.counters.connections).toBe(1)
    })

    it('opens no more than 32 for many at once', async () => {
      const [transport, running] = await pairUp((_request, response) => void setTimeout(() => json(response, {}), 20))
      const requests = Array.from({ length: 40 }, () => transport.request({ method: 'GET', path: '/' }))
      expect((await Promise.all(requests)).every((answer) => answer.status === 200)).toBe(true)
      expect(running.connections()).toBeLessThanOrEqual(32)
    })

    it.runIf(ownsConnections)('closes them at the end', async () => {
      const [transport, running] = await pairUp((_request, response) => json(response, {}))
      await transport.request({ method: 'GET', path: '/' })
      transport.close()
      await expect.poll(() => left(running)).toBe(0)
    })

    it('adds to counters handed in', async () => {
      const counters = { requests: 5, connections: 0, bytesIn: 0, bytesOut: 0 }
      const [transport] = await pairUp((_request, response) => json(response, {}), { counters })
      await transport.request({ method: 'GET', path: '/' })
      expect(counters.requests).toBe(6)
    })

    it('reports a refused port, with the address', async () => {
      const gone = createServer()
      await new Promise<void>((resolve) => gone.listen(0, '127.0.0.1', resolve))
      const { port } = gone.address() as { port: number }
      await new Promise((resolve) => gone.close(resolve))
      const transport = await connect(`https://127.0.0.1:${port}`)
      const error = await errorOf(transport.request({ method: 'GET', path: '/' }))
      expect(error.kind).toBe('unreachable')
      expect(error.message).toContain(`https://127.0.0.1:${port} refused the connection`)
    })

    it('reports a name that does not resolve', async () => {
      const transport = await connect('https://no-such-host.invalid:6443')
      const error = await errorOf(transport.request({ method: 'GET', path: '/' }))
      expect(error).toMatchObject({ kind: 'unreachable' })
      expect(error.message).toContain('cannot be resolved')
    })

    it('gives up on a server that accepts and never shakes hands', async () => {
      const { port } = await listen(createServer())
      const transport = await connect(`https://127.0.0.1:${port}`, { connectTimeoutMs: 100 })
      const error = await errorOf(transport.request({ method: 'GET', path: '/' }))
      expect(error.kind).toBe('unreachable')
      expect(error.message).toContain('within 0.1 s')
    })

    it('reports a server without TLS', async () => {
      const running = await serve(undefined, (_request, response) => json(response, {}))
      const transport = await connect(`https://127.0.0.1:${running.port}`)
      const error = await errorOf(transport.request({ method: 'GET', path: '/' }))
      expect(error.kind).toBe('tls')
    })

    it('waits for a server that is slow to answer, whatever the limit for connections', async () => {
      const [transport] = await pairUp((_request, response) => void setTimeout(() => json(response, {}), 300), {
        connectTimeoutMs: 100,
      })
      expect((await transport.request({ method: 'GET', path: '/' })).status).toBe(200)
    })

    it('speaks plain http to a server that wants it', async () => {
      const running = await serve(undefined, (_request, response) => json(response, { plain: true }))
      const transport = await connect(running.url)
      expect((await transport.request({ method: 'GET', path: '/' })).status).toBe(200)
    })
  })

  describe('certificates', () => {
    it('shows the client’s certificate', async () => {
      const client = await authority().client('alice')
      const options = { cert: server().cert, key: server().key, ca: authority().cert, requestCert: true, http2 }
      const running = await serve(options, (_request, response) => json(response, {}))
      const transport = await connect(running.url, {
        tls: { ca: authority().cert, cert: client.cert, key: client.key, rejectUnauthorized: true },
      })
      await transport.request({ method: 'GET', path: '/' })
      expect(running.seen[0]?.clientName).toBe('alice')
    })

    it('refuses a server of another authority', async () => {
      const other = await createAuthority('other')
      const [transport, running] = await pairUp((_request, response) => json(response, {}), {
        tls: { ca: other.cert, rejectUnauthorized: true },
      })
      const error = await errorOf(transport.request({ method: 'GET', path: '/secret' }))
      expect(error.kind).toBe('tls')
      expect(error.message).toContain('not signed by a certificate authority we trust')
      expect(running.seen).toEqual([])
    })

    it('refuses a server of another name, and names those it has', async () => {
      const named = await authority().server({ names: ['kubernetes', 'kubernetes.default'] })
      const running = await serve({ cert: named.cert, key: named.key, http2 }, (_request, response) =>
        json(response, {}),
      )
      const error = await errorOf((await connect(running.url)).request({ method: 'GET', path: '/' }))
      expect(error).toMatchObject({ kind: 'tls' })
      expect(error.message).toContain('for another name')
      expect(error.hint).toContain('--tls-server-name')
    })

    it('checks against another name when told so', async () => {
      const named = await authority().server({ names: ['kubernetes'] })
      const running = await serve({ cert: named.cert, key: named.key, http2 }, (_request, response) =>
        json(response, {}),
      )
      const transport = await connect(running.url, {
        tls: { ca: authority().cert, servername: 'kubernetes', rejectUnauthorized: true },
      })
      expect((await transport.request({ method: 'GET', path: '/' })).status).toBe(200)
    })

    it('refuses an expired server, and says which side', async () => {
      const old = await authority().server({ expired: true })
      const running = await serve({ cert: old.cert, key: old.key, http2 }, (_request, response) => json(response, {}))
      const error = await errorOf((await connect(running.url)).request({ method: 'GET', path: '/' }))
      expect(error.kind).toBe('tls')
      expect(error.message).toMatch(/certificate of the API server .* has expired/)
    })

    it('checks nothing when told so', async () => {
      const old = await (await createAuthority('other')).server({ expired: true, names: ['elsewhere'] })
      const running = await serve({ cert: old.cert, key: old.key, http2 }, (_request, response) => json(response, {}))
      const transport = await connect(running.url, { tls: { rejectUnauthorized: false } })
      expect((await transport.request({ method: 'GET', path: '/' })).status).toBe(200)
    })

    it('reports that the server wants a client certificate', async () => {
      const options = {
        cert: server().cert,
        key: server().key,
        ca: authority().cert,
        requestCert: true,
        rejectUnauthorized: true,
        http2,
      }
      const running = await serve(options, (_request, response) => json(response, {}))
      const error = await errorOf((await connect(running.url)).request({ method: 'GET', path: '/' }))
      expect(error.kind).toBe('tls')
      expect(`${error.message} ${error.hint}`).toContain('client certificate')
    })
  })

  describe('signals', () => {
    const reason = new CliError({ kind: 'timeout', message: 'the whole command took too long' })

    it('does not begin when the signal is aborted already', async () => {
      const [transport, running] = await pairUp((_request, response) => json(response, {}))
      const error = await errorOf(transport.request({ method: 'GET', path: '/', signal: AbortSignal.abort(reason) }))
      expect(error).toBe(reason)
      expect(running.seen).toEqual([])
    })

    it('ends a request that is never answered, and its connection', async () => {
      const abort = new AbortController()
      const [transport, running] = await pairUp(() => abort.abort(reason))
      expect(await errorOf(transport.request({ method: 'GET', path: '/', signal: abort.signal }))).toBe(reason)
      await expect.poll(() => left(running)).toBe(0)
    })

    it('calls the end of AbortSignal.timeout a timeout', async () => {
      const [transport] = await pairUp(() => undefined)
      const error = await errorOf(transport.request({ method: 'GET', path: '/', signal: AbortSignal.timeout(50) }))
      expect(error).toMatchObject({ kind: 'timeout', exitCode: 124 })
    })

    it('ends a body that stalls', async () => {
      const abort = new AbortController()
      const [transport] = await pairUp((_request, response) => {
        response.writeHead(200, { 'Content-Length': '100' })
        response.write('half', () => setTimeout(() => abort.abort(reason), 20))
      })
      expect(await errorOf(transport.request({ method: 'GET', path: '/', signal: abort.signal }))).toBe(reason)
    })
  })

  describe('broken answers', () => {
    it.each([
      ['of a promised length', { 'Content-Length': '1000' }],
      ['of unknown length', {}],
    ])('reports a body %s that is cut off', async (_name, headers: Record<string, string>) => {
      const [transport] = await pairUp((_request, response, incoming) => {
        response.writeHead(200, headers)
        response.write('{"items":[', () => cut(incoming))
      })
      const error = await errorOf(transport.request({ method: 'GET', path: '/' }))
      expect(error.kind).toBe('unreachable')
      expect(error.message).toContain('before its answer was complete')
    })

    it('reports a connection that is closed instead of an answer', async () => {
      const [transport] = await pairUp((_request, _response, incoming) => void cut(incoming))
      expect((await errorOf(transport.request({ method: 'GET', path: '/' }))).kind).toBe('unreachable')
    })
  })

  streamContract(kit)
}
