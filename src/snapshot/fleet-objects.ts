import { Labels } from '../api/constants.ts'
import type { Cluster } from '../api/cluster.ts'
import type { ObjectStore, Pooler, ScheduledBackup } from '../api/companions.ts'
import type { Job, PersistentVolumeClaim } from '../api/objects.ts'
import type { Part } from '../api/part.ts'
import type { ClusterObjects } from '../api/snapshot.ts'
import type { Resource } from '../kube/resources.ts'
import { pathOf, Resources } from '../kube/resources.ts'
import { fleetBackups } from './fleet-backups.ts'
import type { GatherOptions, ObjectLists } from './objects.ts'
import { missing, partOf } from './parts.ts'
import type { Reader } from './reader.ts'
import { inNamespace, ruleOf } from './rules.ts'
import { appliedOf } from './rows.ts'
import { labelledShare, namedShare } from './share.ts'
import type { TableRow } from './tables.ts'
import { storeOf, wantsJobs, wantsVolumes } from './wants.ts'

type Owned = Omit<ObjectLists, 'clusters'>

/** The objects of one cluster of a fleet; `own` are the lists of the first wave that {@link listsOf} cut out for it. */
export type ObjectsOf = (cluster: Cluster, own: Owned) => Promise<ClusterObjects>

/**
 * The second wave of objects for several clusters: again one set of lists, whatever their number, each read only when one of
 * them needs it. Rows stand for objects where they tell enough.
 */
export function fleetObjects(
  reader: Reader,
  namespace: string | undefined,
  clusters: readonly Cluster[],
  lists: Owned,
  options: GatherOptions,
): ObjectsOf {
  const list = async <T>(resource: Resource, labelSelector?: string): Promise<Part<T[]>> => {
    const label = labelSelector === undefined ? {} : { labelSelector }
    const answer = reader.listAll<T>(pathOf(resource, inNamespace(namespace)), { ...label, signal: options.signal })
    return partOf(
      answer.then(({ items }) => items),
      { ...options, rule: ruleOf(resource, 'list') },
    )
  }
  /** All objects of a kind, when the first wave saw any. */
  const full = <T>(resource: Resource, rows: Promise<Part<TableRow[]>>): Promise<Part<T[]>> =>
    rows.then((part) => (part.ok && part.value.length > 0 ? list<T>(resource) : (part as Part<T[]>)))
  const wanting = async (wanted: (cluster: Cluster, pods: Awaited<Owned['pods']>) => boolean): Promise<boolean> => {
    const pods = await lists.pods
    return clusters.some((cluster) => wanted(cluster, labelledShare(pods, cluster)))
  }
  const { backups, scheduledBackups, poolers } = lists.tables
  const shared = {
    backups: fleetBackups(reader, namespace, clusters, backups, options),
    scheduledBackups: full<ScheduledBackup>(Resources.scheduledBackups, scheduledBackups),
    poolers: full<Pooler>(Resources.poolers, poolers),
    jobs: wanting((cluster, pods) => wantsJobs(cluster, pods, 0)).then((any) =>
      any ? list<Job>(Resources.jobs, Labels.cluster) : undefined,
    ),
    volumes: wanting((cluster, pods) => wantsVolumes(cluster, pods, 0)).then((any) =>
      any ? list<PersistentVolumeClaim>(Resources.persistentVolumeClaims, Labels.cluster) : undefined,
    ),
    stores: clusters.some((cluster) => storeOf(cluster) !== undefined)
      ? list<ObjectStore>(Resources.objectStores)
      : undefined,
  }
  // An interruption reaches whoever awaits them; the others must not end the process.
  for (const promise of Object.values(shared)) promise?.catch(() => undefined)

  return async (cluster, own) => {
    const pods = await own.pods
    const [jobs, volumes, stores] = await Promise.all([shared.jobs, shared.volumes, shared.stores])
    const store = storeOf(cluster)
    return {
      pods,
      podDisruptionBudgets: await own.podDisruptionBudgets,
      backups: namedShare(await shared.backups, cluster),
      scheduledBackups: namedShare(await shared.scheduledBackups, cluster),
      poolers: namedShare(await shared.poolers, cluster),
      databases: appliedOf(await own.tables.databases, cluster),
      publications: appliedOf(await own.tables.publications, cluster),
      subscriptions: appliedOf(await own.tables.subscriptions, cluster),
      databaseRoles: appliedOf(await own.tables.databaseRoles, cluster),
      ...(jobs !== undefined && wantsJobs(cluster, pods, 0) ? { jobs: labelledShare(jobs, cluster) } : {}),
      ...(volumes !== undefined && wantsVolumes(cluster, pods, 0)
        ? { persistentVolumeClaims: labelledShare(volumes, cluster) }
        : {}),
      ...(stores !== undefined && store !== undefined ? { objectStore: storePart(stores, cluster, store) } : {}),
    }
  }
}

function storePart(stores: Part<ObjectStore[]>, cluster: Cluster, name: string): Part<ObjectStore> {
  if (!stores.ok) return stores
  const { namespace } = cluster.metadata
  const store = stores.value.find(({ metadata }) => metadata.name === name && metadata.namespace === namespace)
  return store === undefined ? missing('missing', `objectstore "${name}" not found`) : { ...stores, value: store }
}
