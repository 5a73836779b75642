import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { duplexPair } from 'node:stream'
import type { Duplex } from 'node:stream'
import { TLSSocket } from 'node:tls'
import { ConnectionFailure } from '../types.ts'
import type { PodBackend } from '../types.ts'
import { statusPort } from './faults.ts'

/** A connection to one of the manager's web servers, as a port-forward opens it: HTTP on this end, TLS below it on the status port. */
export function webConnection(
  pod: PodBackend & { wire: string },
  port: number,
  tls: { certificate: string; key: string },
): Duplex {
  const [near, far] = duplexPair()
  const secure = port === statusPort && pod.wire !== '1.15.1'
  const server = createServer((request, response) => void answer(pod, port, secure, request, response))
  near.once('close', () => far.destroy())
  near.on('error', () => undefined)
  far.on('error', () => undefined)
  if (secure) {
    // The types ask for a net.Socket; any duplex stream will do.
    const options = {
      isServer: true,
      cert: tls.certificate,
      key: tls.key,
      minVersion: 'TLSv1.3',
      requestCert: true,
      rejectUnauthorized: false,
    }
    const socket = new TLSSocket(far, options as ConstructorParameters<typeof TLSSocket>[1])
    socket.on('error', () => near.destroy())
    server.emit('connection', socket)
  } else server.emit('connection', far)
  return near
}

async function answer(
  pod: PodBackend,
  port: number,
  tls: boolean,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const gone = new AbortController()
  response.once('close', () => gone.abort())
  const chunks: Buffer[] = []
  try {
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]))
    const { method = 'GET', url: path = '/' } = request
    const result = await pod.http({
      port,
      tls,
      method,
      path,
      headers,
      body: Buffer.concat(chunks),
      signal: gone.signal,
    })
    response.writeHead(result.status, result.headers).end(result.body)
  } catch (error) {
    if (!(error instanceof ConnectionFailure)) throw error
    response.destroy()
  }
}
