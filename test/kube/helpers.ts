import { mkdtemp, rm } from 'node:fs/promises'
import { createServer as createHttpServer } from 'node:http'
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { createSecureServer, Http2ServerRequest } from 'node:http2'
import { createServer as createHttpsServer } from 'node:https'
import type { ServerOptions } from 'node:https'
import type { AddressInfo, Server, Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { CliError } from '../../src/errors/cli-error.ts'

/** A request as a test server saw it. */
export interface SeenRequest {
  method: string
  url: string
  headers: IncomingMessage['headers']
  /** Names and values in their order, as sent. */
  rawHeaders: string[]
  body: string
  /** CN of the client's certificate. */
  clientName: string | undefined
}

export interface TestServer {
  port: number
  url: string
  /** Requests so far. */
  seen: SeenRequest[]
  /** Connections so far. */
  connections: () => number
  /** Connections open now. */
  open: () => number
  /** Requests whose answer is not over. */
  busy: () => number
}

export type Handler = (request: SeenRequest, response: ServerResponse, incoming: IncomingMessage) => void

/** An HTTPS server on a free port (HTTP without `tls`) that ends with the test; also of HTTP/2 where `http2` is set. */
export async function serve(
  tls: (ServerOptions & { http2?: boolean }) | undefined,
  handler: Handler,
): Promise<TestServer> {
  const seen: SeenRequest[] = []
  let busy = 0
  const listener: RequestListener = (incoming, response) => {
    busy++
    response.on('close', () => busy--)
    const chunks: Buffer[] = []
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
    incoming.on('end', () => {
      const peer = 'getPeerCertificate' in incoming.socket ? clientNameOf(incoming.socket) : undefined
      const request = {
        method: incoming.method ?? '',
        url: incoming.url ?? '',
        headers: incoming.headers,
        rawHeaders: incoming.rawHeaders,
        body: Buffer.concat(chunks).toString('utf8'),
        clientName: peer,
      }
      seen.push(request)
      handler(request, response, incoming)
    })
  }
  const server = serverFor(tls, listener)
  const { port, connections, open } = await listen(server)
  return {
    port,
    url: `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${port}`,
    seen,
    connections,
    open,
    busy: () => busy,
  }
}

function serverFor(tls: (ServerOptions & { http2?: boolean }) | undefined, listener: RequestListener): Server {
  if (tls === undefined) return createHttpServer(listener)
  const { http2 = false, ...options } = tls
  // What both kinds of request and response have is all that the tests use.
  if (http2) return createSecureServer({ ...options, allowHTTP1: true }, listener as never)
  return createHttpsServer(options, listener)
}

/** Cuts the connection of a request, whatever its protocol. */
export function cut(incoming: IncomingMessage | Http2ServerRequest): void {
  if (incoming instanceof Http2ServerRequest) incoming.stream.session?.destroy()
  else incoming.socket.destroy()
}

/** Lets any server listen on a free port until the test ends, connections included. */
export async function listen(server: Server): Promise<{ port: number; connections: () => number; open: () => number }> {
  const sockets = new Set<Socket>()
  let connections = 0
  server.on('connection', (socket) => {
    connections++
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    socket.on('error', () => undefined)
  })
  server.on('tlsClientError', () => undefined)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(async () => {
    for (const socket of sockets) socket.destroy()
    await new Promise((resolve) => server.close(resolve))
  })
  return { port: (server.address() as AddressInfo).port, connections: () => connections, open: () => sockets.size }
}

/** Answers with JSON. */
export function json(
  response: ServerResponse,
  value: unknown,
  status = 200,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { 'Content-Type': 'application/json', ...headers })
  response.end(JSON.stringify(value))
}

/** A Status body as an API server sends it. */
export function statusBody(code: number, reason: string, message: string, details?: object): object {
  return { kind: 'Status', apiVersion: 'v1', status: 'Failure', code, reason, message, ...(details && { details }) }
}

/** A folder that is gone when the test ends. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'kubectl-cnpg-test-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return folder
}

/** The CliError that a promise rejects with; fails the test on anything else. */
export async function errorOf(work: Promise<unknown>): Promise<CliError> {
  try {
    await work
  } catch (error) {
    if (error instanceof CliError) return error
    throw error
  }
  throw new Error('it did not fail')
}

function clientNameOf(socket: object): string | undefined {
  const peer = (socket as { getPeerCertificate(): { subject?: { CN?: string } } | undefined }).getPeerCertificate()
  return peer?.subject?.CN
}
