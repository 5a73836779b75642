import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/** A TCP relay on 127.0.0.1 that makes the way longer, and counts. */
export interface Relay {
  port: number
  connections: number
  /** Bytes of TCP towards the client, TLS included. */
  bytesToClient: number
  close(): void
}

/**
 * Relays to a port of this machine as if each round trip took `rttMs` longer: half of it each way, and a whole one before
 * the first byte, for the TCP handshake that a client here has at once.
 */
export async function startRelay(port: number, rttMs: number): Promise<Relay> {
  const sockets = new Set<Socket>()
  const server = createServer((client) => {
    relay.connections++
    const upstream = connect(port, '127.0.0.1')
    for (const socket of [client, upstream]) {
      sockets.add(socket)
      socket.setNoDelay(true)
      socket.on('error', () => undefined)
      socket.on('close', () => sockets.delete(socket))
    }
    const connected = performance.now() + rttMs
    pass(client, upstream, rttMs / 2, connected)
    pass(upstream, client, rttMs / 2, 0, (length) => (relay.bytesToClient += length))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const relay: Relay = {
    port: (server.address() as AddressInfo).port,
    connections: 0,
    bytesToClient: 0,
    close() {
      server.close()
      for (const socket of sockets) socket.destroy()
    },
  }
  return relay
}

/** Writes what comes from one to the other, in order, `delayMs` later and not before `earliest`. */
function pass(from: Socket, to: Socket, delayMs: number, earliest: number, count?: (length: number) => void): void {
  let last = Promise.resolve()
  const later = (act: () => void): void => {
    const due = Math.max(performance.now(), earliest) + delayMs
    last = last.then(async () => {
      const wait = due - performance.now()
      if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait))
      act()
    })
  }
  from.on('data', (chunk: Buffer) => {
    count?.(chunk.length)
    if (delayMs === 0) to.write(chunk)
    else later(() => to.write(chunk))
  })
  from.on('close', () => later(() => to.destroy()))
}
