import { setTimeout as pause } from 'node:timers/promises'
import { ConnectionFailure } from '../types.ts'
import type { PodHttpRequest, PodHttpResponse } from '../types.ts'

/** What goes wrong with one pod. All of it may be changed while the sandbox runs. */
export interface PodFaults {
  /** Ports whose packets are dropped: nothing ever answers. Port 8000, 9187 or 5432. */
  blackHole?: readonly number[]
  /** The manager stands still (SIGSTOP): port 8000 and 9187 accept and never answer, nor do its commands; PostgreSQL goes on. */
  frozenManager?: boolean
  /** Milliseconds before every answer on the ports 8000 and 9187. */
  delay?: number
  /** Ports that reset the connection. */
  reset?: readonly number[]
  /** Answered instead of what the pod would say, to paths that start with `path` (default: all). */
  respond?: { port: number; path?: string; status: number; body: string }
  /** Bodies end after so many bytes. */
  truncate?: number
}

/** Port 8000 of the manager. */
export const statusPort = 8000
/** Port 9187 of the metrics. */
export const metricsPort = 9187

/** Waits until the caller gives up, then rejects as the API server's client does. */
export async function never(signal: AbortSignal, message = 'i/o timeout'): Promise<never> {
  await new Promise<void>((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })
  throw new ConnectionFailure(message)
}

/** Whether a port of the pod is silent for ever. */
export function silent(faults: PodFaults, port: number): boolean {
  if (faults.blackHole?.includes(port) === true) return true
  return faults.frozenManager === true && (port === statusPort || port === metricsPort)
}

/** Runs a request through the pod's faults. */
export async function withFaults(
  faults: PodFaults,
  address: string,
  request: PodHttpRequest,
  answer: () => Promise<PodHttpResponse>,
): Promise<PodHttpResponse> {
  if (silent(faults, request.port)) return never(request.signal, `dial tcp ${address}:${request.port}: i/o timeout`)
  if (faults.delay !== undefined) await pause(faults.delay, undefined, { signal: request.signal })
  if (faults.reset?.includes(request.port) === true) {
    throw new ConnectionFailure(`read tcp ${address}:${request.port}: read: connection reset by peer`)
  }
  const { respond } = faults
  if (respond !== undefined && respond.port === request.port && request.path.startsWith(respond.path ?? '/')) {
    return { status: respond.status, headers: { 'content-type': 'text/plain; charset=utf-8' }, body: respond.body }
  }
  const response = await answer()
  if (faults.truncate === undefined) return response
  return { ...response, body: Buffer.from(response.body).subarray(0, faults.truncate) }
}
