import { visible } from '../../api/visible-text.ts'
import type { LogRecord } from '../../model/logs/record.ts'
import { remembered } from './remembered.ts'

/** Members that are shown elsewhere, or that the official plugin leaves out, too (spec/commands-more.md 2.2). */
const SHOWN: ReadonlySet<string> = new Set([
  ...['level', 'ts', 'msg', 'logger', 'logging_pod', 'record', 'pipe', 'controllerGroup', 'controllerKind', 'Cluster'],
])
const SHOWN_OF_POSTGRES: ReadonlySet<string> = new Set([
  ...['message', 'error_severity', 'detail', 'hint', 'context', 'query', 'internal_query', 'process_id', 'user_name'],
  ...['database_name', 'log_time'],
])
const INDENT = '    '
const STEP = '  '
const DEEPEST = 50

/**
 * The other members of a record as an indented block of JSON, their names sorted; empty when there are none. Written
 * piece by piece: JSON.stringify would need a sorted copy of them, and its text be searched and indented afterwards.
 */
export function otherFields({ members, postgres }: LogRecord): string {
  const names = namesBeside(SHOWN, members)
  if (postgres !== undefined) names.push('record')
  if (names.length === 0) return ''
  const inner = INDENT + STEP
  const fields = names.sort().map((name) => {
    const value = members[name]
    return nameText(name) + (name === 'record' ? recordText(value as object, inner) : valueText(value, inner, 1))
  })
  return `${INDENT}${enclosed('{', fields, '}', INDENT)}\n`
}

function recordText(record: object, margin: string): string {
  return objectText(record, namesBeside(SHOWN_OF_POSTGRES, record), margin, 1)
}

/** A value as JSON, its further lines behind the margin. */
function valueText(value: unknown, margin: string, depth: number): string {
  if (typeof value === 'string') return stringText(value)
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  if (depth > DEEPEST) return '"..."'
  if (!Array.isArray(value)) return objectText(value, Object.keys(value), margin, depth)
  const elements = value.map((each) => valueText(each, margin + STEP, depth + 1))
  return enclosed('[', elements, ']', margin)
}

function objectText(value: object, names: string[], margin: string, depth: number): string {
  const members = value as Readonly<Record<string, unknown>>
  const inner = margin + STEP
  const fields = names.sort().map((name) => nameText(name) + valueText(members[name], inner, depth + 1))
  return enclosed('{', fields, '}', margin)
}

function enclosed(open: string, parts: readonly string[], close: string, margin: string): string {
  if (parts.length === 0) return open + close
  const line = `\n${margin}${STEP}`
  return `${open}${line}${parts.join(`,${line}`)}\n${margin}${close}`
}

function namesBeside(hidden: ReadonlySet<string>, members: object): string[] {
  return Object.keys(members).filter((name) => !hidden.has(name))
}

const nameText = remembered((name) => `${stringText(name)}: `)

/** Characters that JSON writes as they are and that are safe for a terminal, as nearly all texts consist of. */
const PLAIN = /^[ !#-[\]-~]*$/

function stringText(text: string): string {
  return PLAIN.test(text) ? `"${text}"` : visible(JSON.stringify(text))
}
