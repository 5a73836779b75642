import { Agent, request as httpsRequest } from 'node:https'
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import { WebSocket } from 'ws'
import type { ApiServer } from './api-server/server.ts'

export interface RawAnswer {
  status: number
  headers: IncomingHttpHeaders
  bytes: Buffer
  text: string
  json<T = Record<string, unknown>>(): T
}

export interface RawOptions {
  body?: unknown
  headers?: Record<string, string>
  contentType?: string
  accept?: string
}

/** A client without any knowledge of Kubernetes, for tests of the server itself. */
export interface RawClient {
  request(method: string, path: string, options?: RawOptions): Promise<RawAnswer>
  get(path: string, options?: RawOptions): Promise<RawAnswer>
  /** The answer as it comes in. */
  stream(path: string, options?: RawOptions): Promise<IncomingMessage>
  webSocket(path: string, protocols: string[]): WebSocket
  close(): void
}

export function rawClient(
  server: ApiServer,
  user: string,
  auth: 'token' | 'certificate' | 'none' = 'token',
): RawClient {
  if (auth === 'token' && !server.users.has(user)) server.users.add(user)
  const groups = server.users.has(user) ? server.users.user(user).groups : []
  const pair =
    auth === 'certificate'
      ? server.authority.issue({ commonName: user, organizations: groups, usage: 'client' })
      : undefined
  const tls = {
    ca: server.authority.certificate,
    ...(pair === undefined ? {} : { cert: pair.certificate, key: pair.key }),
  }
  const agent = new Agent({ keepAlive: true, ...tls })
  const authorization: Record<string, string> =
    auth === 'token' ? { authorization: `Bearer ${server.users.token(user)}` } : {}

  const open = async (method: string, path: string, options: RawOptions): Promise<IncomingMessage> => {
    const body = options.body === undefined ? undefined : bodyText(options.body)
    const headers = {
      ...authorization,
      ...(options.accept === undefined ? {} : { accept: options.accept }),
      // Node frames the body of a DELETE only when it is told the length.
      ...(body === undefined
        ? {}
        : {
            'content-type': options.contentType ?? 'application/json',
            'content-length': String(Buffer.byteLength(body)),
          }),
      ...options.headers,
    }
    return new Promise((resolve, reject) => {
      const request = httpsRequest(`${server.url}${path}`, { method, agent, headers }, resolve)
      request.once('error', reject)
      request.end(body)
    })
  }
  const whole = async (method: string, path: string, options: RawOptions = {}): Promise<RawAnswer> => {
    const response = await open(method, path, options)
    const chunks: Buffer[] = []
    for await (const chunk of response) chunks.push(chunk as Buffer)
    const bytes = Buffer.concat(chunks)
    const text = bytes.toString('utf8')
    const json = <T>(): T => JSON.parse(text) as T
    return { status: response.statusCode ?? 0, headers: response.headers, bytes, text, json }
  }
  return {
    request: whole,
    get: (path, options) => whole('GET', path, options),
    stream: (path, options = {}) => open('GET', path, options),
    webSocket: (path, protocols) =>
      new WebSocket(`${server.url.replace('https', 'wss')}${path}`, protocols, { ...tls, headers: authorization }),
    close: () => agent.destroy(),
  }
}

function bodyText(body: unknown): string {
  return typeof body === 'string' ? body : JSON.stringify(body)
}

/** The lines of a stream as they come. */
export async function* linesOf(stream: AsyncIterable<unknown>): AsyncGenerator<string> {
  let rest = ''
  for await (const chunk of stream) {
    const lines = (rest + (chunk as Buffer).toString('utf8')).split('\n')
    rest = lines.pop() ?? ''
    yield* lines
  }
}
