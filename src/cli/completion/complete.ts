import type { LiveKind } from '../../commands/completion/types.ts'
import type { Host } from '../../host/types.ts'
import type { Command, CommandEntry, CompleterKind, OptionValues } from '../command.ts'
import { connectionOptions } from '../flags.ts'
import type { FlagToken } from '../scan.ts'
import { readArgument, readValue } from '../values.ts'
import { readLine, type Line } from './line.ts'
import { type Candidate, Directive, FILES, NOTHING, only, type Offer } from './offer.ts'
import { choiceOffer, flagCandidates, verbCandidates } from './words.ts'

/**
 * How a command line can go on at its last word, which may be empty: from the table of commands, else from the cluster that
 * the line itself names (its --context, -n and so on), within a second or not at all. Never throws.
 */
export async function complete(argv: readonly string[], entries: readonly CommandEntry[], host: Host): Promise<Offer> {
  try {
    return await offerFor(await readLine(argv, entries), entries, host)
  } catch {
    // A line that makes no sense: the shell may still help with the names of files.
    return FILES
  }
}

async function offerFor(line: Line, entries: readonly CommandEntry[], host: Host): Promise<Offer> {
  const { place } = line
  if (line.flags.some((token) => token.spec.name === 'help')) return NOTHING
  switch (place.kind) {
    case 'passed-on':
      return FILES
    case 'flag':
      return only(flagCandidates(line))
    case 'value': {
      const { spec, typed } = place
      const known = choiceOffer(spec, typed)
      if (known !== undefined) return known
      if (spec.value === 'FILE' || spec.value === 'DIR') return FILES
      return spec.type === 'list'
        ? lastOfList(typed, (part) => named(spec.completer, part, line, entries, host))
        : named(spec.completer, typed, line, entries, host)
    }
    case 'word':
      return wordOffer(line, entries, host)
  }
}

async function wordOffer(line: Line, entries: readonly CommandEntry[], host: Host): Promise<Offer> {
  const verbs = verbCandidates(line)
  const spec = argumentAt(line.command, line.words.length)
  if (spec === undefined) {
    const unknown = line.words.length > 0 && line.command?.run === undefined
    return unknown ? FILES : only(verbs)
  }
  const given = new Set(line.words)
  const offer = await named(spec.completer, line.typed, line, entries, host)
  const names = offer.candidates.filter(({ text }) => spec.variadic !== true || !given.has(text))
  return { candidates: [...verbs, ...names], directive: offer.directive }
}

function argumentAt(command: Command | undefined, position: number): Command['args'][number] | undefined {
  if (command?.run === undefined) return undefined
  const last = command.args.at(-1)
  return command.args[position] ?? (last?.variadic === true ? last : undefined)
}

/** Of a list with commas the last part is completed; what stands before goes with every candidate. */
async function lastOfList(typed: string, complete: (part: string) => Promise<Offer>): Promise<Offer> {
  const start = typed.lastIndexOf(',') + 1
  const before = typed.slice(0, start)
  const given = new Set(before.split(','))
  const { candidates, directive } = await complete(typed.slice(start))
  const left = candidates.filter(({ text }) => !given.has(text))
  return { candidates: left.map((each) => ({ ...each, text: before + each.text })), directive }
}

async function named(
  kind: CompleterKind | undefined,
  typed: string,
  line: Line,
  entries: readonly CommandEntry[],
  host: Host,
): Promise<Offer> {
  switch (kind) {
    case undefined:
    case 'none':
      return NOTHING
    case 'file':
      return FILES
    case 'command':
      return only(await commandsBelow(line, entries))
    case 'finding': {
      const { findings } = await import('../../commands/completion/findings.ts')
      return only(beginningWith(typed, await findings()))
    }
    case 'cluster-or-file':
      return { candidates: await live('cluster', typed, line, host), directive: Directive.files }
    default:
      return only(await live(kind, typed, line, host))
  }
}

/** The commands that the words of `help` lead to. */
async function commandsBelow({ words, typed }: Line, entries: readonly CommandEntry[]): Promise<Candidate[]> {
  return verbCandidates(await readLine([...words, typed], entries))
}

async function live(kind: LiveKind, typed: string, line: Line, host: Host): Promise<Candidate[]> {
  const { liveCandidates } = await import('../../commands/completion/live.ts')
  const cluster = clusterOf(line)
  const connection = connectionOptions(valuesOf(line.flags))
  const found = await liveCandidates(kind, { connection, host, ...(cluster === undefined ? {} : { cluster }) })
  return beginningWith(typed, found)
}

function beginningWith(typed: string, candidates: readonly Candidate[]): Candidate[] {
  return candidates.filter(({ text }) => text.startsWith(typed))
}

/** The cluster that the line names, by an argument or a flag. Throws ValueError where it can be none. */
function clusterOf({ command, words, flags }: Line): string | undefined {
  const position = command?.args.findIndex((spec) => spec.completer === 'cluster') ?? -1
  const [spec, word] = [command?.args[position], words[position]]
  if (spec !== undefined && word !== undefined) return readArgument(spec, word)
  const flag = flags.find((token) => token.spec.completer === 'cluster')
  return flag?.value === undefined ? undefined : (readValue(flag.spec, flag.value, undefined) as string)
}

/** The values of the flags that make sense; one that does not is a matter for the finished line. */
function valuesOf(flags: readonly FlagToken[]): OptionValues {
  const values: Record<string, OptionValues[string]> = {}
  for (const { spec, value } of flags) {
    try {
      values[spec.name] = readValue(spec, value ?? 'true', values[spec.name])
    } catch {
      continue
    }
  }
  return values
}
