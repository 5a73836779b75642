import { expect, it, onTestFinished } from 'vitest'
import type { Transport } from '../../src/kube/transport.ts'
import { loggedTransport, requestLog } from '../../src/kube/request-log.ts'
import { openHttpsTransport } from '../../src/kube/transport-https.ts'
import { errorOf, type Handler, serve } from './helpers.ts'

/** A transport to a server that answers by `handler`, and what is told of its requests. */
async function logged(handler: Handler): Promise<[Transport, string[]]> {
  const server = await serve(undefined, handler)
  const target = { tls: { rejectUnauthorized: true }, compression: true, connectTimeoutMs: 5_000 }
  const plain = await openHttpsTransport({ ...target, url: `${server.url}/prefix` })
  onTestFinished(() => plain.close())
  const lines: string[] = []
  let ms = 0
  const clock = { now: () => new Date(), monotonic: () => (ms += 7), sleep: async () => undefined }
  return [
    loggedTransport(
      plain,
      requestLog((line) => lines.push(line()), clock),
    ),
    lines,
  ]
}

it('tells of a request what was asked and what came, but no value that may be secret', async () => {
  const [transport, lines] = await logged((_request, response) => response.writeHead(201).end('four'))
  const query = [
    ['labelSelector', 'a=b,c in (d)'],
    ['command', 'hush'],
  ] as const
  const headers = { Authorization: 'Bearer hush' }
  await transport.request({ method: 'POST', path: '/api/v1/pods?limit=1&stranger=hush', query, headers, body: 'hush' })
  expect(lines).toEqual(['POST /api/v1/pods?limit=1&stranger&labelSelector=a=b,c in (d)&command 201 7 ms 4 bytes'])
})

it('tells of a failure', async () => {
  const [transport, lines] = await logged((_request, _response, incoming) => void incoming.socket.destroy())
  await errorOf(transport.request({ method: 'GET', path: '/' }))
  await errorOf(transport.stream({ method: 'GET', path: '/' }))
  expect(lines).toEqual(['GET / failed (unreachable) 7 ms 0 bytes', 'GET / failed (unreachable) 7 ms 0 bytes'])
})

it('tells of a stream once, at its end', async () => {
  const [transport, lines] = await logged((_request, response) => response.end('one two'))
  const stream = await transport.stream({ method: 'GET', path: '/log' })
  expect(lines).toEqual([])
  for await (const chunk of stream.body) expect(chunk.length).toBe(7)
  stream.close()
  expect(lines).toEqual(['GET /log 200 7 ms 7 bytes'])
})

it('tells of a stream that nobody reads when it is closed, and of one that breaks', async () => {
  const [transport, lines] = await logged((_request, response, incoming) => {
    response.write('x')
    setTimeout(() => incoming.socket.destroy(), 20)
  })
  const closed = await transport.stream({ method: 'GET', path: '/closed' })
  closed.close()
  const broken = await transport.stream({ method: 'GET', path: '/broken' })
  await errorOf(
    (async () => {
      for await (const chunk of broken.body) expect(chunk.length).toBe(1)
    })(),
  )
  expect(lines).toEqual(['GET /closed 200 7 ms 0 bytes', 'GET /broken failed (unreachable) 7 ms 1 bytes'])
})
