import { Labels } from '../api/constants.ts'
import type { Cluster } from '../api/cluster.ts'
import type {
  Backup,
  Database,
  DatabaseRole,
  ObjectStore,
  Pooler,
  Publication,
  ScheduledBackup,
  Subscription,
} from '../api/companions.ts'
import type { Job, KubeObject, PersistentVolumeClaim } from '../api/objects.ts'
import type { Part } from '../api/part.ts'
import type { ClusterObjects } from '../api/snapshot.ts'
import type { GatherOptions, ObjectLists } from './objects.ts'
import { partOf, present } from './parts.ts'
import { poolerCertificates } from './pooler-certificates.ts'
import { readNamed } from './read-named.ts'
import { relevantBackups } from './relevant-backups.ts'
import type { Resource } from '../kube/resources.ts'
import { pathOf, Resources } from '../kube/resources.ts'
import { appliedObject, appliedOf } from './rows.ts'
import { ruleOf } from './rules.ts'
import type { TableRow } from './tables.ts'
import { cellText } from './tables.ts'
import { storeOf, wantsJobs, wantsVolumes } from './wants.ts'
import type { Reader } from './reader.ts'

export interface CompleteOptions extends GatherOptions {
  /** Level of `-v`: from 1 on everything is read in full. */
  verbose: number
}

/**
 * The second wave of objects: what matters and did not come with its row is read in full, and what the Cluster's state
 * makes interesting is added. Each piece starts as soon as what it needs is there. Nodes and configuration are not of it.
 */
export async function completeObjects(
  reader: Reader,
  cluster: Cluster,
  lists: Omit<ObjectLists, 'clusters'>,
  options: CompleteOptions,
): Promise<ClusterObjects> {
  const namespace = cluster.metadata.namespace ?? ''
  const full = <T extends KubeObject>(
    resource: Resource,
    rows: Promise<Part<TableRow[]>>,
    pick: Picker,
  ): Promise<Part<T[]>> =>
    rows.then((part) => (part.ok ? readNamed<T>(reader, resource, namespace, pick(part.value), options) : part))
  const applied = <T extends KubeObject>(rows: Promise<Part<TableRow[]>>): Promise<Part<T[]>> =>
    rows.then((part) => appliedOf<T>(part, cluster))
  const labelled = <T>(resource: Resource): Promise<Part<T[]>> => {
    const labelSelector = `${Labels.cluster}=${cluster.metadata.name}`
    const list = reader.listAll<T>(pathOf(resource, { namespace }), { labelSelector, signal: options.signal })
    return partOf(
      list.then((answer) => answer.items),
      { ...options, rule: ruleOf(resource, 'list') },
    )
  }
  const wholePoolers = full<Pooler>(Resources.poolers, lists.tables.poolers, everyRow)
  const [
    pods,
    podDisruptionBudgets,
    backups,
    scheduledBackups,
    poolers,
    ends,
    databases,
    publications,
    subscriptions,
    databaseRoles,
    jobs,
    persistentVolumeClaims,
    objectStore,
  ] = await Promise.all([
    lists.pods,
    lists.podDisruptionBudgets,
    full<Backup>(Resources.backups, lists.tables.backups, relevantBackups),
    full<ScheduledBackup>(Resources.scheduledBackups, lists.tables.scheduledBackups, everyRow),
    wholePoolers,
    wholePoolers.then((part) => poolerCertificates(reader, cluster, part, options)),
    databasesOf(reader, lists.tables.databases, namespace, options),
    applied<Publication>(lists.tables.publications),
    applied<Subscription>(lists.tables.subscriptions),
    applied<DatabaseRole>(lists.tables.databaseRoles),
    lists.pods.then((part) => (wantsJobs(cluster, part, options.verbose) ? labelled<Job>(Resources.jobs) : undefined)),
    lists.pods.then((part) =>
      wantsVolumes(cluster, part, options.verbose)
        ? labelled<PersistentVolumeClaim>(Resources.persistentVolumeClaims)
        : undefined,
    ),
    objectStoreOf(reader, cluster, namespace, options),
  ])
  return {
    pods,
    podDisruptionBudgets,
    backups,
    scheduledBackups,
    poolers,
    ...(ends === undefined ? {} : { poolerCertificates: ends }),
    databases,
    publications,
    subscriptions,
    databaseRoles,
    ...(jobs === undefined ? {} : { jobs }),
    ...(persistentVolumeClaims === undefined ? {} : { persistentVolumeClaims }),
    ...(objectStore === undefined ? {} : { objectStore }),
  }
}

type Picker = (rows: readonly TableRow[]) => readonly TableRow[]

const everyRow: Picker = (rows) => rows

/**
 * Applied Databases are told by their row, even where it came with more, so that a report does not depend on how many there
 * are; the others, and with `-v` all, are read in full for their lists and messages.
 */
async function databasesOf(
  reader: Reader,
  rows: Promise<Part<TableRow[]>>,
  namespace: string,
  options: CompleteOptions,
): Promise<Part<Database[]>> {
  const table = await rows
  if (!table.ok) return table
  const wanted = table.value.filter((row) => options.verbose > 0 || cellText(row.cells['Applied']) !== 'true')
  const read = await readNamed<Database>(reader, Resources.databases, namespace, wanted, options)
  if (!read.ok) return read
  const byRow = table.value.filter((row) => !wanted.includes(row)).map((row) => appliedObject<Database>(row))
  return present(
    [...byRow, ...read.value].sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1)),
    options.clock,
  )
}

async function objectStoreOf(
  reader: Reader,
  cluster: Cluster,
  namespace: string,
  options: CompleteOptions,
): Promise<Part<ObjectStore> | undefined> {
  const name = storeOf(cluster)
  if (name === undefined) return undefined
  const store = reader.getJson<ObjectStore>(pathOf(Resources.objectStores, { namespace, name }), {
    signal: options.signal,
  })
  return partOf(store, { ...options, rule: ruleOf(Resources.objectStores, 'get') })
}
