import type { Duplex } from 'node:stream'
import { WebSocketServer } from 'ws'
import type { WebSocket } from 'ws'
import type { Exchange } from '../exchange.ts'
import { badRequest } from '../status.ts'

/** What a client offers in a header with commas. */
export function offered(exchange: Exchange, header: string): string[] {
  const value = exchange.request.headers[header]
  return [value ?? []]
    .flat()
    .join(',')
    .split(',')
    .map((name) => name.trim())
    .filter(Boolean)
}

export function wantsSpdy(exchange: Exchange): boolean {
  return (exchange.request.headers.upgrade ?? '').toLowerCase() === 'spdy/3.1'
}

/** The first of ours that the client offers; throws 400 when there is none. */
export function choose(exchange: Exchange, header: string, ours: readonly string[]): string {
  const theirs = offered(exchange, header)
  const chosen = ours.find((name) => theirs.includes(name))
  if (chosen !== undefined) return chosen
  throw badRequest(
    `unable to upgrade: unable to negotiate protocol: client supports ${JSON.stringify(theirs)}, server supports ${JSON.stringify(ours)}`,
  )
}

/** Makes a WebSocket of the connection. */
export async function acceptWebSocket(
  exchange: Exchange,
  socket: Duplex,
  head: Buffer,
  protocol: string,
): Promise<WebSocket> {
  // Kubernetes' name for tunnelled SPDY has a slash, which ws does not take for a protocol: we answer the header ourselves.
  delete exchange.request.headers['sec-websocket-protocol']
  const server = new WebSocketServer({ noServer: true, perMessageDeflate: false })
  server.on('headers', (lines) => lines.push(`Sec-WebSocket-Protocol: ${protocol}`))
  const webSocket = await new Promise<WebSocket>((resolve, reject) => {
    server.on('wsClientError', (error) => reject(badRequest(error.message)))
    server.handleUpgrade(exchange.request, socket, head, (accepted) => resolve(accepted))
  })
  exchange.record.status = 101
  webSocket.on('error', () => webSocket.terminate())
  return webSocket
}

/** Switches the connection itself to SPDY. */
export function acceptSpdy(exchange: Exchange, socket: Duplex, head: Buffer, protocol: string): void {
  exchange.record.status = 101
  const lines = ['HTTP/1.1 101 Switching Protocols', 'Connection: Upgrade', 'Upgrade: SPDY/3.1']
  socket.write(`${[...lines, `X-Stream-Protocol-Version: ${protocol}`].join('\r\n')}\r\n\r\n`)
  if (head.length > 0) socket.unshift(head)
  socket.on('error', () => socket.destroy())
}
