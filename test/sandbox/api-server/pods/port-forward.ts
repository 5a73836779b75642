import type { Duplex } from 'node:stream'
import { createWebSocketStream } from 'ws'
import type { WebSocket } from 'ws'
import type { Exchange } from '../exchange.ts'
import { badRequest } from '../status.ts'
import type { Backends } from './backends.ts'
import { forwardOverSpdy } from './spdy-forward.ts'
import { acceptSpdy, acceptWebSocket, choose, wantsSpdy } from './upgrade.ts'

const CHANNELS = 'v4.channel.k8s.io'
const SPDY = 'portforward.k8s.io'
const TUNNEL = 'SPDY/3.1+portforward.k8s.io'
const HIGH_WATER = 1024 * 1024

/**
 * Forwards ports of a pod. kubectl speaks SPDY, since 1.31 inside a WebSocket; other clients speak plain channels in a
 * WebSocket: for the n-th port, channel 2n carries data and 2n+1 an error text, both beginning with the port as two bytes, low
 * one first.
 */
export async function forwardPorts(
  exchange: Exchange,
  backends: Backends,
  socket: Duplex,
  head: Buffer,
): Promise<void> {
  const pod = backends.pod(exchange.info.namespace, exchange.info.name)
  if (pod.status?.phase !== 'Running')
    throw badRequest(`unable to forward port because pod is not running. Current status=${pod.status?.phase ?? ''}`)
  const backend = backends.backend(pod)
  if (wantsSpdy(exchange)) {
    acceptSpdy(exchange, socket, head, choose(exchange, 'x-stream-protocol-version', [SPDY]))
    return forwardOverSpdy(socket, pod.metadata.name, backend)
  }
  const protocol = choose(exchange, 'sec-websocket-protocol', [TUNNEL, CHANNELS])
  if (protocol === TUNNEL) {
    const tunnel = createWebSocketStream(await acceptWebSocket(exchange, socket, head, protocol))
    tunnel.on('error', () => tunnel.destroy())
    return forwardOverSpdy(tunnel, pod.metadata.name, backend)
  }
  const ports = exchange.query.getAll('ports').flatMap((value) => value.split(',').map(Number))
  if (ports.length === 0) throw badRequest('query parameter "ports" is required')
  if (!ports.every((port) => Number.isInteger(port) && port > 0 && port < 65_536))
    throw badRequest('query parameter "ports" is not a list of valid ports')
  const webSocket = await acceptWebSocket(exchange, socket, head, protocol)
  const targets: (Promise<Duplex | undefined> | undefined)[] = []
  webSocket.on('message', (data) => {
    const bytes = data as Buffer
    const channel = bytes[0] ?? 0
    if (channel % 2 === 0) void targets[channel / 2]?.then((target) => target?.write(bytes.subarray(1)))
  })
  webSocket.on('close', () => {
    for (const target of targets) void target?.then((stream) => stream?.destroy())
  })
  for (const [index, port] of ports.entries()) {
    const number = Buffer.from([port & 0xff, port >> 8])
    send(exchange, webSocket, index * 2, number)
    send(exchange, webSocket, index * 2 + 1, number)
    targets[index] = backend.connect(port).then(
      (target) => pump(exchange, webSocket, index, target),
      (error: unknown) => {
        const why = error instanceof Error ? error.message : String(error)
        const text = `error forwarding port ${port} to pod ${pod.metadata.name}, uid : ${why}`
        send(exchange, webSocket, index * 2 + 1, Buffer.from(text))
        return undefined
      },
    )
  }
}

function pump(exchange: Exchange, webSocket: WebSocket, index: number, target: Duplex): Duplex {
  target.on('data', (chunk: Buffer) => {
    send(exchange, webSocket, index * 2, chunk, () => target.resume())
    if (webSocket.bufferedAmount > HIGH_WATER) target.pause()
  })
  target.on('error', () => target.destroy())
  // One side of a channel cannot be closed alone: when the server in the pod hangs up, the forward ends.
  target.on('close', () => webSocket.close(1000))
  return target
}

function send(exchange: Exchange, webSocket: WebSocket, channel: number, data: Uint8Array, sent?: () => void): void {
  if (webSocket.readyState !== webSocket.OPEN) return
  exchange.record.bytes += data.length
  webSocket.send(Buffer.concat([Buffer.from([channel]), data]), () => sent?.())
}
