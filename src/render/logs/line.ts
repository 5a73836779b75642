import type { Tone } from '../../host/types.ts'
import { type LogLine, type LogRecord, type PostgresFields, type TextLine, wordOf } from '../../model/logs/record.ts'
import { otherFields } from './fields.ts'
import type { LogStyle } from './style.ts'
import { short, shortStatement, shown, whole } from './text.ts'

const SHORT_TIME = 23
const LONG_TIME = 30

/**
 * One line of a log for people, ending in a line feed; empty for a blank one. The columns are those of the official
 * plugin (spec/commands-more.md 2.3): time, level, pod, logger, message. Behind them stand PostgreSQL's further texts.
 */
export function renderLine(line: LogLine, style: LogStyle): string {
  return line.kind === 'text' ? renderText(line, style) : renderRecord(line, style)
}

function renderText(line: TextLine, style: LogStyle): string {
  const text = shown(line.text).trimEnd()
  if (text.trim() === '') return ''
  return line.pod === '' ? `${text}\n` : `${columns(line, '', 'plain', style)} ${text}\n`
}

function renderRecord(record: LogRecord, style: LogStyle): string {
  const { postgres, severity } = record
  const head = columns(record, severity, toneOf(record), style)
  const show = style.verbosity === 0 ? short : whole
  const fields = style.verbosity < 2 ? '' : otherFields(record)
  if (postgres === undefined) return `${head} ${show(withErrors(record))}\n${fields}`
  return `${head} ${origin(postgres)}${show(record.message)}${stateOf(postgres, style)}\n${details(postgres, style)}${fields}`
}

function columns(line: LogLine, level: string, tone: Tone, style: LogStyle): string {
  const long = style.verbosity > 0
  const time = shown(long ? line.time : line.time.slice(0, SHORT_TIME)).padEnd(long ? LONG_TIME : SHORT_TIME)
  return `${time} ${style.columns(tone, level, line.pod, line.logger)}`
}

function toneOf({ level }: LogRecord): Tone {
  if (level === 'error') return 'bad'
  return level === 'warning' ? 'warn' : 'label'
}

/** The message, and what went wrong where the message does not say it. */
function withErrors({ message, members }: LogRecord): string {
  let text = message
  for (const cause of [members['error'], members['err']]) {
    if (typeof cause === 'string' && cause !== '' && !text.includes(cause)) text = `${text.trimEnd()}: ${cause}`
  }
  return text
}

/** Who logged, as a log_line_prefix of `[%p] %q%u@%d ` has it; of a background process its kind. */
function origin(fields: PostgresFields): string {
  const pid = wordOf(fields['process_id'])
  const user = wordOf(fields['user_name'])
  const database = wordOf(fields['database_name'])
  const process = pid === '' ? '' : `[${pid}] `
  if (user !== '' || database !== '') return shown(`${process}${user}@${database} `)
  const kind = wordOf(fields['backend_type'])
  return shown(kind === '' || kind === 'client backend' || kind === 'not initialized' ? process : `${process}${kind} `)
}

const NO_ERROR = '00000'

function stateOf(fields: PostgresFields, { verbosity }: LogStyle): string {
  const state = wordOf(fields['sql_state_code'])
  return verbosity === 0 || state === '' || state === NO_ERROR ? '' : ` (SQLSTATE ${shown(state)})`
}

/** PostgreSQL's words for its further texts, in its order. */
const DETAILS: readonly { name: string; title: string; statement?: boolean }[] = [
  { name: 'detail', title: 'DETAIL' },
  { name: 'hint', title: 'HINT' },
  { name: 'internal_query', title: 'QUERY', statement: true },
  { name: 'context', title: 'CONTEXT' },
  { name: 'query', title: 'STATEMENT', statement: true },
]

function details(fields: PostgresFields, { verbosity }: LogStyle): string {
  let text = ''
  for (const { name, title, statement = false } of DETAILS) {
    const value = fields[name]
    if (value === undefined || value === null || value === '') continue
    const word = wordOf(value)
    text += `    ${title}:  ${verbosity > 0 ? whole(word) : statement ? shortStatement(word) : short(word)}\n`
  }
  return text
}
