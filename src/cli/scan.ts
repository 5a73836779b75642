import type { OptionSpec, OptionType } from './command.ts'
import { nearestHint, usageError } from './usage.ts'

/** One flag of the command line with its value, before the value is read. */
export interface FlagToken {
  spec: OptionSpec
  /** Absent when the flag stood alone and its type needs no value. */
  value: string | undefined
}

export interface Scan {
  flags: FlagToken[]
  /** Words that are neither flags nor values of flags. */
  words: string[]
  /** Words after `--`; absent when there was none. */
  rest: string[] | undefined
  /** Words not looked at, when told to stop at the first one. */
  remaining: string[]
}

export interface ScanOptions {
  flags: readonly OptionSpec[]
  /** Usage line for complaints. */
  usage: string
  /** Where to read on, when no known flag is near the one typed. */
  help: string
  /** Stops behind the first word. */
  stopAtWord?: boolean
}

/** Types whose flag may stand alone: these never take the next word as their value. */
const STANDS_ALONE: ReadonlySet<OptionType> = new Set<OptionType>(['boolean', 'count', 'optional-string'])

/**
 * Splits words into flags and arguments by the grammar of pflag, which kubectl's users have in their fingers
 * (spec/commands-core.md 1.1): flags and words in any order, `--` ends flags, `--f v` and `--f=v`, bundled letters,
 * `-fv`, `-f v` and `-f=v`. Throws CliError of kind usage for an unknown flag or a missing value.
 */
export function scan(argv: readonly string[], options: ScanOptions): Scan {
  const result: Scan = { flags: [], words: [], rest: undefined, remaining: [] }
  const pending = [...argv]
  for (let word = pending.shift(); word !== undefined; word = pending.shift()) {
    if (word === '--') {
      result.rest = pending
      return result
    }
    if (word.startsWith('--')) {
      result.flags.push(longFlag(word, pending, options))
    } else if (word.startsWith('-') && word !== '-') {
      result.flags.push(...shortFlags(word, pending, options))
    } else {
      result.words.push(word)
      if (options.stopAtWord === true) {
        result.remaining = pending
        return result
      }
    }
  }
  return result
}

/** The form that says the same to any parser: `--name=value`, or `--name` where the flag stood alone. */
export function canonical(token: FlagToken): string {
  return token.value === undefined ? `--${token.spec.name}` : `--${token.spec.name}=${token.value}`
}

function longFlag(word: string, pending: string[], options: ScanOptions): FlagToken {
  const equals = word.indexOf('=')
  const name = word.slice(2, equals === -1 ? undefined : equals)
  const spec = options.flags.find((flag) => flag.name === name)
  if (spec === undefined) throw unknownFlag(`--${name}`, options)
  if (equals !== -1) return { spec, value: word.slice(equals + 1) }
  return { spec, value: takeValue(spec, `--${name}`, pending, options) }
}

function shortFlags(word: string, pending: string[], options: ScanOptions): FlagToken[] {
  const tokens: FlagToken[] = []
  let letters = word.slice(1)
  while (letters !== '') {
    const letter = String.fromCodePoint(letters.codePointAt(0) ?? 0)
    const rest = letters.slice(letter.length)
    const spec = options.flags.find((flag) => flag.short === letter)
    if (spec === undefined) throw unknownFlag(`-${letter}`, options, word)
    if (rest.startsWith('=')) {
      tokens.push({ spec, value: rest.slice(1) })
      break
    }
    if (STANDS_ALONE.has(spec.type)) {
      tokens.push({ spec, value: undefined })
      letters = rest
      continue
    }
    tokens.push({ spec, value: rest === '' ? takeValue(spec, `-${letter}`, pending, options) : rest })
    break
  }
  return tokens
}

function takeValue(spec: OptionSpec, typed: string, pending: string[], options: ScanOptions): string | undefined {
  if (STANDS_ALONE.has(spec.type)) return undefined
  const value = pending.shift()
  if (value === undefined) throw usageError(`the flag ${typed} needs a value`, options.usage)
  return value
}

/** The complaint about a flag that the command does not have. */
export function unknownFlag(typed: string, options: ScanOptions, bundle = typed): Error {
  const candidates = options.flags.filter((flag) => flag.hidden !== true).map((flag) => `--${flag.name}`)
  const where = bundle.length === typed.length ? '' : ` in ${bundle}`
  const hint = typed.startsWith('--') ? nearestHint(typed, candidates, options.help) : options.help
  return usageError(`unknown flag ${typed}${where}`, options.usage, hint)
}
