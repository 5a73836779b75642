import { gzipSync } from 'node:zlib'
import { load } from 'js-yaml'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Fault } from './faults.ts'
import { decodeProtobuf } from './protobuf.ts'
import { requestInfo } from './request-info.ts'
import type { RequestInfo } from './request-info.ts'
import { ApiError, badRequest } from './status.ts'
import type { User } from './users.ts'

/** From this size on answers are compressed for those who accept it, as a real API server does. */
const GZIP_FROM = 128 * 1024
const LARGEST_BODY = 3 * 1024 * 1024

/** One line of the request log. */
export interface RequestRecord {
  method: string
  /** Path as sent, without the query. */
  path: string
  query: string
  /** Who asked, after impersonation; empty when nobody was recognised. */
  user: string
  /** Who really asked, when somebody was impersonated. */
  impersonator?: string
  userAgent: string
  info: RequestInfo
  /** 0 until there is an answer, and for ever when the connection was cut. */
  status: number
  /** Bytes of the answer's body as sent. */
  bytes: number
  contentType: string
  /** What was sent, as text. */
  body: string
  /** Number of the connection, counted from 1. */
  connection: number
}

/** One request and its answer. */
export class Exchange {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly path: string
  readonly query: URLSearchParams
  readonly info: RequestInfo
  readonly record: RequestRecord
  readonly signal: AbortSignal
  user: User = { name: '', groups: [] }
  faults: Fault[] = []
  /** A fault has ended the answer; what follows must not make it look whole. */
  #isCut = false
  /** Sent as Warning headers; kubectl prints them. */
  readonly warnings: string[] = []

  constructor(request: IncomingMessage, response: ServerResponse, connection: number) {
    this.request = request
    this.response = response
    const url = request.url ?? '/'
    const mark = url.indexOf('?')
    this.path = mark === -1 ? url : url.slice(0, mark)
    const query = mark === -1 ? '' : url.slice(mark + 1)
    this.query = new URLSearchParams(query)
    const method = request.method ?? 'GET'
    this.info = requestInfo(method, this.path, this.query)
    this.record = {
      method,
      path: this.path,
      query,
      user: '',
      userAgent: request.headers['user-agent'] ?? '',
      info: this.info,
      status: 0,
      bytes: 0,
      contentType: request.headers['content-type'] ?? '',
      body: '',
      connection,
    }
    const gone = new AbortController()
    this.signal = gone.signal
    response.once('close', () => gone.abort())
  }

  /** The whole body of the request; throws 413 when it is too large. */
  async body(): Promise<Buffer> {
    const chunks: Buffer[] = []
    let size = 0
    for await (const chunk of this.request) {
      chunks.push(chunk as Buffer)
      size += (chunk as Buffer).length
      if (size > LARGEST_BODY)
        throw new ApiError(413, 'RequestEntityTooLarge', `Request entity too large: limit is ${LARGEST_BODY}`)
    }
    const body = Buffer.concat(chunks)
    this.record.body = body.toString('utf8')
    return body
  }

  /** The object in the body, from JSON, YAML or Kubernetes' binary form; undefined when it is empty. Throws 400 and 415. */
  async objectBody(): Promise<unknown> {
    const body = await this.body()
    if (body.length === 0) return undefined
    const { contentType } = this.record
    if (contentType.startsWith('application/vnd.kubernetes.protobuf')) {
      const object = decodeProtobuf(body)
      if (object !== undefined) return object
      const why = 'the body of the request was in an unknown format - accepted media types include: application/json'
      throw new ApiError(415, 'UnsupportedMediaType', why)
    }
    try {
      const source = body.toString('utf8')
      return contentType.includes('yaml') ? load(source) : (JSON.parse(source) as unknown)
    } catch (error) {
      throw badRequest(`couldn't get version/kind; json parse error: ${(error as Error).message}`)
    }
  }

  json(code: number, body: unknown, contentType = 'application/json'): void {
    this.send(code, { 'content-type': contentType }, `${JSON.stringify(body)}\n`)
  }

  text(code: number, body: string): void {
    this.send(code, { 'content-type': 'text/plain; charset=utf-8', 'x-content-type-options': 'nosniff' }, body)
  }

  error(error: ApiError): void {
    const retry = error.details?.retryAfterSeconds
    const headers: Record<string, string> = retry === undefined ? {} : { 'retry-after': String(retry) }
    this.send(error.code, { 'content-type': 'application/json', ...headers }, `${JSON.stringify(error.body())}\n`)
  }

  /** A whole answer, compressed when that is worth it, cut short when a fault says so. */
  send(code: number, headers: Record<string, string>, body: string | Uint8Array): void {
    if (this.#cutBeforeAnswer()) return
    let bytes = typeof body === 'string' ? Buffer.from(body, 'utf8') : body
    const head: Record<string, string> = { 'cache-control': 'no-cache, private', ...headers }
    const accepted = this.request.headers['accept-encoding'] ?? ''
    if (bytes.length >= GZIP_FROM && /\bgzip\b/.test(accepted) && head['content-encoding'] === undefined) {
      bytes = gzipSync(bytes, { level: 1 })
      head['content-encoding'] = 'gzip'
      head['vary'] = 'Accept-Encoding'
    }
    this.record.status = code
    if (this.warnings.length > 0) this.response.setHeader('warning', this.warnings.map(warningHeader))
    this.response.writeHead(code, { ...head, 'content-length': String(bytes.length) })
    const limit = this.#limit(bytes.length)
    const part = this.request.method === 'HEAD' ? bytes.subarray(0, 0) : bytes.subarray(0, limit)
    this.record.bytes += part.length
    if (limit < bytes.length) this.response.write(part, () => this.request.socket.destroy())
    else this.response.end(part)
  }

  /** Starts an answer of unknown length; false when a fault has cut it off. */
  start(code: number, headers: Record<string, string>): boolean {
    if (this.#cutBeforeAnswer()) return false
    this.record.status = code
    this.response.writeHead(code, { 'cache-control': 'no-cache, private', ...headers })
    this.response.flushHeaders()
    return true
  }

  /** The next part of an answer that was started; waits for a slow reader. */
  async write(chunk: string | Uint8Array): Promise<void> {
    if (this.signal.aborted || this.#isCut) return
    const bytes = typeof chunk === 'string' ? Buffer.from(chunk, 'utf8') : chunk
    const limit = this.#limit(Infinity) - this.record.bytes
    const part = bytes.subarray(0, Math.max(0, limit))
    this.record.bytes += part.length
    if (part.length < bytes.length) {
      this.#isCut = true
      this.response.write(part, () => this.request.socket.destroy())
      return
    }
    if (!this.response.write(part))
      await new Promise<void>((resolve) => {
        this.response.once('drain', resolve)
        this.signal.addEventListener('abort', () => resolve(), { once: true })
      })
  }

  end(): void {
    if (!this.#isCut) this.response.end()
  }

  #cutBeforeAnswer(): boolean {
    if (!this.faults.some(({ cut }) => cut === 'after')) return false
    this.request.socket.destroy()
    return true
  }

  /** How many bytes of a body of this size are sent. */
  #limit(size: number): number {
    const limits = this.faults.map(({ cut, truncateAt }) => {
      if (truncateAt !== undefined) return truncateAt
      return cut === 'during' ? Math.floor(Math.min(size, 1000) / 2) : Infinity
    })
    return Math.min(size, ...limits)
  }
}

/** RFC 9111's header for one warning, with the code that Kubernetes uses. */
function warningHeader(text: string): string {
  return `299 - "${text.replace(/["\\]/g, '\\$&')}"`
}
