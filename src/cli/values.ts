import type { ArgumentSpec, CompleterKind, OptionSpec } from './command.ts'
import { nearest } from '../errors/nearest.ts'
import { parseDuration } from '../api/duration.ts'

/** What a value of one flag must look like, for complaints. */
export class ValueError extends Error {
  /** What was probably meant. */
  readonly hint: string | undefined

  constructor(message: string, hint?: string) {
    super(message)
    this.name = 'ValueError'
    this.hint = hint
  }
}

type Value = string | number | boolean | readonly string[]

/**
 * Reads one value of a flag; `previous` is what the flag held before. Durations become milliseconds.
 * Throws ValueError with what would be right.
 */
export function readValue(spec: OptionSpec, text: string, previous: Value | undefined): Value {
  switch (spec.type) {
    case 'string':
      return named(spec.completer, text)
    case 'optional-string':
      if (spec.choices !== undefined) return oneOf(spec, text)
      return text
    case 'boolean':
      return readBoolean(text)
    case 'count':
      return text === ONE_MORE ? (typeof previous === 'number' ? previous : 0) + 1 : readInteger(text)
    case 'integer':
      return readInteger(text)
    case 'duration':
      return readDuration(text)
    case 'choice':
      return oneOf(spec, text)
    case 'list':
      return [...(Array.isArray(previous) ? (previous as readonly string[]) : []), text]
  }
}

/** Stands for a count flag without a value. */
export const ONE_MORE = '+1'

/** Reads one word given for an argument. Throws ValueError with what would be right. */
export function readArgument(spec: ArgumentSpec, text: string): string {
  if (text === '') throw new ValueError('it must not be empty')
  return named(spec.completer, text)
}

const CLUSTER_PREFIX = { pattern: /^clusters?(\.v1)?(\.postgresql\.cnpg\.io)?\//, example: 'cluster/NAME' }

/** `TYPE/NAME` as kubectl writes it, by what the name stands for. */
const TYPE_PREFIXES: Partial<Record<CompleterKind, { pattern: RegExp; example: string }>> = {
  cluster: CLUSTER_PREFIX,
  'restorable-cluster': CLUSTER_PREFIX,
  instance: { pattern: /^pods?\//, example: 'pod/NAME' },
  standby: { pattern: /^pods?\//, example: 'pod/NAME' },
  'fenced-instance': { pattern: /^pods?\//, example: 'pod/NAME' },
  'unfenced-instance': { pattern: /^pods?\//, example: 'pod/NAME' },
}

/** What of a word, typed so far, is the `TYPE/` in front of the name; empty without one. */
export function typedPrefix(kind: CompleterKind, text: string): string {
  return TYPE_PREFIXES[kind]?.pattern.exec(text)?.[0] ?? ''
}

function named(kind: CompleterKind | undefined, text: string): string {
  const prefix = kind === undefined ? undefined : TYPE_PREFIXES[kind]
  if (prefix === undefined) return text
  const name = text.replace(prefix.pattern, '')
  if (name === '' || name.includes('/')) throw new ValueError(`give the name alone or as ${prefix.example}`)
  return name
}

/** The spellings of Go's strconv.ParseBool. */
function readBoolean(text: string): boolean {
  if (/^(1|t|T|TRUE|true|True)$/.test(text)) return true
  if (/^(0|f|F|FALSE|false|False)$/.test(text)) return false
  throw new ValueError('it takes true or false')
}

function readInteger(text: string): number {
  if (/^[+-]?\d{1,15}$/.test(text)) return Number(text)
  throw new ValueError('it takes a whole number')
}

function readDuration(text: string): number {
  const ms = parseDuration(text)
  if (ms === undefined) throw new ValueError('it takes a duration such as 30s, 5m, 1h30m or 2d, or a number of seconds')
  if (ms < 0) throw new ValueError('it takes a duration of 0 or more')
  return ms
}

function oneOf({ choices = [], instead = {} }: OptionSpec, text: string): string {
  const word = beforeEquals(text)
  const found = choices.find((choice) => choice === text || (text !== word && choice.startsWith(`${word}=`)))
  if (found !== undefined) return text
  const meant = nearest(word, choices.map(beforeEquals))
  const form = choices.find((choice) => beforeEquals(choice) === meant)
  const hint = instead[word] ?? (form === undefined ? undefined : `Did you mean "${form}"?`)
  throw new ValueError(`it takes one of ${choices.join(', ')}`, hint)
}

function beforeEquals(text: string): string {
  return text.split('=', 1)[0] ?? ''
}
