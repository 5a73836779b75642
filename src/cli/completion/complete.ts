import type { Host } from '../../host/types.ts'
import type { Command, CommandEntry, OptionSpec } from '../command.ts'
import { readLine, type Line } from './line.ts'
import { named } from './named.ts'
import { behind, FILES, NOTHING, only, type Offer } from './offer.ts'
import { choiceOffer, flagCandidates, neededFlags, verbCandidates } from './words.ts'

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
    case 'value':
      return behind(place.glued, await valueOffer(place.spec, place.typed, line, entries, host))
    case 'word':
      return wordOffer(line, entries, host)
  }
}

function valueOffer(
  spec: OptionSpec,
  typed: string,
  line: Line,
  entries: readonly CommandEntry[],
  host: Host,
): Promise<Offer> {
  const complete = async (part: string): Promise<Offer> =>
    choiceOffer(spec, part) ?? (await named(spec.completer, part, line, entries, host))
  return spec.type === 'list' ? lastOfList(typed, complete) : complete(typed)
}

async function wordOffer(line: Line, entries: readonly CommandEntry[], host: Host): Promise<Offer> {
  const verbs = verbCandidates(line)
  const needed = line.typed === '' ? neededFlags(line) : []
  const spec = argumentAt(line.command, line.words.length)
  if (spec === undefined) {
    const unknown = line.words.length > 0 && line.command?.run === undefined
    return unknown ? FILES : only([...verbs, ...needed])
  }
  const given = new Set(line.words)
  const offer = await named(spec.completer, line.typed, line, entries, host)
  const names = offer.candidates.filter(({ text }) => spec.variadic !== true || !given.has(text))
  return { candidates: [...verbs, ...needed, ...names], directive: offer.directive }
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
  return behind(before, { candidates: candidates.filter(({ text }) => !given.has(text)), directive })
}
