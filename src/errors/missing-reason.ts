import type { MissingReason } from '../api/part.ts'
import type { CliError } from './cli-error.ts'

/** The reason that a part is missing, for the error that kept it from being read. */
export function missingReason(error: CliError): MissingReason {
  switch (error.kind) {
    case 'forbidden':
    case 'unauthorized':
      return 'forbidden'
    case 'missing':
      return 'missing'
    case 'timeout':
    case 'interrupted':
      return 'timeout'
    case 'unreachable':
    case 'tls':
      return 'unreachable'
    case 'server':
      return (error.code ?? 0) >= 500 ? 'unreachable' : 'unreadable'
    default:
      return 'unreadable'
  }
}
