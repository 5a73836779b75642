import { CliError } from '../errors/cli-error.ts'
import { codeOf, connectionFailure } from './connection-failure.ts'
import { handshakeWatch } from './handshake-watch.ts'
import { requestUrl, signalFailure } from './request-parts.ts'
import { RequestPlaces } from './request-places.ts'
import type {
  Transport,
  TransportCounters,
  TransportRequest,
  TransportResponse,
  TransportStream,
  TransportTarget,
} from './transport.ts'

/** No more than may ever be asked at once: HTTP/1.1 servers get a connection for each. */
const MAX_REQUESTS = 32

/** What Bun's fetch has beyond the standard (bun.sh/docs/runtime/networking/fetch). */
interface BunFetchInit {
  method: string
  headers: Record<string, string>
  body?: Uint8Array | string
  signal: AbortSignal
  redirect: 'manual'
  tls: object
  /** The proxy variables of the environment do not count: whoever opened this transport has read them. */
  proxy: false
  /** Bodies come as on the wire. */
  decompress: false
  /** No idle limit; each request has its signal. */
  timeout: false
}

type BunFetch = (url: URL, init: BunFetchInit) => Promise<Response>

/** An answer that has begun. */
interface Answer {
  response: Response
  abort: AbortController
  release: () => void
}

/**
 * Implementation A of {@link Transport}: Bun's fetch, which speaks HTTP/2 on one connection where the server does
 * (performance.md 4; the program is started with `--experimental-http2-fetch`). Never for a target with a proxy.
 * What fetch cannot do, or cannot explain, goes to `fallback`: header lines of one name, and failures of TLS.
 */
export async function openFetchTransport(
  target: TransportTarget,
  fallback: (target: TransportTarget) => Promise<Transport>,
): Promise<Transport> {
  const counters: TransportCounters = target.counters ?? { requests: 0, connections: 0, bytesIn: 0, bytesOut: 0 }
  // Bun does not tell.
  counters.connections = Number.NaN
  const { servername, ...tls } = target.tls
  const tlsOptions = { ...tls, ...(servername === undefined ? {} : { serverName: servername }) }
  const watch = handshakeWatch(target)
  const places = new RequestPlaces(MAX_REQUESTS)
  const running = new Set<AbortController>()
  let other: Promise<Transport> | undefined
  const inOtherWay = (): Promise<Transport> => (other ??= fallback({ ...target, counters }))

  async function exchange(request: TransportRequest, compressed: boolean): Promise<Answer> {
    const abort = new AbortController()
    const follow = (): void => abort.abort(request.signal?.reason)
    request.signal?.addEventListener('abort', follow, { once: true })
    running.add(abort)
    const handshake = watch.begin((error) => abort.abort(error))
    const release = (): void => {
      running.delete(abort)
      request.signal?.removeEventListener('abort', follow)
    }
    counters.requests++
    counters.bytesOut += lengthOf(request.body)
    try {
      const response = await (fetch as unknown as BunFetch)(requestUrl(target.url, request), {
        method: request.method,
        headers: headersOf(request, compressed),
        ...(request.body === undefined ? {} : { body: request.body }),
        signal: abort.signal,
        redirect: 'manual',
        tls: tlsOptions,
        proxy: false,
        decompress: false,
        timeout: false,
      })
      return { response, abort, release }
    } catch (error) {
      release()
      // Whoever else failed: it is the abort that the user has to be told of.
      throw abort.signal.aborted ? signalFailure(abort.signal) : error
    } finally {
      handshake.end()
    }
  }

  /** The answer, or undefined when the other transport has to be asked: nothing was sent in that case. */
  async function answerTo(request: TransportRequest, compressed: boolean): Promise<Answer | undefined> {
    if (request.signal?.aborted) throw signalFailure(request.signal)
    if (Object.values(request.headers ?? {}).some((value) => typeof value !== 'string' && value.length > 1)) {
      return undefined
    }
    try {
      return await exchange(request, compressed)
    } catch (error) {
      if (!needsWords(error)) throw failureOf(error, target)
      counters.requests--
      counters.bytesOut -= lengthOf(request.body)
      return undefined
    }
  }

  return {
    counters,
    multiplexed: target.url.startsWith('https:'),
    request: (request) =>
      places.use(request.signal, async () => {
        const answer = await answerTo(request, target.compression)
        if (answer === undefined) return (await inOtherWay()).request(request)
        return readAll(answer, target, counters)
      }),
    async stream(request) {
      // Compressed lines would be held back until a block is full.
      const answer = await answerTo(request, false)
      if (answer === undefined) return (await inOtherWay()).stream(request)
      return streamOf(answer, target, counters)
    },
    close() {
      for (const abort of running) abort.abort(closed())
      void other?.then((transport) => transport.close())
    },
  }
}

/** A failure before the request was sent, of which node:tls tells more: TLS of any kind, or words it cannot send. */
function needsWords(error: unknown): boolean {
  if (error instanceof CliError) return false
  const code = codeOf(error)
  return (
    code === '' ||
    code === 'FailedToOpenSocket' ||
    code === 'EPROTO' ||
    /^(UNABLE_|CERT_|ERR_TLS_)|SELF_SIGNED|_CA$/.test(code)
  )
}

function closed(): CliError {
  return new CliError({ kind: 'interrupted', message: 'the connection was closed' })
}

function lengthOf(body: Uint8Array | string | undefined): number {
  return body === undefined ? 0 : Buffer.byteLength(body)
}

function headersOf(request: TransportRequest, compressed: boolean): Record<string, string> {
  const headers: Record<string, string> = { 'Accept-Encoding': compressed ? 'gzip' : 'identity' }
  for (const [name, value] of Object.entries(request.headers ?? {})) {
    const text = typeof value === 'string' ? value : value[0]
    if (text !== undefined) headers[name] = text
  }
  return headers
}

async function readAll(
  answer: Answer,
  target: TransportTarget,
  counters: TransportCounters,
): Promise<TransportResponse> {
  const { response } = answer
  try {
    const raw = Buffer.from(await response.arrayBuffer())
    counters.bytesIn += raw.length
    return {
      status: response.status,
      headers: Object.fromEntries(response.headers),
      body: await unpacked(response, raw),
    }
  } catch (error) {
    throw broken(error, answer, target)
  } finally {
    answer.release()
  }
}

function bun(): { gunzipSync(packed: Uint8Array): Uint8Array } {
  return (globalThis as unknown as { Bun: ReturnType<typeof bun> }).Bun
}

/** Longest body after decompression. */
const LARGEST_BODY = 1 << 29

async function unpacked(response: Response, raw: Buffer): Promise<Buffer> {
  if (response.headers.get('content-encoding') !== 'gzip') return raw
  // Bun's own has no limit of its own, but costs no module. Deflate makes a byte to 1032 at most (zlib.net/zlib_tech.html).
  if (raw.length * 1032 < LARGEST_BODY) return Buffer.from(bun().gunzipSync(raw))
  const { gunzipSync } = await import('node:zlib')
  return gunzipSync(raw, { maxOutputLength: LARGEST_BODY })
}

function streamOf(answer: Answer, target: TransportTarget, counters: TransportCounters): TransportStream {
  const { response, abort, release } = answer
  const close = (): void => {
    release()
    abort.abort(closed())
  }
  async function* body(): AsyncGenerator<Uint8Array> {
    try {
      const counted = countedChunks(response, counters)
      const gzipped = response.headers.get('content-encoding') === 'gzip'
      for await (const chunk of gzipped ? await unzipped(counted) : counted) {
        if (abort.signal.aborted) break
        yield chunk
      }
      // What had arrived already can end as if nothing had happened.
      if (abort.signal.aborted) throw signalFailure(abort.signal)
    } catch (error) {
      throw broken(error, answer, target)
    } finally {
      close()
    }
  }
  return { status: response.status, headers: Object.fromEntries(response.headers), body: body(), close }
}

async function* countedChunks(response: Response, counters: TransportCounters): AsyncGenerator<Uint8Array> {
  if (response.body === null) return
  for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
    counters.bytesIn += chunk.length
    yield chunk
  }
}

async function unzipped(packed: AsyncIterable<Uint8Array>): Promise<AsyncIterable<Uint8Array>> {
  const [{ createGunzip }, { pipeline }] = await Promise.all([import('node:zlib'), import('node:stream')])
  const gunzip = createGunzip()
  // Its errors reach the reader through gunzip.
  pipeline(packed, gunzip, () => undefined)
  return gunzip
}

/** HTTP/2 can end one request of many: to whoever asked, that is a connection that was closed. */
function failureOf(error: unknown, target: TransportTarget): CliError {
  const wasReset = /^HTTP2/.test(codeOf(error))
  return connectionFailure(
    wasReset ? Object.assign(new Error('reset', { cause: error }), { code: 'ECONNRESET' }) : error,
    target,
  )
}

/** The error for an answer that did not arrive whole. */
function broken(error: unknown, { abort }: Answer, target: TransportTarget): CliError {
  return abort.signal.aborted ? signalFailure(abort.signal) : failureOf(error, target)
}
