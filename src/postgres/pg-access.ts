import type { Duplex } from 'node:stream'
import type { TlsTrust } from './start-tls.ts'

/** How to reach and to enter a server. */
export interface PgAccess {
  /** Opens a connection to port 5432 of the instance, e.g. by port-forward. Called once, and once more to cancel. */
  open(signal: AbortSignal): Promise<Duplex>
  /** E.g. `streaming_replica` with a client certificate, or a role with a password. */
  user: string
  password?: string
  /** Default `postgres`. */
  database?: string
  tls: TlsTrust
  signal?: AbortSignal
  /** Limit in milliseconds; default 10 s. */
  timeoutMs?: number
}
