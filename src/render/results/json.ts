import { renderJson } from '../json.ts'
import { type ColumnKind, kindOf, type ResultWriter } from './writer.ts'

/** What JSON accepts as a number; NaN and Infinity it does not. */
const NUMBER = /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/

/**
 * Results as JSON: for every statement with rows an array of objects, one a line. Numbers keep all their digits; two columns
 * of one name become `name` and `name_2`.
 */
export function jsonWriter(): ResultWriter {
  let fields: { key: string; kind: ColumnKind }[] | undefined
  let first = true
  return {
    begin(columns) {
      const taken = new Set<string>()
      fields = columns.map((column) => ({ key: text(freeName(column.name, taken)), kind: kindOf(column) }))
      first = true
      return '['
    },
    row(values) {
      const members = (fields ?? []).map(({ key, kind }, index) => `${key}:${literal(values[index] ?? null, kind)}`)
      const start = first ? '\n' : ',\n'
      first = false
      return `${start}{${members.join(',')}}`
    },
    end() {
      if (fields === undefined) return ''
      fields = undefined
      return first ? ']\n' : '\n]\n'
    },
  }
}

function literal(value: string | null, kind: ColumnKind): string {
  if (value === null) return 'null'
  if (kind === 'number' && NUMBER.test(value)) return value
  if (kind === 'boolean') return value === 't' ? 'true' : 'false'
  if (kind === 'json') return oneLine(value)
  return text(value)
}

/** A JSON value of the server in one line; strings in it must not hold what a terminal obeys. */
function oneLine(value: string): string {
  const flat = value.replace(/"(?:[^"\\]|\\.)*"|\s+/g, (token) => (token.startsWith('"') ? token : ' '))
  return /\P{ASCII}/u.test(flat)
    ? flat.replace(/"(?:[^"\\]|\\.)*"/g, (token) => text(JSON.parse(token) as string))
    : flat
}

function text(value: string): string {
  return renderJson(value).trimEnd()
}

function freeName(name: string, taken: Set<string>): string {
  let free = name
  for (let number = 2; taken.has(free); number++) free = `${name}_${number}`
  taken.add(free)
  return free
}
