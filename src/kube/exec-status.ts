import type { KubeStatus } from '../api/objects.ts'
import { CliError } from '../errors/cli-error.ts'
import { plainText } from './plain-text.ts'

export interface ExecTarget {
  namespace: string
  pod: string
  container: string
}

/** The Status at the end of an exec, or undefined while the text is no whole JSON value. */
export function parseStatus(text: string): KubeStatus | undefined {
  try {
    return JSON.parse(text) as KubeStatus
  } catch {
    return undefined
  }
}

/** Servers say in many ways that there is no running container to enter (recorded/lessons.md, container runtimes). */
const NO_CONTAINER =
  /container not found|container .*is not (valid|running|created)|no running task|task \S+ not found|completed pod/i

const NO_PROGRAM = /executable file not found|no such file or directory|stat \S+: no such file/i

/** Exit code of a program that is not there, as a shell tells it. */
const PROGRAM_MISSING = 127

/** The node's kubelet was not reached, so nothing was started. */
export const NOT_DIALLED =
  /error dialing backend|proxy error from|dial tcp|tls handshake timeout|connection refused|i\/o timeout/i

/** The exit code that a Status tells; throws CliError when the command did not run or was not followed to its end. */
export function exitCodeOf(status: KubeStatus, target: ExecTarget): number {
  if (status.status === 'Success') return 0
  const message = plainText(status.message ?? 'the server gave no reason', 500)
  if (status.reason === 'NonZeroExitCode') {
    const cause = status.details?.causes?.find((each) => each.reason === 'ExitCode')
    const code = Number.parseInt(cause?.message ?? '', 10)
    if (Number.isInteger(code)) return code
    throw new CliError({ kind: 'server', message: `the exit code of the command is not known: ${message}` })
  }
  throw execFailure(status, message, target)
}

function execFailure(status: KubeStatus, message: string, target: ExecTarget): CliError {
  const answer = {
    ...(status.code === undefined ? {} : { code: status.code }),
    ...(status.reason === undefined ? {} : { reason: status.reason }),
  }
  if (NO_CONTAINER.test(message)) {
    return new CliError({
      kind: 'missing',
      message: `container ${target.container} of pod ${target.pod} is not running: ${message}`,
      ...answer,
    })
  }
  if (NO_PROGRAM.test(message)) {
    return new CliError({
      kind: 'failed',
      message: `container ${target.container} of pod ${target.pod} cannot start the command: ${message}`,
      exitCode: PROGRAM_MISSING,
      ...answer,
    })
  }
  if (NOT_DIALLED.test(message)) {
    return new CliError({
      kind: 'unreachable',
      message: `the API server cannot reach the node of pod ${target.pod}: ${message}`,
      ...answer,
    })
  }
  return new CliError({ kind: 'server', message: `exec in pod ${target.pod} failed: ${message}`, ...answer })
}
