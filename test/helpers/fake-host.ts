import { createPainter, wantsColor } from '../../src/host/painter.ts'
import { listenForSignals, type SignalName } from '../../src/host/signals.ts'
import { CliError } from '../../src/errors/cli-error.ts'
import { EventEmitter } from 'node:events'
import { setTimeout as wait } from 'node:timers/promises'
import type { Host, OutputStream, ScreenEvents } from '../../src/host/types.ts'

export interface FakeHostOptions {
  /** What stdin holds; it ends after that. */
  stdin?: string | Uint8Array
  env?: Record<string, string>
  /** Makes stdin, stdout and stderr a terminal of this many columns. */
  terminal?: { columns: number; rows?: number }
  /** Terminal facts of single streams; what is left out follows `terminal`. */
  isTTY?: { stdin?: boolean; stdout?: boolean; stderr?: boolean }
  /** What the clock shows, always. */
  now?: string
  /** Answers to questions, in their order; a question too many is refused as at the end of input. */
  answers?: string[]
  cwd?: string
  homeDir?: string
  /** The reader of stdout goes away after so many characters, as `head` does. */
  stdoutClosesAfter?: number
  /** Replaces waiting; default: real time. */
  sleep?: (ms: number, signal?: AbortSignal) => Promise<void>
}

export interface FakeHost extends Host {
  /** Everything written to stdout so far. */
  output: () => string
  /** Everything written to stderr so far. */
  errors: () => string
  /** Questions asked so far. */
  readonly questions: readonly string[]
  /** Texts of spinners so far. */
  readonly spinners: readonly string[]
  /** Pictures drawn on the terminal so far. */
  readonly pictures: readonly string[]
  /** Presses a key while the screen is open. */
  press: (key: string) => void
  /** Delivers a signal, as the system would. */
  raise: (name: SignalName) => void
  /** Changes the terminal's size and tells those who listen. */
  resize(columns: number, rows: number): void
}

/** A Host without a process: streams are captured, the clock stands still, nothing of the machine shines through. */
export function fakeHost(options: FakeHostOptions = {}): FakeHost {
  const size = { columns: options.terminal?.columns, rows: options.terminal?.rows ?? 24 }
  const tty = {
    stdin: options.isTTY?.stdin ?? options.terminal !== undefined,
    stdout: options.isTTY?.stdout ?? options.terminal !== undefined,
    stderr: options.isTTY?.stderr ?? options.terminal !== undefined,
  }
  const stdout = captured(tty.stdout, size, options.stdoutClosesAfter)
  const stderr = captured(tty.stderr, size)
  const questions: string[] = []
  const spinners: string[] = []
  const pictures: string[] = []
  let screenEvents: ScreenEvents | undefined
  const answers = [...(options.answers ?? [])]
  const signals = listenForSignals(new EventEmitter(), () => undefined)
  const env = { ...options.env }
  const started = performance.now()

  return {
    stdin: {
      isTTY: tty.stdin,
      async *read() {
        const { stdin } = options
        if (stdin !== undefined) yield typeof stdin === 'string' ? new TextEncoder().encode(stdin) : stdin
      },
      setRawMode: () => undefined,
    },
    stdout,
    stderr,
    env,
    cwd: options.cwd ?? '/nonexistent/cwd',
    homeDir: options.homeDir ?? '/nonexistent/home',
    platform: 'linux',
    clock: {
      now: () => new Date(options.now ?? '2026-11-23T06:00:00Z'),
      monotonic: () => performance.now() - started,
      sleep: options.sleep ?? realSleep,
    },
    signal: signals.signal,
    ignoreInterrupts: signals.ignoreInterrupts,
    atAbruptEnd: () => () => undefined,
    painter: (stream, choice) => createPainter(wantsColor(choice, tty[stream], env)),
    spinner(text) {
      spinners.push(text)
      return { update: (next) => void spinners.push(next), stop: () => undefined }
    },
    async ask(question) {
      if (!tty.stdin) throw new CliError({ kind: 'refused', message: 'there is no terminal to ask on' })
      questions.push(question)
      const answer = answers.shift()
      if (answer === undefined) throw new CliError({ kind: 'refused', message: 'no answer was given' })
      return answer
    },
    openScreen(events) {
      if (!tty.stdout) return undefined
      screenEvents = events
      return {
        get columns() {
          return size.columns ?? 80
        },
        get rows() {
          return size.rows
        },
        unicode: true,
        show: async (lines) => void pictures.push(lines.join('\n')),
        close: () => (screenEvents = undefined),
      }
    },
    output: stdout.text,
    errors: stderr.text,
    questions,
    spinners,
    pictures,
    press: (key) => screenEvents?.onKey(key),
    raise: signals.raise,
    resize(columns, rows) {
      Object.assign(size, { columns, rows })
      stdout.resized()
      stderr.resized()
      screenEvents?.onResize()
    },
  }
}

async function realSleep(ms: number, signal?: AbortSignal): Promise<void> {
  try {
    await wait(ms, undefined, signal === undefined ? {} : { signal })
  } catch (error) {
    throw signal?.aborted === true ? signal.reason : error
  }
}

interface Captured extends OutputStream {
  text: () => string
  resized: () => void
}

function captured(isTTY: boolean, size: { columns: number | undefined; rows: number }, limit = Infinity): Captured {
  const decoder = new TextDecoder()
  const listeners = new Set<() => void>()
  let text = ''
  return {
    isTTY,
    get columns() {
      return isTTY ? size.columns : undefined
    },
    get rows() {
      return isTTY ? size.rows : undefined
    },
    get closed() {
      return text.length >= limit
    },
    async write(data) {
      text = (text + (typeof data === 'string' ? data : decoder.decode(data, { stream: true }))).slice(0, limit)
    },
    onResize(callback) {
      listeners.add(callback)
      return () => listeners.delete(callback)
    },
    text: () => text,
    resized: () => listeners.forEach((callback) => callback()),
  }
}
