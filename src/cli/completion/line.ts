import type { Command, CommandEntry, OptionSpec } from '../command.ts'
import { ownFlags, withGlobalFlags } from '../flags.ts'
import { type FlagToken, scan } from '../scan.ts'

/** Where on the command line the word stands that is being typed. */
export type Place =
  /** A word of its own: a verb, a subverb or an argument. */
  | { kind: 'word' }
  /** The name of a flag. */
  | { kind: 'flag' }
  /** The value of a flag: `typed` is what stands of it, `glued` what stands before it in a word like `-nshop`. */
  | { kind: 'value'; spec: OptionSpec; typed: string; glued: string }
  /** Behind `--`, where the words belong to another program. */
  | { kind: 'passed-on' }

/** A command line that is still being typed. */
export interface Line {
  /** The last word as far as it is typed. */
  typed: string
  place: Place
  /** The command that the words before name; absent at the first word. */
  command: Command | undefined
  /** Verbs or subverbs that may stand at this place. */
  choices: readonly CommandEntry[]
  /** Flags that may be given. */
  specs: readonly OptionSpec[]
  /** Flags given before. */
  flags: readonly FlagToken[]
  /** Arguments given before. */
  words: readonly string[]
}

/** Stands for the word that is being typed; no shell can hand over a word with this character. */
const HERE = '\0'

/**
 * Reads a command line up to the word that is being typed, its last one, by the rules by which finished ones are read
 * (cli/resolve.ts). Throws CliError of kind usage where no command could be meant.
 */
export async function readLine(argv: readonly string[], entries: readonly CommandEntry[]): Promise<Line> {
  const typed = argv.at(-1) ?? ''
  let pending: readonly string[] = [...argv.slice(0, -1), HERE]
  let command: Command | undefined
  let choices = entries
  const flags: FlagToken[] = []
  for (;;) {
    const specs = withGlobalFlags(command === undefined ? [] : ownFlags(command))
    const options = { flags: specs, usage: '', help: '' }
    const part = scan(pending, { ...options, stopAtWord: choices.length > 0 })
    flags.push(...part.flags)
    const word = part.words[0]
    const entry = choices.find((choice) => choice.name === word)
    if (entry !== undefined) {
      command = await entry.load()
      choices = command.subcommands ?? []
      pending = part.remaining
      continue
    }
    const tail = scan(part.remaining, options)
    flags.push(...tail.flags)
    const words = [...part.words, ...tail.words]
    const rest = part.rest ?? tail.rest
    return {
      typed,
      command,
      specs,
      place: placeOf(typed, flags, rest, command, options),
      choices: words[0] === HERE ? choices : [],
      flags: flags.filter((token) => token.value !== HERE),
      words: [...words, ...(rest ?? [])].filter((each) => each !== HERE),
    }
  }
}

function placeOf(
  typed: string,
  flags: readonly FlagToken[],
  rest: readonly string[] | undefined,
  command: Command | undefined,
  options: Parameters<typeof scan>[1],
): Place {
  const open = flags.at(-1)
  if (open?.value === HERE) return { kind: 'value', spec: open.spec, typed, glued: '' }
  if (rest !== undefined) return command?.passThrough === undefined ? { kind: 'word' } : { kind: 'passed-on' }
  if (!typed.startsWith('-')) return { kind: 'word' }
  return valuePlace(typed, options) ?? { kind: 'flag' }
}

/** The value in a word that holds its flag, too: `--name=value`, `-n=value`, `-nvalue`. */
function valuePlace(typed: string, options: Parameters<typeof scan>[1]): Place | undefined {
  if (typed.startsWith('--') && !typed.includes('=')) return undefined
  // Without a value behind its last letter a bundle would want the next word.
  const given = scan([typed, ''], options).flags.at(-1)
  if (given?.value === undefined || (given.value === '' && !typed.endsWith('='))) return undefined
  const before = typed.slice(0, typed.length - given.value.length)
  // Behind "=" the shells complete the value alone.
  return { kind: 'value', spec: given.spec, typed: given.value, glued: before.endsWith('=') ? '' : before }
}
