import { CliError } from '../errors/cli-error.ts'
import { encodeQuery } from './resources.ts'
import type { TransportRequest } from './transport.ts'

/** The path of a request with its query, as it stands in the first line of the request below the server's address. */
export function requestTarget({ path, query = [] }: Pick<TransportRequest, 'path' | 'query'>): string {
  const encoded = encodeQuery(query)
  return encoded === '' ? path : `${path}${path.includes('?') ? '&' : '?'}${encoded}`
}

/** The URL of a request below the server's address. */
export function requestUrl(base: string, request: Pick<TransportRequest, 'path' | 'query'>): URL {
  return new URL(`${base}${requestTarget(request)}`)
}

/** A body as text, without a copy of its bytes. */
export function bodyText({ buffer, byteOffset, byteLength }: Uint8Array): string {
  return Buffer.from(buffer, byteOffset, byteLength).toString('utf8')
}

/** The error for work that a signal ended: its reason when that is one of ours, else a timeout or an interruption. */
export function signalFailure(signal: AbortSignal): CliError {
  const reason: unknown = signal.reason
  if (reason instanceof CliError) return reason
  if (reason instanceof Error && reason.name === 'TimeoutError') {
    return new CliError({ kind: 'timeout', message: 'the time for this request is over' })
  }
  return new CliError({ kind: 'interrupted', message: 'the request was given up' })
}
