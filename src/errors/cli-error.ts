import { Exit, exitOfSignal } from './exit-codes.ts'

/**
 * What went wrong, coarsely. `usage`: the command line; `config`: the kubeconfig or a file of ours;
 * `unreachable`: no connection; `tls`: a certificate was refused; `unauthorized`: 401; `forbidden`: 403;
 * `missing`: 404; `conflict`: 409; `refused`: a preflight or the user said no; `timeout`: a limit passed;
 * `interrupted`: a signal; `server`: any other answer of the API server; `internal`: a defect of ours.
 */
export type ErrorKind =
  | 'usage'
  | 'config'
  | 'unreachable'
  | 'tls'
  | 'unauthorized'
  | 'forbidden'
  | 'missing'
  | 'conflict'
  | 'refused'
  | 'timeout'
  | 'interrupted'
  | 'server'
  | 'failed'
  | 'internal'

export interface CliErrorInit {
  kind: ErrorKind
  /** One sentence for the user, without a trailing full stop. */
  message: string
  /** What to do next, one or more lines. */
  hint?: string
  /** HTTP status, where the API server answered. */
  code?: number
  /** `reason` of the server's Status body, e.g. `NotFound`. */
  reason?: string
  /** Usage line of the command, printed after the message. */
  usage?: string
  /** Overrides the code that follows from `kind`. */
  exitCode?: number
  cause?: unknown
}

/** The one error that commands throw on purpose. `describe()` turns it into text, the entry into an exit code. */
export class CliError extends Error {
  readonly kind: ErrorKind
  readonly hint: string | undefined
  readonly code: number | undefined
  readonly reason: string | undefined
  readonly usage: string | undefined
  readonly exitCode: number

  constructor(init: CliErrorInit) {
    super(init.message, init.cause === undefined ? undefined : { cause: init.cause })
    this.name = 'CliError'
    this.kind = init.kind
    this.hint = init.hint
    this.code = init.code
    this.reason = init.reason
    this.usage = init.usage
    this.exitCode = init.exitCode ?? exitCodeOf(init.kind)
  }
}

function exitCodeOf(kind: ErrorKind): number {
  switch (kind) {
    case 'usage':
      return Exit.usage
    case 'timeout':
      return Exit.timeout
    case 'interrupted':
      return exitOfSignal(2)
    default:
      return Exit.failed
  }
}
