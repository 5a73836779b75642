import { atLeast, type Level } from './level.ts'
import type { LogLine, LogRecord } from './record.ts'
import { timeKey } from './time-key.ts'

/** What `--pods`, `--loggers`, `--min-level`, `--since`, `--until` and `--grep` ask for; empty lists take everything. */
export interface Wanted {
  pods: readonly string[]
  loggers: readonly string[]
  minLevel?: Level
  /** {@link timeKey} of the first and of the last moment. */
  since?: string
  until?: string
  grep?: RegExp
}

/** True when nothing is asked for, so that every line passes. */
export function takesEverything(wanted: Wanted): boolean {
  const { pods, loggers, minLevel, since, until, grep } = wanted
  const limits = [minLevel, since, until, grep]
  return pods.length === 0 && loggers.length === 0 && limits.every((limit) => limit === undefined)
}

/**
 * A test of unread lines that tells cheaply of most unwanted ones that they are: false means that the line cannot pass.
 * A name that is looked for stands in the line as it is, unless characters of the line are written as `\u…`.
 */
export function mayPass({ pods, loggers }: Wanted): (line: string) => boolean {
  const lists = [pods, loggers].filter((names) => names.length > 0)
  const plain = lists.flat().every((name) => /^[\w.-]+$/.test(name))
  if (lists.length === 0 || !plain) return () => true
  return (line) => lists.every((names) => names.some((name) => line.includes(name))) || line.includes('\\u')
}

/**
 * The test of read lines. `last` is the {@link timeKey} of the line before, which stands in for one that has no time. A
 * line that has no known level passes every `--min-level`; one without a pod or logger is none of those listed.
 */
export function matcher(wanted: Wanted): (line: LogLine, last: string | undefined) => boolean {
  const { minLevel, since, until, grep } = wanted
  const pods = new Set(wanted.pods)
  const loggers = new Set(wanted.loggers)
  return (line, last) => {
    if (pods.size > 0 && !pods.has(line.pod)) return false
    if (loggers.size > 0 && !loggers.has(line.logger)) return false
    if (minLevel !== undefined && line.kind === 'record' && !atLeast(line.level, minLevel)) return false
    if (since !== undefined || until !== undefined) {
      const key = timeKey(line.time) ?? last
      if (since !== undefined && key !== undefined && key < since) return false
      if (until !== undefined && key !== undefined && key > until) return false
    }
    return grep === undefined || (line.kind === 'text' ? grep.test(line.text) : found(line, grep))
  }
}

/** Searched in the message and in every other text of the record, names of its members not. */
function found(record: LogRecord, grep: RegExp): boolean {
  return grep.test(record.message) || inside(record.members, grep, 0)
}

const DEEPEST = 20

function inside(value: unknown, grep: RegExp, depth: number): boolean {
  if (typeof value === 'string') return grep.test(value)
  if (typeof value === 'number') return grep.test(String(value))
  if (typeof value !== 'object' || value === null || depth > DEEPEST) return false
  return Object.values(value).some((each) => inside(each, grep, depth + 1))
}
