import { CliError } from '../errors/cli-error.ts'
import { encodeQuery } from './resources.ts'
import type { TransportRequest } from './transport.ts'

/** The URL of a request below the server's address. */
export function requestUrl(base: string, request: Pick<TransportRequest, 'path' | 'query'>): URL {
  const query = encodeQuery(request.query ?? [])
  const separator = request.path.includes('?') ? '&' : '?'
  return new URL(`${base}${request.path}${query === '' ? '' : `${separator}${query}`}`)
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
