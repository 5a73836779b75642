import { once } from 'node:events'
import type { Client } from 'pg'
import type { PgAccess } from './pg-access.ts'
import { startTls } from './start-tls.ts'

/** The CancelRequest message: length 16, code 1234.5678, then process and key of the session. */
const CANCEL_REQUEST = 0x04d2162e

/**
 * Asks the server to cancel what a session does, over a connection of its own (PostgreSQL's manual, 54.2.8): a server does
 * not notice by itself that its client has left. Resolves when it heard of it or could not be told; never throws.
 */
export async function cancelQuery(access: PgAccess, client: Client, signal: AbortSignal): Promise<void> {
  // Known to pg since the login, but not to its types.
  const { processID, secretKey } = client as unknown as { processID: number; secretKey: number }
  const message = Buffer.alloc(16)
  message.writeInt32BE(message.length, 0)
  message.writeInt32BE(CANCEL_REQUEST, 4)
  message.writeInt32BE(processID, 8)
  message.writeInt32BE(secretKey, 12)
  try {
    const stream = await access.open(signal)
    stream.on('error', () => undefined)
    signal.addEventListener('abort', () => stream.destroy(), { once: true })
    const socket = await startTls(stream, access.tls)
    socket.on('error', () => undefined)
    const closed = once(socket, 'close')
    socket.resume()
    socket.write(message)
    await closed
    stream.destroy()
  } catch {
    // The connection goes away in any case.
  }
}
