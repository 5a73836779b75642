import { setTimeout as sleep } from 'node:timers/promises'
import { CliError } from '../errors/cli-error.ts'
import { type ByteSink, converse, dialExec, type ExecRequest, execTimeout } from './exec-stream.ts'
import { NOT_DIALLED } from './exec-status.ts'
import { signalFailure } from './request-parts.ts'
import type { Session } from './session.ts'
import { limitTime } from './time-limit.ts'

export { exec } from './exec-stream.ts'
export type { ByteSink, ExecRequest, TerminalSize } from './exec-stream.ts'

export interface ExecTextRequest extends Pick<
  ExecRequest,
  'namespace' | 'pod' | 'container' | 'command' | 'endOfInput' | 'signal' | 'timeoutMs'
> {
  /** The whole input; absent: the command gets none. */
  stdin?: string
  /** Limit for both outputs together in bytes; default 16 MiB. */
  maxBytes?: number
}

export interface ExecText {
  stdout: string
  stderr: string
  exitCode: number
}

const DEFAULT_MAX_BYTES = 16 * 1024 * 1024
const ATTEMPTS = 4
const FIRST_DELAY_MS = 250

/**
 * Runs a command in a container and collects what it prints, decoded as UTF-8. Errors as `exec`; also CliError (failed)
 * when it prints more than `maxBytes`. What kept the command from starting and may pass (429, 502, 503, 504, the node
 * not reached, no connection) is tried again up to three times, inside `timeoutMs`.
 */
export async function execText(session: Session, request: ExecTextRequest): Promise<ExecText> {
  const limit = limitTime(request.signal, request.timeoutMs, () => execTimeout(request))
  try {
    for (let attempt = 1; ; attempt++) {
      const output = new Collector(request.maxBytes ?? DEFAULT_MAX_BYTES)
      const streams = withStreams(request, output)
      let started = false
      try {
        const socket = await dialExec(session, streams, limit.signal)
        started = true
        const { exitCode } = await converse(socket, streams, limit.signal)
        return { stdout: output.text('stdout'), stderr: output.text('stderr'), exitCode }
      } catch (error) {
        if (attempt === ATTEMPTS || !mayPass(error, started)) throw error
        await pause(attempt, limit.signal)
      }
    }
  } finally {
    limit.clear()
  }
}

function withStreams(request: ExecTextRequest, output: Collector): ExecRequest {
  return {
    namespace: request.namespace,
    pod: request.pod,
    container: request.container,
    command: request.command,
    stdout: output.sink('stdout'),
    stderr: output.sink('stderr'),
    ...(request.endOfInput === undefined ? {} : { endOfInput: request.endOfInput }),
    ...(request.stdin === undefined ? {} : { stdin: once(request.stdin) }),
  }
}

async function* once(text: string): AsyncIterable<Uint8Array> {
  yield Buffer.from(text, 'utf8')
}

/**
 * True for errors that say the command was never started and that another try may go well. After the upgrade only a
 * Status of the server says so: it has a code, a lost connection has none.
 */
function mayPass(error: unknown, upgraded: boolean): boolean {
  if (!(error instanceof CliError)) return false
  if (upgraded) return error.kind === 'unreachable' && error.code !== undefined
  return error.kind === 'unreachable' || mayPassStatus(error.code, error.message)
}

function mayPassStatus(code: number | undefined, message: string): boolean {
  return code === 500 ? NOT_DIALLED.test(message) : [429, 502, 503, 504].includes(code ?? 0)
}

async function pause(attempt: number, signal: AbortSignal): Promise<void> {
  const ms = FIRST_DELAY_MS * 2 ** (attempt - 1) * (0.5 + Math.random())
  try {
    await sleep(ms, undefined, { signal })
  } catch {
    throw signalFailure(signal)
  }
}

class Collector {
  readonly #limit: number
  readonly #chunks = { stdout: [] as Uint8Array[], stderr: [] as Uint8Array[] }
  #size = 0

  constructor(limit: number) {
    this.#limit = limit
  }

  sink(stream: 'stdout' | 'stderr'): ByteSink {
    return {
      write: async (chunk) => {
        this.#size += chunk.length
        if (this.#size > this.#limit) {
          throw new CliError({
            kind: 'failed',
            message: `the command printed more than ${String(this.#limit)} bytes`,
          })
        }
        this.#chunks[stream].push(chunk)
      },
    }
  }

  text(stream: 'stdout' | 'stderr'): string {
    return Buffer.concat(this.#chunks[stream]).toString('utf8')
  }
}
