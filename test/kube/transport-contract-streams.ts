import { Readable } from 'node:stream'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { CliError } from '../../src/errors/cli-error.ts'
import { cut, errorOf, json } from './helpers.ts'
import { text, type TransportKit } from './transport-kit.ts'

/** The part of the contract for answers that are read as they come. */
export function streamContract({ pairUp, left }: TransportKit): void {
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
      await expect.poll(() => left(running)).toBe(0)
    })

    it('ends the connection when the reader stops', async () => {
      const [transport, running] = await pairUp((_request, response) => void response.writeHead(200).write('x'))
      for await (const _chunk of (await transport.stream({ method: 'GET', path: '/' })).body) break
      await expect.poll(() => left(running)).toBe(0)
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
        if (!whole) await expect.poll(() => left(running)).toBe(0)
        await expect(reader.next()).rejects.toBe(reason)
        expect((await transport.request({ method: 'GET', path: '/other' })).status).toBe(200)
      })
    })

    it('reports a connection that broke before anybody read', async () => {
      const [transport, running] = await pairUp((_request, response, incoming) => {
        response.writeHead(200).write('x')
        setTimeout(() => cut(incoming), 20)
      })
      const stream = await transport.stream({ method: 'GET', path: '/' })
      await expect.poll(() => left(running)).toBe(0)
      await new Promise((resolve) => setTimeout(resolve, 20))
      const read = (async () => {
        for await (const chunk of stream.body) expect(text(chunk)).toBe('x')
      })()
      expect((await errorOf(read)).message).toContain('before its answer was complete')
    })

    it('throws when the connection breaks', async () => {
      const [transport] = await pairUp((_request, response, incoming) => {
        response.writeHead(200).write('x')
        setTimeout(() => cut(incoming), 20)
      })
      const stream = await transport.stream({ method: 'GET', path: '/' })
      const read = (async () => {
        for await (const chunk of stream.body) expect(text(chunk)).toBe('x')
      })()
      expect((await errorOf(read)).kind).toBe('unreachable')
    })

    it('holds no other request up when nobody reads it', async () => {
      const [transport] = await pairUp((request, response) => {
        if (request.url === '/log') Readable.from(Array<Buffer>(32).fill(Buffer.alloc(1 << 20, 'x'))).pipe(response)
        else json(response, {})
      })
      const stream = await transport.stream({ method: 'GET', path: '/log' })
      await new Promise((resolve) => setTimeout(resolve, 100))
      expect((await transport.request({ method: 'GET', path: '/' })).status).toBe(200)
      let length = 0
      for await (const chunk of stream.body) length += chunk.length
      expect(length).toBe(32 << 20)
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
