import type { ServerResponse } from 'node:http'
import { describe, expect, test } from 'vitest'
import type { CliError } from '../../src/errors/cli-error.ts'
import { splitLines } from '../../src/kube/lines.ts'
import { readLog } from '../../src/kube/logs.ts'
import { type ChannelServer, startChannelServer } from './channel-server.ts'

async function start(answer: (response: ServerResponse) => void): Promise<ChannelServer> {
  return startChannelServer({ request: (_request, response) => answer(response) })
}

function linesOf(...log: Parameters<typeof readLog>): AsyncGenerator<string, void, undefined> {
  return splitLines(readLog(...log))
}

async function* chunksOf(...chunks: (string | Uint8Array)[]): AsyncIterable<Uint8Array> {
  for (const chunk of chunks) yield typeof chunk === 'string' ? Buffer.from(chunk) : chunk
}

async function all(lines: AsyncIterable<string>): Promise<string[]> {
  const seen: string[] = []
  for await (const line of lines) seen.push(line)
  return seen
}

describe('lines', () => {
  test('are whole, whatever the cuts', async () => {
    expect(await all(splitLines(chunksOf('a\nb', 'c\n\nd', 'e')))).toEqual(['a', 'bc', '', 'de'])
  })

  test('join characters that were cut', async () => {
    const bytes = Buffer.from('grün €\nend\n')
    const single = [...bytes].map((byte) => Uint8Array.of(byte))
    expect(await all(splitLines(chunksOf(...single)))).toEqual(['grün €', 'end'])
  })

  test('replace bytes that are no text', async () => {
    expect(await all(splitLines(chunksOf(Uint8Array.of(65, 255, 66, 10))))).toEqual(['A\ufffdB'])
  })

  test('come in pieces when they are too long', async () => {
    expect(await all(splitLines(chunksOf('abcde', 'fgh\nij', '\n'), 3))).toEqual(['abc', 'def', 'gh', 'ij'])
    expect(await all(splitLines(chunksOf('abcdef\nx'), 3))).toEqual(['abc', 'def', 'x'])
  })
})

describe('logs', () => {
  test('ask for what was asked for', async () => {
    const { session, requests } = await start((response) => response.end('one\ntwo\n'))
    const lines = linesOf(session, {
      namespace: 'shop',
      pod: 'shop-db-1',
      container: 'postgres',
      follow: true,
      tailLines: 0,
      previous: false,
      sinceTime: '2026-01-01T00:00:00Z',
    })
    expect(await all(lines)).toEqual(['one', 'two'])
    expect(requests[0]?.url).toBe(
      '/api/v1/namespaces/shop/pods/shop-db-1/log?container=postgres&follow=true&tailLines=0&sinceTime=2026-01-01T00%3A00%3A00Z',
    )
  })

  test('come as they are written, and stop with the consumer', async () => {
    let closed = false
    const { session } = await start((response) => {
      response.on('close', () => {
        closed = true
      })
      response.write('first\n')
    })
    for await (const line of linesOf(session, { namespace: 'n', pod: 'p', follow: true })) {
      expect(line).toBe('first')
      break
    }
    await expect.poll(() => closed).toBe(true)
  })

  test('end with the reason of the signal', async () => {
    const { session } = await start((response) => response.write('first\n'))
    const { CliError: Interrupted } = await import('../../src/errors/cli-error.ts')
    const reason = new Interrupted({ kind: 'interrupted', message: 'Ctrl-C' })
    const stop = new AbortController()
    const lines = linesOf(session, { namespace: 'n', pod: 'p', follow: true, signal: stop.signal })
    expect(await lines.next()).toEqual({ done: false, value: 'first' })
    stop.abort(reason)
    await expect(lines.next()).rejects.toBe(reason)
  })

  test('tell what the API server said', async () => {
    const { session } = await start((response) => {
      response.statusCode = 400
      response.end(
        JSON.stringify({ kind: 'Status', code: 400, message: 'container "postgres" in pod "p" is waiting to start' }),
      )
    })
    await expect(linesOf(session, { namespace: 'n', pod: 'p' }).next()).rejects.toThrow('is waiting to start')
  })

  test('a connection that breaks is no end', async () => {
    const { session } = await start((response) => {
      response.write('first\n')
      setTimeout(() => response.destroy(), 20)
    })
    const seen: string[] = []
    const error = await (async () => {
      for await (const line of linesOf(session, { namespace: 'n', pod: 'p', follow: true })) seen.push(line)
    })().then(
      () => undefined,
      (reason: unknown) => reason as CliError,
    )
    expect(seen).toEqual(['first'])
    expect(error?.kind).toBe('unreachable')
  })
})
