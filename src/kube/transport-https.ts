import { Agent as PlainAgent, request as plainRequest } from 'node:http'
import type { Agent, ClientRequest, IncomingMessage, RequestOptions } from 'node:http'
import { Agent as SecureAgent, request as secureRequest } from 'node:https'
import { pipeline } from 'node:stream'
import { urlToHttpOptions } from 'node:url'
import { createGunzip, gunzipSync } from 'node:zlib'
import type { CliError } from '../errors/cli-error.ts'
import { connectionFailure, notConnected } from './connection-failure.ts'
import { requestTarget, signalFailure } from './request-parts.ts'
import type {
  Transport,
  TransportCounters,
  TransportRequest,
  TransportResponse,
  TransportStream,
  TransportTarget,
} from './transport.ts'

/** No more than may ever be asked at once; how many of them pay off is for those who ask to say (snapshot/gate.ts). */
const MAX_SOCKETS = 32
/** Streams that may share the kept connections; each holds one as long as it lasts, and the rest is for requests. */
const SHARED_STREAMS = 8
/** Milliseconds of silence after which the system starts to probe a connection. */
const PROBE_AFTER_MS = 30_000
/** A tunnel is two connections: the proxy's and the server's. */
const PROXY_FACTOR = 2
/** Longest body after decompression. */
const LARGEST_BODY = 1 << 29

// Imported by name and not in full, for which Node would load all it knows of the web: 40 ms.
type Client = typeof secureRequest

/**
 * Implementation B of {@link Transport}: HTTP/1.1 by node:https (node:http for plain servers), connections kept and
 * reused, through a proxy where the target has one. Works on Node and Bun.
 */
export async function openHttpsTransport(target: TransportTarget): Promise<Transport> {
  const base = new URL(target.url)
  const secure = base.protocol === 'https:'
  // Once: a URL for each request would be taken apart again by Node.
  const place = { ...urlToHttpOptions(base), path: base.pathname.replace(/\/$/, '') }
  const client: Client = secure ? secureRequest : plainRequest
  const settings = { keepAlive: true, maxSockets: MAX_SOCKETS, scheduling: 'lifo' as const }
  const pool = (limits: typeof settings): Agent =>
    target.agent ?? (secure ? new SecureAgent({ ...limits, ...target.tls }) : new PlainAgent(limits))
  const agent = pool(settings)
  const crowd = pool({ ...settings, maxSockets: Infinity })
  let streams = 0
  // All connections lead to one place. Node would put certificates and key together for a name, for every request anew.
  if (target.agent === undefined) Object.assign(agent, { getName: () => target.url })
  const counters: TransportCounters = target.counters ?? { requests: 0, connections: 0, bytesIn: 0, bytesOut: 0 }

  const send = (request: TransportRequest, compressed: boolean, through = agent): Promise<Answer> =>
    exchange({ client, agent: through, place, target, counters, seen: seenSockets }, request, compressed)
  const seenSockets = new WeakSet<object>()

  return {
    counters,
    multiplexed: false,
    async request(request) {
      const answer = await send(request, target.compression)
      return readAll(answer, target, counters, request)
    },
    async stream(request) {
      streams++
      try {
        // Compressed lines would be held back until a block is full.
        const answer = await send(request, false, streams > SHARED_STREAMS ? crowd : agent)
        answer.incoming.once('close', () => streams--)
        return streamOf(answer, target, counters, request)
      } catch (error) {
        streams--
        throw error
      }
    },
    close: () => {
      agent.destroy()
      crowd.destroy()
    },
  }
}

interface Wire {
  client: Client
  agent: Agent
  /** Host and port, and the path prefix. */
  place: RequestOptions & { path: string }
  target: TransportTarget
  counters: TransportCounters
  seen: WeakSet<object>
}

interface Answer {
  outgoing: ClientRequest
  incoming: IncomingMessage
  /** Stops listening to the request's signal. */
  release: () => void
}

/** Sends one request and waits for the head of the answer. */
function exchange(wire: Wire, request: TransportRequest, compressed: boolean): Promise<Answer> {
  const { target, counters } = wire
  return new Promise<Answer>((resolve, reject) => {
    const { signal } = request
    if (signal?.aborted) return reject(signalFailure(signal))
    let outgoing: ClientRequest
    try {
      outgoing = start(wire, request, compressed)
    } catch (error) {
      // Certificates and headers that Node cannot use are thrown at once.
      return reject(connectionFailure(error, target))
    }
    // Without an error: once the answer is there, nobody may be listening for one any more.
    const abort = (): void => void outgoing.destroy()
    const limit = connectLimit(outgoing, target)
    const release = (): void => {
      limit.clear()
      signal?.removeEventListener('abort', abort)
    }
    signal?.addEventListener('abort', abort, { once: true })
    outgoing.on('socket', (socket) => {
      if (!wire.seen.has(socket)) {
        wire.seen.add(socket)
        counters.connections++
        socket.setKeepAlive(true, PROBE_AFTER_MS)
      }
    })
    outgoing.on('error', (error) => {
      release()
      reject(broken(error, target, request))
    })
    outgoing.on('response', (incoming) => {
      limit.clear()
      resolve({ outgoing, incoming, release })
    })
    counters.requests++
    const body = typeof request.body === 'string' ? Buffer.from(request.body, 'utf8') : request.body
    counters.bytesOut += body?.length ?? 0
    // Node gives a DELETE's body no length by itself, and the server would take it for the next request.
    if (body !== undefined) outgoing.setHeader('Content-Length', body.length)
    outgoing.end(body)
  })
}

function start({ client, agent, place, target }: Wire, request: TransportRequest, compressed: boolean): ClientRequest {
  return client({
    ...place,
    path: `${place.path}${requestTarget(request)}`,
    method: request.method,
    agent,
    headers: headersOf(request, compressed),
    ...(target.tls.servername === undefined ? {} : { servername: target.tls.servername }),
    rejectUnauthorized: target.tls.rejectUnauthorized,
  })
}

/** Ends a request whose connection takes too long. Waiting in the agent's queue does not count. */
function connectLimit(outgoing: ClientRequest, target: TransportTarget): { clear(): void } {
  let timer: NodeJS.Timeout | undefined
  const clear = (): void => clearTimeout(timer)
  const start = (ms: number): void => {
    timer = setTimeout(() => outgoing.destroy(notConnected(target, ms)), ms)
  }
  // An agent of a proxy hands the socket over when the tunnel stands.
  if (target.proxy !== undefined) start(target.connectTimeoutMs * PROXY_FACTOR)
  outgoing.on('socket', (socket) => {
    const ready = target.url.startsWith('https:') ? 'secureConnect' : 'connect'
    if (target.proxy !== undefined) return socket.connecting ? undefined : clear()
    if (!socket.connecting) return
    start(target.connectTimeoutMs)
    socket.once(ready, clear)
  })
  outgoing.on('close', clear)
  return { clear }
}

function headersOf(request: TransportRequest, compressed: boolean): Record<string, string | string[]> {
  const headers: Record<string, string | string[]> = { 'Accept-Encoding': compressed ? 'gzip' : 'identity' }
  for (const [name, value] of Object.entries(request.headers ?? {})) {
    headers[name] = typeof value === 'string' ? value : [...value]
  }
  return headers
}

async function readAll(
  { incoming, release }: Answer,
  target: TransportTarget,
  counters: TransportCounters,
  request: TransportRequest,
): Promise<TransportResponse> {
  try {
    const raw = await wholeBody(incoming, counters)
    const body =
      incoming.headers['content-encoding'] === 'gzip' ? gunzipSync(raw, { maxOutputLength: LARGEST_BODY }) : raw
    return { status: incoming.statusCode ?? 0, headers: plainHeaders(incoming), body }
  } catch (error) {
    throw broken(error, target, request)
  } finally {
    release()
  }
}

/** By events: for one small body an iterator costs more than all the rest. */
function wholeBody(incoming: IncomingMessage, counters: TransportCounters): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    incoming.on('data', (chunk: Buffer) => {
      chunks.push(chunk)
      counters.bytesIn += chunk.length
    })
    incoming.on('end', () => resolve(Buffer.concat(chunks)))
    incoming.on('error', reject)
    incoming.on('close', () => {
      // After the end, too, where nobody needs an error any more: each costs a stack.
      if (!incoming.readableEnded) reject(Object.assign(new Error('aborted'), { code: 'ECONNRESET' }))
    })
  })
}

function streamOf(
  { outgoing, incoming, release }: Answer,
  target: TransportTarget,
  counters: TransportCounters,
  request: TransportRequest,
): TransportStream {
  const gzipped = incoming.headers['content-encoding'] === 'gzip'
  const close = (): void => {
    release()
    outgoing.destroy()
  }
  async function* counted(): AsyncGenerator<Buffer> {
    for await (const chunk of incoming as AsyncIterable<Buffer>) {
      counters.bytesIn += chunk.length
      yield chunk
    }
  }
  async function* body(): AsyncGenerator<Uint8Array> {
    const { signal } = request
    try {
      for await (const chunk of gzipped ? unzipped(counted()) : counted()) {
        if (signal?.aborted) break
        yield chunk
      }
      // What had arrived already can end as if nothing had happened.
      if (signal?.aborted) throw signalFailure(signal)
    } catch (error) {
      throw broken(error, target, request)
    } finally {
      close()
    }
  }
  return { status: incoming.statusCode ?? 0, headers: plainHeaders(incoming), body: body(), close }
}

function unzipped(packed: AsyncIterable<Buffer>): AsyncIterable<Buffer> {
  const gunzip = createGunzip()
  // Its errors reach the reader through gunzip.
  pipeline(packed, gunzip, () => undefined)
  return gunzip
}

/** The error for an answer that did not arrive, or not whole. */
function broken(error: unknown, target: TransportTarget, request: TransportRequest): CliError {
  if (request.signal?.aborted) return signalFailure(request.signal)
  return connectionFailure(error, target)
}

function plainHeaders(incoming: IncomingMessage): Record<string, string> {
  const headers: Record<string, string> = {}
  for (const [name, value] of Object.entries(incoming.headers)) {
    if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(', ') : value
  }
  return headers
}
