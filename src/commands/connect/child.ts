import { type ChildProcess, spawn } from 'node:child_process'
import { constants } from 'node:os'
import type { Context } from '../../cli/command.ts'
import { CliError } from '../../errors/cli-error.ts'

/** How long a program may take to end after it was told to. */
const GRACE_MS = 1_500

/**
 * Runs a program with more in its environment, on our own streams, and returns its exit code; of one that a signal ended 128
 * and its number. Ctrl-C is the program's affair, a signal to us is passed on. Throws CliError with 127 or 126 when it cannot
 * be run, and the signal's reason.
 */
export async function runChild(
  [program = '', ...args]: readonly string[],
  environment: Readonly<Record<string, string>>,
  { host, signal }: Context,
): Promise<number> {
  if (signal.aborted) throw signal.reason
  const heed = host.ignoreInterrupts()
  try {
    const child = spawn(program, args, { stdio: 'inherit', env: { ...host.env, ...environment }, cwd: host.cwd })
    const withdraw = host.atAbruptEnd(() => void child.kill('SIGKILL'))
    const code = await ended(child, program, signal).finally(withdraw)
    if (signal.aborted) throw signal.reason
    return code
  } finally {
    heed()
  }
}

function ended(child: ChildProcess, program: string, signal: AbortSignal): Promise<number> {
  return new Promise((resolve, reject) => {
    let last: NodeJS.Timeout | undefined
    const stop = (): void => {
      child.kill('SIGTERM')
      last = setTimeout(() => child.kill('SIGKILL'), GRACE_MS)
    }
    const settle = (): void => {
      clearTimeout(last)
      signal.removeEventListener('abort', stop)
    }
    signal.addEventListener('abort', stop, { once: true })
    child.once('error', (error: NodeJS.ErrnoException) => {
      settle()
      reject(cannotRun(program, error))
    })
    child.once('exit', (code, name) => {
      settle()
      resolve(code ?? 128 + (name === null ? 0 : constants.signals[name]))
    })
  })
}

function cannotRun(program: string, cause: NodeJS.ErrnoException): CliError {
  const missing = cause.code === 'ENOENT'
  return new CliError({
    kind: 'failed',
    message: missing ? `there is no program ${program}` : `${program} cannot be run`,
    exitCode: missing ? 127 : 126,
    ...(missing ? {} : { cause }),
  })
}
