import { CliError } from '../errors/cli-error.ts'
import { nearestFirst } from '../errors/nearest.ts'
import { Resources } from '../kube/resources.ts'
import type { TableRow } from './tables.ts'
import { readTable } from './tables.ts'
import type { Reader } from './reader.ts'

const NAMES_SHOWN = 10

/**
 * The error for a Cluster that is not there: names the ones that are, nearest first, and other namespaces that hold one of
 * that name; where the kind itself is not served, that the operator is not installed.
 */
export async function explainMissingCluster(
  reader: Reader,
  namespace: string,
  name: string,
  cause: CliError,
  signal: AbortSignal,
): Promise<CliError> {
  const [here, elsewhere] = await Promise.allSettled([
    readTable(reader, Resources.clusters, namespace, { signal }),
    readTable(reader, Resources.clusters, undefined, { signal, fieldSelector: `metadata.name=${name}` }),
  ])
  if (here.status === 'rejected' && isKind(here.reason, 'missing')) return explainMissingKind(cause)
  if (here.status === 'rejected' && isKind(here.reason, 'interrupted')) throw here.reason
  const others = elsewhere.status === 'fulfilled' ? elsewhere.value : []
  return new CliError({
    kind: 'missing',
    message: `cluster "${name}" not found in namespace "${namespace}"`,
    hint: hintOf(name, namespace, here.status === 'fulfilled' ? here.value : undefined, others),
    ...(cause.code === undefined ? {} : { code: cause.code }),
    ...(cause.reason === undefined ? {} : { reason: cause.reason }),
    cause,
  })
}

/** The error for an API server that does not know Clusters at all. */
export function explainMissingKind(cause: CliError): CliError {
  return new CliError({
    kind: 'missing',
    message: 'the server has no resource "clusters" in the API group postgresql.cnpg.io',
    hint:
      'the CloudNativePG operator is not installed there: is this the right context (--context)?\n' +
      'to install it: kubectl cnpg install generate | kubectl apply --server-side -f -',
    ...(cause.code === undefined ? {} : { code: cause.code }),
    ...(cause.reason === undefined ? {} : { reason: cause.reason }),
    cause,
  })
}

/** The error for a namespace (undefined: all) without clusters, or without those that are looked for: names the namespaces that have some. */
export async function explainNoClusters(
  reader: Reader,
  namespace: string | undefined,
  selector: string | undefined,
  signal: AbortSignal,
): Promise<CliError> {
  const where = namespace === undefined ? 'in any namespace' : `in namespace "${namespace}"`
  const which = selector === undefined ? '' : ` with the labels ${selector}`
  return new CliError({
    kind: 'missing',
    message: `there is no cluster${which} ${where}`,
    hint: await elsewhereHint(reader, namespace, selector, signal),
  })
}

async function elsewhereHint(
  reader: Reader,
  namespace: string | undefined,
  selector: string | undefined,
  signal: AbortSignal,
): Promise<string> {
  if (selector !== undefined) return 'without --selector all clusters are shown'
  if (namespace === undefined)
    return 'a cluster is made by: kubectl apply -f FILE, with an object of kind Cluster in it'
  try {
    const counts = new Map<string, number>()
    for (const row of await readTable(reader, Resources.clusters, undefined, { signal }))
      counts.set(row.namespace, (counts.get(row.namespace) ?? 0) + 1)
    if (counts.size === 0) return 'nor is there one in any other namespace'
    const spaces = [...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1))
    const shown = spaces.slice(0, NAMES_SHOWN).map(([space, count]) => `${space} (${count})`)
    const more = spaces.length > NAMES_SHOWN ? ` and ${spaces.length - NAMES_SHOWN} more` : ''
    return `there are clusters in: ${shown.join(', ')}${more}
add -n ${spaces[0]?.[0] ?? ''}, or -A to see them all`
  } catch (error) {
    if (isKind(error, 'interrupted')) throw error
    return isKind(error, 'forbidden')
      ? 'whether other namespaces hold some cannot be seen: that needs a ClusterRole with the right to list clusters; -n NAMESPACE looks in another'
      : '-n NAMESPACE looks in another'
  }
}

/** The error for a user who may not list the clusters of all namespaces: says what he can do instead. */
export function explainForbiddenEverywhere(cause: CliError): CliError {
  return new CliError({
    kind: 'forbidden',
    message: cause.message,
    hint: [cause.hint, 'Without it: -n NAMESPACE shows the clusters of one namespace.'].filter(Boolean).join('\n'),
    ...(cause.code === undefined ? {} : { code: cause.code }),
    ...(cause.reason === undefined ? {} : { reason: cause.reason }),
    cause,
  })
}

function hintOf(name: string, namespace: string, here: TableRow[] | undefined, elsewhere: TableRow[]): string {
  const lines: string[] = []
  const spaces = elsewhere.map((row) => row.namespace).filter((space) => space !== '' && space !== namespace)
  if (spaces.length > 0) {
    lines.push(`there is one of that name in ${spaces.slice(0, NAMES_SHOWN).join(', ')}: add -n ${spaces[0] ?? ''}`)
  }
  if (here === undefined) lines.push('which clusters there are cannot be seen: that needs the right to list clusters')
  else if (here.length === 0)
    lines.push(`there is no cluster in namespace "${namespace}"; -n NAMESPACE looks in another`)
  else lines.push(`clusters in namespace "${namespace}": ${namesOf(name, here)}`)
  return lines.join('\n')
}

function namesOf(name: string, rows: TableRow[]): string {
  const names = nearestFirst(
    name,
    rows.map((row) => row.name),
  )
  const more = names.length - NAMES_SHOWN
  return names.slice(0, NAMES_SHOWN).join(', ') + (more > 0 ? ` and ${more} more` : '')
}

function isKind(error: unknown, kind: CliError['kind']): boolean {
  return error instanceof CliError && error.kind === kind
}
