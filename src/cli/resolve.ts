import type { Command, CommandEntry, OptionSpec } from './command.ts'
import { ownFlags, withGlobalFlags } from './flags.ts'
import { type FlagToken, type ScanOptions, scan, unknownFlag } from './scan.ts'
import { nearestHint, PROGRAM, usageError, usageLine } from './usage.ts'

/** A command line that names a command to run. */
export interface Call {
  kind: 'call'
  /** The words that name it, e.g. `fencing`, `on`. */
  path: readonly string[]
  command: Command
  /** All flags it takes. */
  specs: readonly OptionSpec[]
  flags: readonly FlagToken[]
  words: readonly string[]
  rest: readonly string[]
}

/** A command line that asks for help, by flag or by naming no command that could run. */
export interface HelpWanted {
  kind: 'help'
  path: readonly string[]
  /** Absent for the help of the whole program. */
  command: Command | undefined
}

/**
 * Finds the command that a command line means: the first word names a verb, a first word after it that equals one of
 * its subverbs names that one, else the verb runs by itself (design 6). Flags may stand anywhere; before the verb only
 * those that every command takes. Throws CliError of kind usage.
 *
 * @param onCommand told of each command on the way, also when an error follows
 */
export async function resolve(
  argv: readonly string[],
  entries: readonly CommandEntry[],
  onCommand: (command: Command) => void = () => undefined,
): Promise<Call | HelpWanted> {
  let pending: readonly string[] = argv[0] === '--version' ? ['version', ...argv.slice(1)] : argv
  let command: Command | undefined
  let choices = entries
  const path: string[] = []
  const flags: FlagToken[] = []

  for (;;) {
    const specs = withGlobalFlags(command === undefined ? [] : ownFlags(command))
    const options = { flags: specs, usage: usageLine(path, command), help: whereToRead(path, command) }
    const part = scan(pending, { ...options, stopAtWord: choices.length > 0 })
    flags.push(...part.flags)
    const [word] = part.words
    const entry = choices.find((choice) => choice.name === word)
    if (entry !== undefined) {
      command = await entry.load()
      onCommand(command)
      choices = command.subcommands ?? []
      path.push(entry.name)
      pending = part.remaining
      continue
    }
    if (command?.run === undefined) {
      if (word !== undefined && !asksForHelp(flags)) throw unknownCommand(word, path, choices, options.usage)
      if ((part.rest?.length ?? 0) > 0) throw usageError('the command has to stand before --', options.usage)
      return { kind: 'help', path, command }
    }
    if (asksForHelp(flags)) return { kind: 'help', path, command }
    const tail = scan(part.remaining, options)
    if (asksForHelp(tail.flags)) return { kind: 'help', path, command }
    const behindDashes = part.rest ?? tail.rest ?? []
    const words = [...part.words, ...tail.words]
    const kept = wordsKept(command, words.length, behindDashes.length)
    return {
      kind: 'call',
      path,
      command,
      specs,
      flags: [...flags, ...tail.flags].map((token) => ({ ...token, spec: own(token, options) })),
      words: [...words, ...behindDashes.slice(0, kept)],
      rest: behindDashes.slice(kept),
    }
  }
}

/** The command a list of words names, for `help`: nothing for none; throws CliError of kind usage for unknown ones. */
export async function findCommand(
  words: readonly string[],
  entries: readonly CommandEntry[],
): Promise<Command | undefined> {
  let command: Command | undefined
  let choices = entries
  for (const word of words) {
    const entry = choices.find((choice) => choice.name === word)
    if (entry === undefined) {
      const hint = nearestHint(word, visibleNames(choices), `Run ${PROGRAM} --help for the list of commands.`)
      throw usageError(`unknown help topic "${words.join(' ')}"`, `${PROGRAM} help [COMMAND...]`, hint)
    }
    command = await entry.load()
    choices = command.subcommands ?? []
  }
  return command
}

/**
 * How many of the words after `--` are arguments like any other: all, but of a command that passes them on only those
 * that it cannot do without (`psql -- CLUSTER`, as Go's flags have it).
 */
function wordsKept(command: Command, before: number, behind: number): number {
  if (command.passThrough === undefined) return behind
  return Math.max(0, command.args.filter((spec) => spec.required).length - before)
}

/** A flag given to the parent of a subverb has to be one of the subverb, too. */
function own(token: FlagToken, options: ScanOptions): OptionSpec {
  const spec = options.flags.find((flag) => flag.name === token.spec.name)
  if (spec === undefined) throw unknownFlag(`--${token.spec.name}`, options)
  return spec
}

function asksForHelp(flags: readonly FlagToken[]): boolean {
  return flags.some((token) => token.spec.name === 'help' && (token.value === undefined || token.value === 'true'))
}

function unknownCommand(word: string, path: readonly string[], choices: readonly CommandEntry[], usage: string): Error {
  const name = [...path, word].join(' ')
  return usageError(`unknown command "${name}"`, usage, nearestHint(word, visibleNames(choices), whereToRead(path)))
}

function visibleNames(entries: readonly CommandEntry[]): string[] {
  return entries.filter((entry) => entry.hidden !== true).map((entry) => entry.name)
}

function whereToRead(path: readonly string[], command?: Command): string {
  const words = [PROGRAM, ...path, '--help'].join(' ')
  if (path.length === 0) return `Flags of a command stand behind its name. Run ${words} for the list of commands.`
  return command === undefined ? `Run ${words} for the list of commands.` : `Run ${words} for its flags.`
}
