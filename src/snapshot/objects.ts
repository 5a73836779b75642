import { Labels } from '../api/constants.ts'
import type { Cluster } from '../api/cluster.ts'
import type { PodDisruptionBudget } from '../api/objects.ts'
import type { Pod } from '../api/pod.ts'
import type { Part } from '../api/part.ts'
import { CliError } from '../errors/cli-error.ts'
import type { Clock } from '../host/types.ts'
import type { Resource } from '../kube/resources.ts'
import { pathOf, Resources } from '../kube/resources.ts'
import { explainForbiddenEverywhere, explainMissingCluster, explainMissingKind } from './missing-cluster.ts'
import { partOf, present } from './parts.ts'
import { inNamespace, ruleOf } from './rules.ts'
import { labelledShare, rowShare } from './share.ts'
import type { TableOptions, TableRow } from './tables.ts'
import { readTable } from './tables.ts'
import type { Reader } from './reader.ts'

/** Which clusters are looked at: one, those of a namespace, or all; of the last two only those with certain labels. */
export type ObjectScope =
  | { kind: 'cluster'; namespace: string; name: string }
  | { kind: 'namespace'; namespace: string; selector?: string }
  | { kind: 'all'; selector?: string }

/** The same, and some by their names. */
export type OwnedScope = ObjectScope | { kind: 'named'; namespace: string; names: readonly string[] }

export interface GatherOptions {
  clock: Clock
  /** Ends every request; its reason is a CliError. */
  signal: AbortSignal
}

/** The kinds that are read as tables first: not all of them carry the cluster's label. */
const TABLES = {
  backups: Resources.backups,
  scheduledBackups: Resources.scheduledBackups,
  poolers: Resources.poolers,
  databases: Resources.databases,
} as const

/** Those of which the rows tell enough; asked after the pods, to go over a connection that there is by then. */
const LATER_TABLES = {
  publications: Resources.publications,
  subscriptions: Resources.subscriptions,
  databaseRoles: Resources.databaseRoles,
} as const

type TableKind = keyof typeof TABLES | keyof typeof LATER_TABLES

/** Of one cluster's kinds so many objects come with the table: in most namespaces these are all, and save a round trip. */
const WHOLE = 5

/**
 * One set of lists, all requests under way at once, whatever the number of clusters. `clusters` rejects with a CliError:
 * without the Cluster there is nothing to tell. The others resolve to a value or a reason.
 */
export interface ObjectLists {
  clusters: Promise<Cluster[]>
  pods: Promise<Part<Pod[]>>
  podDisruptionBudgets: Promise<Part<PodDisruptionBudget[]>>
  tables: Record<TableKind, Promise<Part<TableRow[]>>>
}

/**
 * Starts the first wave (design 8): pods and budgets by label, the Cluster or Clusters, and the namespace's Backups,
 * ScheduledBackups, Poolers and Databases as tables, of one cluster with the first objects. Kinds that an old operator
 * does not serve are empty lists. Secrets are never read.
 */
export function gatherObjects(reader: Reader, scope: ObjectScope, options: GatherOptions): ObjectLists {
  // The pods first: over HTTP/2 the first request goes out with the handshake, the others a round trip later.
  const owned = gatherOwned(reader, scope, options)
  return { ...owned, clusters: quiet(clustersOf(reader, scope, options)) }
}

/** Starts the lists of {@link gatherObjects} but the Clusters themselves. */
export function gatherOwned(reader: Reader, scope: OwnedScope, options: GatherOptions): Omit<ObjectLists, 'clusters'> {
  const namespace = namespaceOf(scope)
  const labelSelector = ownedSelector(scope)
  const labelled = <T>(resource: Resource): Promise<Part<T[]>> => {
    const list = reader.listAll<T>(pathOf(resource, inNamespace(namespace)), { labelSelector, signal: options.signal })
    return quiet(
      partOf(
        list.then((answer) => answer.items),
        { ...options, rule: ruleOf(resource, 'list') },
      ),
    )
  }
  // Of several clusters the rows stand for the objects, which are not read one by one.
  const one = scope.kind === 'cluster'
  const table = (resource: Resource, whole?: number): Promise<Part<TableRow[]>> =>
    tablePart(reader, resource, namespace, { ...options, metadata: !one, ...(whole === undefined ? {} : { whole }) })
  const pods = labelled<Pod>(Resources.pods)
  return {
    pods,
    podDisruptionBudgets: labelled<PodDisruptionBudget>(Resources.podDisruptionBudgets),
    tables: {
      ...mapped(TABLES, (resource) => quiet(table(resource, one ? WHOLE : undefined))),
      ...mapped(LATER_TABLES, (resource) => quiet(pods.then(() => table(resource)))),
    },
  }
}

/** What the lists hold of one cluster; nothing is asked again. */
export function listsOf(
  lists: Omit<ObjectLists, 'clusters'>,
  cluster: Pick<Cluster, 'metadata'>,
): Omit<ObjectLists, 'clusters'> {
  const labelled = <T extends Pod | PodDisruptionBudget>(list: Promise<Part<T[]>>): Promise<Part<T[]>> =>
    list.then((part) => labelledShare(part, cluster))
  return {
    pods: quiet(labelled(lists.pods)),
    podDisruptionBudgets: quiet(labelled(lists.podDisruptionBudgets)),
    tables: mapped(lists.tables, (list) => quiet(list.then((part) => rowShare(part, cluster)))),
  }
}

/** The same members with other values. */
function mapped<K extends string, A, B>(values: Readonly<Record<K, A>>, make: (value: A) => B): Record<K, B> {
  return Object.fromEntries(Object.entries<A>(values).map(([key, value]) => [key, make(value)])) as Record<K, B>
}

/** A table as a part; a kind that is not served has no objects. */
async function tablePart(
  reader: Reader,
  resource: Resource,
  namespace: string | undefined,
  options: GatherOptions & TableOptions,
): Promise<Part<TableRow[]>> {
  const part = await partOf(readTable(reader, resource, namespace, options), {
    ...options,
    rule: ruleOf(resource, 'list'),
  })
  return !part.ok && part.reason === 'missing' ? present([], options.clock) : part
}

/** Where lists are read; undefined: in all namespaces. */
export function namespaceOf(scope: OwnedScope): string | undefined {
  return scope.kind === 'all' ? undefined : scope.namespace
}

/** Selects what the operator labelled with the name of a cluster that is looked at. */
function ownedSelector(scope: OwnedScope): string {
  if (scope.kind === 'cluster') return `${Labels.cluster}=${scope.name}`
  return scope.kind === 'named' ? `${Labels.cluster} in (${scope.names.join(',')})` : Labels.cluster
}

async function clustersOf(reader: Reader, scope: ObjectScope, options: GatherOptions): Promise<Cluster[]> {
  const { signal } = options
  if (scope.kind === 'cluster') return [await clusterNamed(reader, scope.namespace, scope.name, signal)]
  const namespace = namespaceOf(scope)
  const labelSelector = scope.selector === undefined ? {} : { labelSelector: scope.selector }
  try {
    return (
      await reader.listAll<Cluster>(pathOf(Resources.clusters, inNamespace(namespace)), { ...labelSelector, signal })
    ).items
  } catch (error) {
    if (!(error instanceof CliError)) throw error
    if (error.kind === 'missing') throw explainMissingKind(error)
    throw error.kind === 'forbidden' && namespace === undefined ? explainForbiddenEverywhere(error) : error
  }
}

/** One Cluster. Throws CliError; when it is not there, with those that are. */
export async function clusterNamed(
  reader: Reader,
  namespace: string,
  name: string,
  signal: AbortSignal,
): Promise<Cluster> {
  try {
    return await reader.getJson<Cluster>(pathOf(Resources.clusters, { namespace, name }), { signal })
  } catch (error) {
    if (!(error instanceof CliError) || error.kind !== 'missing') throw error
    throw await explainMissingCluster(reader, namespace, name, error, signal)
  }
}

/** Someone awaits it later, or nobody when the Cluster itself fails: either way it must not end the process. */
function quiet<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined)
  return promise
}
