import { once } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import { onTestFinished } from 'vitest'
import { type WebSocket, WebSocketServer } from 'ws'
import type { KubeStatus } from '../../src/api/objects.ts'
import { CliError } from '../../src/errors/cli-error.ts'
import type { DialOptions, FailedAnswer, Session } from '../../src/kube/session.ts'
import { openHttpsTransport } from '../../src/kube/transport-https.ts'
import { Authority } from '../sandbox/api-server/certificates.ts'

/** One WebSocket as the server sees it. */
export interface ServerChannels {
  socket: WebSocket
  url: URL
  protocol: string
  send(channel: number, data: string | Uint8Array): Promise<void>
  status(status: Partial<KubeStatus>): Promise<void>
  /** Messages of one channel, in order; 255 ends the one it names. */
  input(channel: number): AsyncIterable<Buffer>
}

export interface Refusal {
  status: number
  body: string
  contentType?: string
}

export interface ServerOptions {
  protocols?: readonly string[]
  /** Answers instead of the upgrade. */
  refuse?(request: IncomingMessage): Refusal | undefined
  /** Takes the raw connection instead of the upgrade. */
  intercept?(socket: Duplex): boolean
  /** Plain requests. */
  request?(request: IncomingMessage, response: ServerResponse): void
  serve?(channels: ServerChannels): Promise<void> | void
}

export interface ChannelServer {
  url: string
  session: Session
  requests: IncomingMessage[]
  close(): Promise<void>
}

const authority = new Authority('test-ca')
const serverPair = authority.issue({ commonName: 'kubernetes', hosts: ['127.0.0.1'], usage: 'server' })
const clientPair = authority.issue({ commonName: 'jane', usage: 'client' })

/** A TLS server that asks for a client certificate and speaks the channel subprotocols as the API server does; it ends with the test. */
export async function startChannelServer(options: ServerOptions): Promise<ChannelServer> {
  const protocols = options.protocols ?? ['v5.channel.k8s.io', 'v4.channel.k8s.io']
  const requests: IncomingMessage[] = []
  const server = createServer(
    { cert: serverPair.certificate, key: serverPair.key, ca: authority.certificate, requestCert: true },
    (request, response) => {
      requests.push(request)
      options.request?.(request, response)
    },
  )
  const sockets = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    handleProtocols: (offered) => protocols.find((each) => offered.has(each)) ?? false,
  })
  server.on('upgrade', (request, socket, head) => {
    requests.push(request)
    socket.on('error', () => undefined)
    if (options.intercept?.(socket) === true) return
    const refusal = options.refuse?.(request)
    if (refusal !== undefined) {
      socket.end(
        `HTTP/1.1 ${String(refusal.status)} Refused\r\ncontent-type: ${refusal.contentType ?? 'application/json'}\r\n` +
          `content-length: ${String(Buffer.byteLength(refusal.body))}\r\n\r\n${refusal.body}`,
      )
      return
    }
    sockets.handleUpgrade(request, socket, head, (webSocket) => {
      webSocket.on('error', () => undefined)
      // Whoever went away while we were sending is the test's business.
      Promise.resolve(options.serve?.(channelsOf(webSocket, request))).catch(() => undefined)
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `https://127.0.0.1:${String((server.address() as AddressInfo).port)}`
  const session = await sessionFor(url)
  const close = async (): Promise<void> => {
    session.close()
    for (const client of sockets.clients) client.terminate()
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
  onTestFinished(close)
  return { url, session, requests, close }
}

function channelsOf(socket: WebSocket, request: IncomingMessage): ServerChannels {
  const queues = new Map<number, { chunks: Buffer[]; ended: boolean; wake: () => void }>()
  const queueOf = (channel: number) => {
    const known = queues.get(channel) ?? { chunks: [], ended: false, wake: () => undefined }
    queues.set(channel, known)
    return known
  }
  socket.on('message', (data) => {
    const message = data as Buffer
    const ended = message[0] === 255
    const queue = queueOf(ended ? (message[1] ?? 0) : (message[0] ?? 0))
    if (ended) queue.ended = true
    else queue.chunks.push(message.subarray(1))
    // Reading goes on when the process behind it took what is there.
    if (queue.chunks.length > 4) socket.pause()
    queue.wake()
  })
  socket.on('close', () => {
    for (const queue of queues.values()) {
      queue.ended = true
      queue.wake()
    }
  })
  const send = (channel: number, data: string | Uint8Array): Promise<void> =>
    new Promise((resolve, reject) => {
      const message = Buffer.concat([Buffer.from([channel]), Buffer.from(data as Uint8Array)])
      socket.send(message, (error) => (error instanceof Error ? reject(error) : resolve()))
    })
  return {
    socket,
    url: new URL(request.url ?? '', 'https://server'),
    protocol: socket.protocol,
    send,
    status: (status) => send(3, JSON.stringify({ kind: 'Status', apiVersion: 'v1', ...status })),
    async *input(channel) {
      const queue = queueOf(channel)
      for (;;) {
        const chunk = queue.chunks.shift()
        if (chunk !== undefined) {
          yield chunk
          continue
        }
        if (queue.ended) return
        socket.resume()
        await new Promise<void>((resolve) => {
          queue.wake = resolve
        })
      }
    },
  }
}

/** As much of a Session as the streaming verbs use, over the real transport. */
export async function sessionFor(url: string, tls: Partial<DialOptions['tls']> = {}): Promise<Session> {
  const trust = {
    ca: authority.certificate,
    cert: clientPair.certificate,
    key: clientPair.key,
    rejectUnauthorized: true,
    ...tls,
  }
  const transport = await openHttpsTransport({ url, tls: trust, compression: true, connectTimeoutMs: 5_000 })
  const getJson = async <T>(path: string): Promise<T> => {
    const answer = await transport.request({ method: 'GET', path })
    if (answer.status !== 200) throw failure({ method: 'GET', path, ...answer })
    return JSON.parse(Buffer.from(answer.body).toString()) as T
  }
  return {
    server: url,
    context: 'test',
    user: 'jane',
    namespace: 'default',
    namespaceIsExplicit: false,
    transport,
    counters: transport.counters,
    getJson,
    async send(request) {
      const body = JSON.stringify(request.body)
      const answer = await transport.request({ method: request.method, path: request.path, body })
      if (answer.status >= 400) throw failure({ method: request.method, path: request.path, ...answer })
      return JSON.parse(Buffer.from(answer.body).toString()) as never
    },
    listAll: getJson,
    dialOptions: async () => ({ url, tls: trust, headers: { 'X-Test': 'yes' } }),
    failure,
    close: () => transport.close(),
  }
}

function failure(answer: FailedAnswer): CliError {
  const text = Buffer.from(answer.body).toString()
  const status = text.startsWith('{') ? (JSON.parse(text) as KubeStatus) : undefined
  return new CliError({
    kind: answer.status === 403 ? 'forbidden' : answer.status === 404 ? 'missing' : 'server',
    message: status?.message ?? text,
    code: answer.status,
    ...(status?.reason === undefined ? {} : { reason: status.reason }),
  })
}
