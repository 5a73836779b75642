import type { LiveKind } from '../../commands/completion/types.ts'
import type { Host } from '../../host/types.ts'
import type { ConnectionOptions } from '../../kube/connection-options.ts'
import type { CommandEntry, CompleterKind, OptionValues } from '../command.ts'
import { connectionOptions } from '../flags.ts'
import type { FlagToken } from '../scan.ts'
import { readArgument, readValue, typedPrefix } from '../values.ts'
import { readLine, type Line } from './line.ts'
import { beginningWith, behind, type Candidate, DIRECTORIES, Directive, FILES, NOTHING, only } from './offer.ts'
import type { Offer } from './offer.ts'
import { verbCandidates } from './words.ts'

/** What an argument or a value of this kind can be, as far as it is typed. Throws ValueError for a line that makes no sense. */
export async function named(
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
    case 'program':
      return FILES
    case 'directory':
      return DIRECTORIES
    case 'command':
      return only(await commandsBelow(line, entries))
    case 'verb':
      return only(verbCandidates({ choices: entries, typed }))
    case 'finding':
      return only(await findings(typed))
    case 'finding-until': {
      const candidates = (await findings(typed)).map((each) => ({ ...each, text: `${each.text}=` }))
      return { candidates, directive: Directive.noFiles | Directive.noSpace }
    }
    case 'cluster-or-file':
      return clusterOrFile(typed, line, host)
    default: {
      const before = typedPrefix(kind, typed)
      return behind(before, only(await live(kind, typed.slice(before.length), line, host)))
    }
  }
}

/** The commands that the words of `help` lead to. */
async function commandsBelow({ words, typed }: Line, entries: readonly CommandEntry[]): Promise<Candidate[]> {
  return verbCandidates(await readLine([...words, typed], entries))
}

async function findings(typed: string): Promise<Candidate[]> {
  const { findings: all } = await import('../../commands/completion/findings.ts')
  return beginningWith(typed, await all())
}

/** Clusters by `[CONTEXT:][NAMESPACE/]CLUSTER`, contexts where no cluster begins like that, and files. */
async function clusterOrFile(typed: string, line: Line, host: Host): Promise<Offer> {
  const colon = typed.lastIndexOf(':')
  const slash = typed.indexOf('/', colon + 1)
  const start = Math.max(colon, slash) + 1
  const elsewhere: ConnectionOptions = {
    ...(colon < 0 ? {} : { context: typed.slice(0, colon) }),
    ...(slash < 0 ? {} : { namespace: typed.slice(colon + 1, slash) }),
  }
  const clusters = await live('cluster', typed.slice(start), line, host, elsewhere)
  if (clusters.length > 0 || colon >= 0) {
    const offer = { candidates: clusters, directive: colon < 0 ? Directive.files : Directive.noFiles }
    return behind(typed.slice(0, start), offer)
  }
  const contexts = (await live('context', typed, line, host)).map((each) => ({ ...each, text: `${each.text}:` }))
  return { candidates: contexts, directive: contexts.length > 0 ? Directive.noSpace : Directive.files }
}

async function live(
  kind: LiveKind,
  typed: string,
  line: Line,
  host: Host,
  elsewhere: ConnectionOptions = {},
): Promise<Candidate[]> {
  const { liveCandidates } = await import('../../commands/completion/live.ts')
  const cluster = clusterOf(line)
  const connection = { ...connectionOptions(valuesOf(line.flags)), ...elsewhere }
  const found = await liveCandidates(kind, { connection, host, ...(cluster === undefined ? {} : { cluster }) })
  return beginningWith(typed, found)
}

/** The cluster that the line names, by an argument or a flag. Throws ValueError where it can be none. */
function clusterOf({ command, words, flags }: Line): string | undefined {
  const position = command?.args.findIndex(({ completer }) => isCluster(completer)) ?? -1
  const [spec, word] = [command?.args[position], words[position]]
  if (spec !== undefined && word !== undefined) return readArgument(spec, word)
  const flag = flags.find((token) => isCluster(token.spec.completer))
  return flag?.value === undefined ? undefined : (readValue(flag.spec, flag.value, undefined) as string)
}

function isCluster(kind: CompleterKind | undefined): boolean {
  return kind === 'cluster' || kind === 'restorable-cluster'
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
