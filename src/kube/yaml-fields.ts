import { CliError } from '../errors/cli-error.ts'

/** A mapping of a YAML document, with the place it stands at for error messages. */
export interface Fields {
  readonly file: string
  readonly at: string
  readonly values: Readonly<Record<string, unknown>>
}

/** `value` as a mapping; nothing counts as an empty one. Throws CliError `config` for anything else. */
export function fieldsOf(file: string, at: string, value: unknown): Fields {
  if (value === undefined || value === null) return { file, at, values: {} }
  if (typeof value !== 'object' || Array.isArray(value)) throw wrongType(file, at, 'a mapping')
  return { file, at, values: value as Record<string, unknown> }
}

/** A nested mapping; see {@link fieldsOf}. */
export function childOf(fields: Fields, name: string): Fields {
  return fieldsOf(fields.file, place(fields, name), fields.values[name])
}

/** A text; absent, null and empty are the same, as in Go. Numbers and booleans are refused, as kubectl does. */
export function textOf(fields: Fields, name: string): string | undefined {
  const value = fields.values[name]
  if (value === undefined || value === null || value === '') return undefined
  if (typeof value !== 'string') throw wrongType(fields.file, place(fields, name), 'text (put it in quotes)')
  return value
}

/** A boolean; also the words of YAML 1.1, which Go's reader takes. */
export function booleanOf(fields: Fields, name: string): boolean | undefined {
  const value = fields.values[name]
  if (value === undefined || value === null) return undefined
  if (typeof value === 'boolean') return value
  if (typeof value === 'string' && /^(yes|on|true)$/i.test(value)) return true
  if (typeof value === 'string' && /^(no|off|false)$/i.test(value)) return false
  throw wrongType(fields.file, place(fields, name), 'true or false')
}

/** A list of mappings. */
export function listOf(fields: Fields, name: string): Fields[] {
  return itemsOf(fields, name).map((item, index) => fieldsOf(fields.file, `${place(fields, name)}[${index}]`, item))
}

/** A list of texts. */
export function textsOf(fields: Fields, name: string): string[] {
  return itemsOf(fields, name).map((item, index) => {
    if (typeof item !== 'string')
      throw wrongType(fields.file, `${place(fields, name)}[${index}]`, 'text (put it in quotes)')
    return item
  })
}

/** A mapping of names to texts. */
export function textMapOf(fields: Fields, name: string): Record<string, string> {
  const child = childOf(fields, name)
  return Object.fromEntries(Object.keys(child.values).map((key) => [key, textOf(child, key) ?? '']))
}

/** The error for a member of the wrong type. Values are never shown: they may be secrets. */
export function wrongType(file: string, at: string, expected: string): CliError {
  return new CliError({
    kind: 'config',
    message: `kubeconfig ${file}: ${at || 'the document'} must be ${expected}`,
    hint: 'Correct the file; `kubectl config view` reads it by the same rules.',
  })
}

function itemsOf(fields: Fields, name: string): unknown[] {
  const value = fields.values[name]
  if (value === undefined || value === null) return []
  if (!Array.isArray(value)) throw wrongType(fields.file, place(fields, name), 'a list')
  return value
}

function place(fields: Fields, name: string): string {
  return fields.at === '' ? name : `${fields.at}.${name}`
}
