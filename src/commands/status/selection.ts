import type { Invocation, OptionSpec } from '../../cli/command.ts'
import { CliError } from '../../errors/cli-error.ts'

/** Flags of `status` that choose several clusters. */
export const selectionOptions: readonly OptionSpec[] = [
  { name: 'all-namespaces', short: 'A', type: 'boolean', summary: 'All clusters of all namespaces, one line each' },
  {
    name: 'selector',
    short: 'l',
    type: 'string',
    value: 'SELECTOR',
    summary: 'The clusters with these labels, one line each, for example -l team=shop',
  },
  {
    name: 'contexts',
    type: 'list',
    value: 'A,B',
    completer: 'context',
    summary: 'The clusters of these contexts of the kubeconfig side by side',
  },
  { name: 'all-contexts', type: 'boolean', summary: 'The same for every context of the kubeconfig' },
]

/** Which clusters the user means. */
export interface Selection {
  /** Given by name; none: those of the namespace. */
  names: readonly string[]
  everywhere: boolean
  selector: string | undefined
  contexts: readonly string[] | 'all' | undefined
}

/** Reads arguments and flags. Throws CliError of kind usage for what contradicts itself. */
export function selectionOf({ args, options }: Invocation): Selection {
  const names = (args['CLUSTER'] ?? []) as readonly string[]
  const everywhere = options['all-namespaces'] === true
  const selector = options['selector'] as string | undefined
  const given = (options['contexts'] as readonly string[]).flatMap((text) => text.split(','))
  const wanted = [...new Set(given.map((name) => name.trim()).filter((name) => name !== ''))]
  const contexts = options['all-contexts'] === true ? 'all' : wanted.length > 0 ? wanted : undefined
  const pairs: [boolean, string][] = [
    [names.length > 0 && everywhere, 'names of clusters and --all-namespaces'],
    [names.length > 0 && selector !== undefined, 'names of clusters and --selector'],
    [contexts === 'all' && wanted.length > 0, '--contexts and --all-contexts'],
    [contexts !== undefined && options['context'] !== undefined, '--context and several contexts'],
  ]
  for (const [both, what] of pairs) {
    if (both) throw new CliError({ kind: 'usage', message: `${what} cannot be combined` })
  }
  return { names, everywhere, selector, contexts }
}

/** The one cluster meant, where the user named one and asks no other context. */
export function singleName({ names, contexts }: Selection): string | undefined {
  return names.length === 1 && contexts === undefined ? names[0] : undefined
}

/** True when nothing chooses: a namespace with one cluster then means that one (spec/screens.md 4). */
export function choosesNothing({ names, everywhere, selector, contexts }: Selection): boolean {
  return names.length === 0 && !everywhere && selector === undefined && contexts === undefined
}
