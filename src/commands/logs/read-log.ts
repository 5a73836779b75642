import { CliError } from '../../errors/cli-error.ts'
import { type LogOptions, readLog } from '../../kube/logs.ts'
import type { Session } from '../../kube/session.ts'
import { LineSplitter } from '../../model/logs/lines.ts'
import type { LogPosition } from '../../model/logs/position.ts'
import { type SourceLine, sourceLine } from '../../model/logs/source-line.ts'

/** Takes the lines of one container, in their order. */
export interface Lane {
  /** Resolves when more may come; false: nothing more is wanted. Never rejects. */
  take(lines: readonly SourceLine[]): Promise<boolean>
  close(): void
}

export interface Opening extends Omit<LogOptions, 'timestamps' | 'signal'> {
  position: LogPosition
  /** Milliseconds without a byte after which the connection counts as broken. */
  silenceMs: number
  signal: AbortSignal
}

export interface Reading {
  /** New lines that were handed on. */
  lines: number
  /** False when the lane wants no more. */
  wanted: boolean
  /** A last line without a line end: whole when the container has ended, else cut off. */
  rest: readonly SourceLine[]
}

/** Told of progress while an opening is read, since an opening that fails has none to return. */
export type OnLines = (count: number) => void

/**
 * Opens a container's log once and hands its new lines to the lane until the log or the connection ends. Throws what
 * {@link readLog} throws, and CliError of kind timeout after a silence.
 */
export async function readOnce(session: Session, opening: Opening, lane: Lane, onLines: OnLines): Promise<Reading> {
  const { position, silenceMs, signal, ...options } = opening
  const silence = new AbortController()
  let asked = true
  const timer = setTimeout(() => (asked ? silence.abort(silent(options, silenceMs)) : timer.refresh()), silenceMs)
  const splitter = new LineSplitter()
  const fresh = (lines: readonly string[]): SourceLine[] =>
    lines.map(sourceLine).filter(({ time, text }) => position.isNew(time, text))
  let count = 0
  position.reopen()
  try {
    const log = readLog(session, { ...options, timestamps: true, signal: AbortSignal.any([signal, silence.signal]) })
    for await (const chunk of log) {
      asked = false
      const lines = fresh(splitter.push(chunk))
      if (lines.length > 0) {
        count += lines.length
        onLines(lines.length)
        if (!(await lane.take(lines))) return { lines: count, wanted: false, rest: [] }
      }
      asked = true
      timer.refresh()
    }
    return { lines: count, wanted: true, rest: splitter.end().map(sourceLine) }
  } finally {
    clearTimeout(timer)
  }
}

/** Whether trying again may help. */
export function isPassing(error: CliError): boolean {
  const { kind, code = 0 } = error
  return kind === 'unreachable' || kind === 'timeout' || code === 429 || code >= 500
}

/** Milliseconds before the next try, growing and scattered. */
export function backoff(failures: number): number {
  return Math.min(15_000, 250 * 2 ** Math.min(failures - 1, 10)) * (0.5 + Math.random() / 2)
}

function silent({ pod, container }: LogOptions, ms: number): CliError {
  return new CliError({
    kind: 'timeout',
    message: `nothing came of the log of ${pod}/${container ?? ''} for ${Math.round(ms / 1000)} s`,
    hint: 'Its node may be down or cut off: kubectl get nodes',
  })
}
