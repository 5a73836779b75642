import { type Level, levelOf, levelOfSeverity } from './level.ts'

/** One line of a log that is a JSON object with a time, a level or a message. */
export interface LogRecord {
  kind: 'record'
  /** Undefined when there is none or none that is known. */
  level: Level | undefined
  /** The level as it was written, of a PostgreSQL record its severity. */
  severity: string
  /** The time as it was written; empty without one. */
  time: string
  pod: string
  logger: string
  message: string
  /** What PostgreSQL itself logged. */
  postgres: PostgresFields | undefined
  /** Every member of the line. */
  members: Members
}

/** Any other line. */
export interface TextLine {
  kind: 'text'
  text: string
  /** In front of the line, where the log was asked for with times. */
  time: string
  pod: string
  /** The container, where it is known. */
  logger: string
}

export type LogLine = LogRecord | TextLine

export type Members = Readonly<Record<string, unknown>>

/** The members of `record` that PostgreSQL filled (spec/commands-more.md 2.2). */
export type PostgresFields = Readonly<Record<string, unknown>>

/** Where a line comes from, when more is known than the line tells. */
export interface LineOrigin {
  pod: string
  container: string
  /** The kubelet's time of the line. */
  time: string
}

/** A time in front of the line (`logs cluster -t`, `kubectl logs --timestamps`). */
const TIME_PREFIX = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)) (?=.)/
/** Pod and container in front of the line (`kubectl logs --prefix`). */
const SOURCE_PREFIX = /^\[pod\/([^/\]\s]+)\/([^/\]\s]+)\] (?=.)/
/** PostgreSQL's own line, from before it logs in CSV: `… [21] FATAL:  …`. */
const STDERR_SEVERITY = / \[\d+\].{0,120}? (DEBUG[1-5]|INFO|NOTICE|LOG|WARNING|ERROR|FATAL|PANIC): {2}/

/** Reads one line of a log; what is no record is text. */
export function parseLine(line: string, origin?: LineOrigin): LogLine {
  const first = line.charCodeAt(0)
  if (first === 0x7b) return recordOf(line, origin) ?? textOf(line, origin)
  // Digits and brackets may be a prefix of kubectl's.
  const source = first === 0x5b ? SOURCE_PREFIX.exec(line) : null
  const rest = source === null ? line : line.slice(source[0].length)
  const time = TIME_PREFIX.exec(rest)
  if (source === null && time === null) return textOf(line, origin)
  const known = {
    pod: source?.[1] ?? origin?.pod ?? '',
    container: source?.[2] ?? origin?.container ?? '',
    time: time?.[1] ?? origin?.time ?? '',
  }
  const inner = time === null ? rest : rest.slice(time[0].length)
  return recordOf(inner, known) ?? textOf(inner, known)
}

function textOf(text: string, origin: LineOrigin | undefined): TextLine {
  return { kind: 'text', text, time: origin?.time ?? '', pod: origin?.pod ?? '', logger: origin?.container ?? '' }
}

function recordOf(line: string, origin: LineOrigin | undefined): LogRecord | undefined {
  if (line.charCodeAt(0) !== 0x7b) return undefined
  let members: Members
  try {
    members = JSON.parse(line) as Members
  } catch {
    return undefined
  }
  const { level, ts, msg, logger, logging_pod: pod } = members
  if (level === undefined && ts === undefined && msg === undefined) return undefined
  const name = wordOf(logger)
  const fields = msg === 'record' ? fieldsOf(members['record']) : undefined
  const message = fields === undefined ? wordOf(msg) : postgresMessage(fields)
  const severity = severityOf(wordOf(level), name, message, fields)
  return {
    kind: 'record',
    level: severity.level,
    severity: severity.word,
    time: timeOf(ts) || (origin?.time ?? ''),
    pod: wordOf(pod) || (origin?.pod ?? ''),
    logger: name,
    message,
    postgres: fields,
    members,
  }
}

function fieldsOf(record: unknown): PostgresFields | undefined {
  return typeof record === 'object' && record !== null ? (record as PostgresFields) : undefined
}

/** A pgAudit record has no message: its text is in `audit`, in the order in which pgAudit itself writes it. */
function postgresMessage(fields: PostgresFields): string {
  const message = wordOf(fields['message'])
  const audit = fieldsOf(fields['audit'])
  if (message !== '' || audit === undefined) return message
  const parts = ['audit_type', 'statement_id', 'substatement_id', 'class', 'command', 'object_type', 'object_name']
  const words = [...parts, 'statement', 'parameter', 'rows'].map((name) => wordOf(audit[name]))
  return `AUDIT: ${words.join(',').replace(/,+$/, '')}`
}

function severityOf(
  level: string,
  logger: string,
  message: string,
  fields: PostgresFields | undefined,
): { level: Level | undefined; word: string } {
  const severity = fields === undefined ? '' : wordOf(fields['error_severity'])
  if (severity !== '') return { level: levelOfSeverity(severity), word: severity }
  const stderr = fields === undefined && logger === 'postgres' ? STDERR_SEVERITY.exec(message)?.[1] : undefined
  if (stderr !== undefined) return { level: levelOfSeverity(stderr), word: stderr }
  return { level: levelOf(level), word: level }
}

/** Numbers are seconds since 1970, as some of the zap encoders write them. */
function timeOf(ts: unknown): string {
  if (typeof ts === 'string') return ts
  if (typeof ts !== 'number' || Math.abs(ts) > 8.64e12) return wordOf(ts)
  return new Date(Math.round(ts * 1000)).toISOString()
}

/** A member as a word: texts as they are, anything else as JSON. */
export function wordOf(value: unknown): string {
  if (typeof value === 'string') return value
  return value === undefined || value === null ? '' : JSON.stringify(value)
}
