import { visible } from '../../api/visible-text.ts'
import type { LogRecord } from '../../model/logs/record.ts'

/** Members that are shown elsewhere, or that the official plugin leaves out, too (spec/commands-more.md 2.2). */
const SHOWN: ReadonlySet<string> = new Set([
  ...['level', 'ts', 'msg', 'logger', 'logging_pod', 'record', 'pipe', 'controllerGroup', 'controllerKind', 'Cluster'],
])
const SHOWN_OF_POSTGRES: ReadonlySet<string> = new Set([
  ...['message', 'error_severity', 'detail', 'hint', 'context', 'query', 'internal_query', 'process_id', 'user_name'],
  ...['database_name', 'log_time'],
])
const INDENT = '    '
const DEEPEST = 50

/** The other members of a record as an indented block of JSON, their names sorted; empty when there are none. */
export function otherFields({ members, postgres }: LogRecord): string {
  const fields = without(members, SHOWN)
  if (postgres !== undefined) fields['record'] = without(postgres, SHOWN_OF_POSTGRES)
  if (Object.keys(fields).length === 0) return ''
  const text = visible(JSON.stringify(sorted(fields, 0), null, 2), { newlines: 'keep' })
  return `${INDENT}${text.replaceAll('\n', `\n${INDENT}`)}\n`
}

function without(members: Readonly<Record<string, unknown>>, names: ReadonlySet<string>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(members).filter(([name]) => !names.has(name)))
}

function sorted(value: unknown, depth: number): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (depth > DEEPEST) return '...'
  if (Array.isArray(value)) return value.map((each) => sorted(each, depth + 1))
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
  return Object.fromEntries(entries.map(([name, each]) => [name, sorted(each, depth + 1)]))
}
