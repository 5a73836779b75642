import { createServer } from 'node:net'
import { gzipSync } from 'node:zlib'
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { CliError } from '../../src/errors/cli-error.ts'
import type { Transport, TransportTarget } from '../../src/kube/transport.ts'
import { createAuthority } from '../helpers/certificates.ts'
import type { CertificatePair, TestAuthority } from '../helpers/certificates.ts'
import type { Handler, TestServer } from './helpers.ts'
import { errorOf, json, listen, serve } from './helpers.ts'

/** What every implementation of Transport has to do, against real TLS servers on this machine. */
export function transportContract(open: (target: TransportTarget) => Promise<Transport>): void {
  let authority: TestAuthority
  let server: CertificatePair

  beforeAll(async () => {
    authority = await createAuthority()
    server = await authority.server()
  })

  async function connect(url: string, target: Partial<TransportTarget> = {}): Promise<Transport> {
    const transport = await open({
      url,
      tls: { ca: authority.cert, rejectUnauthorized: true },
      compression: true,
      connectTimeoutMs: 5_000,
      ...target,
    })
    onTestFinished(() => transport.close())
    return transport
  }

  async function pairUp(handler: Handler, target: Partial<TransportTarget> = {}): Promise<[Transport, TestServer]> {
    const running = await serve({ cert: server.cert, key: server.key }, handler)
    return [await connect(running.url, target), running]
  }

  const text = (body: Uint8Array): string => Buffer.from(body).toString('utf8')

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
      const running = await serve({ cert: server.cert, key: server.key }, (_request, response) => json(response, {}))
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
      expect(transport.counters).toMatchObject({ requests: 4, connections: 1 })
    })

    it('opens no more than 32 for many at once', async () => {
      const [transport, running] = await pairUp((_request, response) => void setTimeout(() => json(response, {}), 20))
      const requests = Array.from({ length: 40 }, () => transport.request({ method: 'GET', path: '/' }))
      expect((await Promise.all(requests)).every((answer) => answer.status === 200)).toBe(true)
      expect(running.connections()).toBeLessThanOrEqual(32)
    })

    it('closes them at the end', async () => {
      const [transport, running] = await pairUp((_request, response) => json(response, {}))
      await transport.request({ method: 'GET', path: '/' })
      transport.close()
      await expect.poll(() => running.open()).toBe(0)
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

    it('speaks plain http to a server that wants it', async () => {
      const running = await serve(undefined, (_request, response) => json(response, { plain: true }))
      const transport = await connect(running.url)
      expect((await transport.request({ method: 'GET', path: '/' })).status).toBe(200)
    })
  })

  describe('certificates', () => {
    it('shows the client’s certificate', async () => {
      const client = await authority.client('alice')
      const options = { cert: server.cert, key: server.key, ca: authority.cert, requestCert: true }
      const running = await serve(options, (_request, response) => json(response, {}))
      const transport = await connect(running.url, {
        tls: { ca: authority.cert, cert: client.cert, key: client.key, rejectUnauthorized: true },
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
      const named = await authority.server({ names: ['kubernetes', 'kubernetes.default'] })
      const running = await serve({ cert: named.cert, key: named.key }, (_request, response) => json(response, {}))
      const error = await errorOf((await connect(running.url)).request({ method: 'GET', path: '/' }))
      expect(error).toMatchObject({ kind: 'tls' })
      expect(error.message).toContain('for another name')
      expect(error.hint).toContain('--tls-server-name')
    })

    it('checks against another name when told so', async () => {
      const named = await authority.server({ names: ['kubernetes'] })
      const running = await serve({ cert: named.cert, key: named.key }, (_request, response) => json(response, {}))
      const transport = await connect(running.url, {
        tls: { ca: authority.cert, servername: 'kubernetes', rejectUnauthorized: true },
      })
      expect((await transport.request({ method: 'GET', path: '/' })).status).toBe(200)
    })

    it('refuses an expired server, and says which side', async () => {
      const old = await authority.server({ expired: true })
      const running = await serve({ cert: old.cert, key: old.key }, (_request, response) => json(response, {}))
      const error = await errorOf((await connect(running.url)).request({ method: 'GET', path: '/' }))
      expect(error.kind).toBe('tls')
      expect(error.message).toMatch(/certificate of the API server .* has expired/)
    })

    it('checks nothing when told so', async () => {
      const old = await (await createAuthority('other')).server({ expired: true, names: ['elsewhere'] })
      const running = await serve({ cert: old.cert, key: old.key }, (_request, response) => json(response, {}))
      const transport = await connect(running.url, { tls: { rejectUnauthorized: false } })
      expect((await transport.request({ method: 'GET', path: '/' })).status).toBe(200)
    })

    it('reports that the server wants a client certificate', async () => {
      const options = {
        cert: server.cert,
        key: server.key,
        ca: authority.cert,
        requestCert: true,
        rejectUnauthorized: true,
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
      await expect.poll(() => running.open()).toBe(0)
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
      ['in chunks', { 'Transfer-Encoding': 'chunked' }],
    ])('reports a body %s that is cut off', async (_name, headers: Record<string, string>) => {
      const [transport] = await pairUp((_request, response, incoming) => {
        response.writeHead(200, headers)
        response.write('{"items":[', () => incoming.socket.destroy())
      })
      const error = await errorOf(transport.request({ method: 'GET', path: '/' }))
      expect(error.kind).toBe('unreachable')
      expect(error.message).toContain('before its answer was complete')
    })

    it('reports a connection that is closed instead of an answer', async () => {
      const [transport] = await pairUp((_request, _response, incoming) => void incoming.socket.destroy())
      expect((await errorOf(transport.request({ method: 'GET', path: '/' }))).kind).toBe('unreachable')
    })
  })

  describe('streams', () => {
    it('gives chunks as they come', async () => {
      const [transport] = await pairUp((_request, response) => {
        response.writeHead(200).write('one\n')
        setTimeout(() => response.end('two\n'), 50)
      })
      const stream = await transport.stream({ method: 'GET', path: '/log' })
      const chunks: string[] = []
      for await (const chunk of stream.body) chunks.push(text(chunk))
      expect(chunks).toEqual(['one\n', 'two\n'])
      expect(transport.counters.bytesIn).toBe(8)
    })

    it('decodes gzip all the same', async () => {
      const [transport] = await pairUp(
        (_request, response) => void response.writeHead(200, { 'Content-Encoding': 'gzip' }).end(gzipSync('packed')),
      )
      let body = ''
      for await (const chunk of (await transport.stream({ method: 'GET', path: '/' })).body) body += text(chunk)
      expect(body).toBe('packed')
    })

    it('gives an answer of failure as a value', async () => {
      const [transport] = await pairUp((_request, response) => json(response, { kind: 'Status' }, 403))
      const stream = await transport.stream({ method: 'GET', path: '/' })
      expect(stream.status).toBe(403)
      stream.close()
    })

    it('ends the connection on close', async () => {
      const [transport, running] = await pairUp((_request, response) => void response.writeHead(200).write('x'))
      const stream = await transport.stream({ method: 'GET', path: '/' })
      stream.close()
      await expect.poll(() => running.open()).toBe(0)
    })

    it('ends the connection when the reader stops', async () => {
      const [transport, running] = await pairUp((_request, response) => void response.writeHead(200).write('x'))
      for await (const _chunk of (await transport.stream({ method: 'GET', path: '/' })).body) break
      await expect.poll(() => running.open()).toBe(0)
    })

    it('throws the signal’s reason in the middle', async () => {
      const abort = new AbortController()
      const reason = new CliError({ kind: 'interrupted', message: 'Ctrl-C' })
      const [transport] = await pairUp((_request, response) => void response.writeHead(200).write('x'))
      const stream = await transport.stream({ method: 'GET', path: '/', signal: abort.signal })
      const error = await errorOf(
        (async () => {
          for await (const _chunk of stream.body) abort.abort(reason)
        })(),
      )
      expect(error).toBe(reason)
    })

    // An error that nobody listens for ends the process; here it fails the run.
    describe.each([
      ['plain', {}, Buffer.from('x\ny\n')],
      ['gzip', { 'Content-Encoding': 'gzip' }, gzipSync('x\ny\n')],
    ])('aborted while nobody reads, an answer that is %s', (_name, headers: Record<string, string>, body) => {
      const reason = new CliError({ kind: 'interrupted', message: 'Ctrl-C' })

      it.each([
        ['whole, and untouched', true, 0],
        ['whole, after its first chunk', true, 1],
        ['cut, and untouched', false, 0],
        ['cut, after its first chunk', false, 1],
      ])('and %s', async (_state, whole, reads) => {
        const abort = new AbortController()
        const [transport, running] = await pairUp((request, response) => {
          if (request.url === '/other') return json(response, {})
          response.writeHead(200, headers)
          if (whole) response.end(body)
          else response.write(body)
        })
        const stream = await transport.stream({ method: 'GET', path: '/', signal: abort.signal })
        const reader = stream.body[Symbol.asyncIterator]()
        for (let read = 0; read < reads; read++) expect(text((await reader.next()).value as Uint8Array)).toBe('x\ny\n')
        abort.abort(reason)
        // A connection whose answer arrived whole may serve another request.
        if (!whole) await expect.poll(() => running.open()).toBe(0)
        await expect(reader.next()).rejects.toBe(reason)
        expect((await transport.request({ method: 'GET', path: '/other' })).status).toBe(200)
      })
    })

    it('reports a connection that broke before anybody read', async () => {
      const [transport, running] = await pairUp((_request, response, incoming) => {
        response.writeHead(200).write('x')
        setTimeout(() => incoming.socket.destroy(), 20)
      })
      const stream = await transport.stream({ method: 'GET', path: '/' })
      await expect.poll(() => running.open()).toBe(0)
      await new Promise((resolve) => setTimeout(resolve, 20))
      const read = (async () => {
        for await (const chunk of stream.body) expect(text(chunk)).toBe('x')
      })()
      expect((await errorOf(read)).message).toContain('before its answer was complete')
    })

    it('throws when the connection breaks', async () => {
      const [transport] = await pairUp((_request, response, incoming) => {
        response.writeHead(200).write('x')
        setTimeout(() => incoming.socket.destroy(), 20)
      })
      const stream = await transport.stream({ method: 'GET', path: '/' })
      const read = (async () => {
        for await (const chunk of stream.body) expect(text(chunk)).toBe('x')
      })()
      expect((await errorOf(read)).kind).toBe('unreachable')
    })

    it('does not stop another request on the way', async () => {
      const [transport] = await pairUp((request, response) => {
        if (request.url === '/watch') response.writeHead(200).write('x')
        else json(response, {})
      })
      const stream = await transport.stream({ method: 'GET', path: '/watch' })
      expect((await transport.request({ method: 'GET', path: '/' })).status).toBe(200)
      stream.close()
    })
  })
}
