import type { KubeStatus } from '../api/objects.ts'
import { CliError } from '../errors/cli-error.ts'
import { type ChannelSocket, PROTOCOL_V4, PROTOCOL_V5 } from './channel.ts'
import { dialChannels } from './channel-dial.ts'
import type { ChannelMessage } from './channel-queue.ts'
import { type ExecTarget, exitCodeOf, parseStatus } from './exec-status.ts'
import { signalFailure } from './request-parts.ts'
import { podPath } from './resources.ts'
import type { Session } from './session.ts'
import { limitTime } from './time-limit.ts'

/** Where bytes of a command go; a host's output stream is one. */
export interface ByteSink {
  /** Resolves when more may come: a slow sink brakes the command. */
  write(chunk: Uint8Array): Promise<void>
  /** True once nobody reads any more: the command is then ended. */
  readonly closed?: boolean
}

/** The terminal whose size the remote one takes; a host's output stream is one. */
export interface TerminalSize {
  readonly columns: number | undefined
  readonly rows: number | undefined
  onResize(callback: () => void): () => void
}

export interface ExecRequest extends ExecTarget {
  /** Program and arguments; no shell comes between. */
  command: readonly string[]
  stdin?: AsyncIterable<Uint8Array>
  /**
   * Sent after stdin where the server cannot pass on its end (before Kubernetes 1.30), e.g. `\q` for psql. Without it a
   * command that reads to the end of its input waits there until `timeoutMs` or `signal` ends it. A function is
   * called when the last byte was sent.
   */
  endOfInput?: Uint8Array | (() => Uint8Array)
  stdout: ByteSink
  /** Unused with `tty`: a terminal has one output. */
  stderr: ByteSink
  tty?: boolean
  /** With `tty`: its size is sent at the start and at every change. */
  resize?: TerminalSize
  /** Called when the connection stands and the command was started, before anything is read or sent. */
  onOpen?(): void
  signal?: AbortSignal
  /** Limit for everything together in milliseconds; absent: none but for the handshake. */
  timeoutMs?: number
}

const Channel = { stdin: 0, stdout: 1, stderr: 2, status: 3, resize: 4 } as const

/** Exit code of a command whose reader went away: 128 + SIGPIPE, as a shell tells it. */
const READER_GONE = 141
const OUTCOME_UNKNOWN = 'Whether the command went on in the container is not known.'

/**
 * Runs a command in a container, its streams passed on as they come, in constant memory. Resolves with the exit code of
 * the command, whatever it is. Throws CliError when it could not be run or its end is unknown: forbidden, missing (pod
 * or container), unreachable, timeout, server; or the signal's reason. Rights: create (and, before Kubernetes 1.35,
 * get) on pods/exec.
 */
export async function exec(session: Session, request: ExecRequest): Promise<{ exitCode: number }> {
  const limit = limitTime(request.signal, request.timeoutMs, () => execTimeout(request))
  try {
    const socket = await dialExec(session, request, limit.signal)
    request.onOpen?.()
    return await converse(socket, request, limit.signal)
  } finally {
    limit.clear()
  }
}

/** The error of a command that outlasted its limit. */
export function execTimeout(request: ExecTarget & { command: readonly string[] }): CliError {
  return new CliError({
    kind: 'timeout',
    message: `${request.command[0] ?? 'the command'} in pod ${request.pod} did not finish in time`,
  })
}

/** Opens the connection of an exec; the command starts with it. */
export async function dialExec(session: Session, request: ExecRequest, signal: AbortSignal): Promise<ChannelSocket> {
  const tty = request.tty === true
  return dialChannels(session, {
    path: podPath(request.namespace, request.pod, 'exec'),
    query: [
      ...request.command.map((word) => ['command', word] as const),
      ['container', request.container],
      ['stdin', String(request.stdin !== undefined)],
      ['stdout', 'true'],
      ['stderr', String(!tty)],
      ['tty', String(tty)],
    ],
    protocols: [PROTOCOL_V5, PROTOCOL_V4],
    right: 'pods/exec',
    signal,
  })
}

/** Passes the streams of an opened exec until the command ended. */
export async function converse(
  socket: ChannelSocket,
  request: ExecRequest,
  signal: AbortSignal,
): Promise<{ exitCode: number }> {
  const abort = (): void => socket.abort(signalFailure(signal))
  if (signal.aborted) abort()
  signal.addEventListener('abort', abort, { once: true })
  const stopSizes = followSize(socket, request)
  const input = feed(socket, request)
  try {
    return await drain(socket, request)
  } finally {
    signal.removeEventListener('abort', abort)
    stopSizes()
    input.stop()
    socket.close()
  }
}

/** Reads to the end of the connection; the last word is the status. */
async function drain(socket: ChannelSocket, request: ExecRequest): Promise<{ exitCode: number }> {
  let statusText = ''
  let status: KubeStatus | undefined
  for (;;) {
    const message = await nextMessage(socket)
    if (message === undefined) break
    if (message.channel === Channel.status) {
      statusText += message.data.toString('utf8')
      status = parseStatus(statusText)
      // Nothing follows the status, and not every server closes by itself.
      if (status !== undefined) socket.close()
      continue
    }
    const sink = sinkOf(message.channel, request)
    await sink?.write(message.data)
    if (sink?.closed === true) return { exitCode: READER_GONE }
  }
  if (status !== undefined) return { exitCode: exitCodeOf(status, request) }
  throw new CliError({
    kind: 'unreachable',
    message: `the connection to pod ${request.pod} ended before the command did`,
    hint: OUTCOME_UNKNOWN,
  })
}

/** As `next` of the socket; the loss of a connection is told with what it means for a command that had begun. */
async function nextMessage(socket: ChannelSocket): Promise<ChannelMessage | undefined> {
  try {
    return await socket.next()
  } catch (error) {
    if (!(error instanceof CliError) || error.kind !== 'unreachable' || error.hint !== undefined) throw error
    throw new CliError({ kind: 'unreachable', message: error.message, hint: OUTCOME_UNKNOWN, cause: error.cause })
  }
}

function sinkOf(channel: number, request: ExecRequest): ByteSink | undefined {
  if (channel === Channel.stdout) return request.stdout
  return channel === Channel.stderr ? request.stderr : undefined
}

/** Passes stdin on, as fast as the other side takes it. A source that fails ends the command. */
function feed(socket: ChannelSocket, request: ExecRequest): { stop(): void } {
  const source = request.stdin?.[Symbol.asyncIterator]()
  if (source === undefined) return { stop: () => undefined }
  let stopped = false
  const take = async (): Promise<Uint8Array | undefined> => {
    try {
      const chunk = await source.next()
      return chunk.done === true ? undefined : chunk.value
    } catch (error) {
      if (!stopped) socket.abort(error instanceof Error ? error : new Error(String(error)))
      throw error
    }
  }
  const pump = async (): Promise<void> => {
    for (;;) {
      const chunk = await take()
      if (stopped) return
      if (chunk === undefined) break
      await socket.send(Channel.stdin, chunk)
    }
    const { endOfInput } = request
    if (socket.canEndInput) await socket.endInput(Channel.stdin)
    else if (endOfInput !== undefined) {
      await socket.send(Channel.stdin, typeof endOfInput === 'function' ? endOfInput() : endOfInput)
    }
  }
  // What fails here is told by the reading side, after what the command had still to say.
  pump().catch(() => undefined)
  return {
    stop() {
      stopped = true
      // Not waited for: it may sit on a terminal where nobody types.
      source.return?.().catch(() => undefined)
    },
  }
}

/** Sends the size of the terminal, now and at every change. */
function followSize(socket: ChannelSocket, request: ExecRequest): () => void {
  const terminal = request.resize
  if (terminal === undefined || request.tty !== true) return () => undefined
  const sendSize = (): void => {
    if (terminal.columns === undefined || terminal.rows === undefined) return
    const size = JSON.stringify({ Width: terminal.columns, Height: terminal.rows })
    // A lost connection is told by the reading side.
    socket.send(Channel.resize, Buffer.from(size)).catch(() => undefined)
  }
  sendSize()
  return terminal.onResize(sendSize)
}
