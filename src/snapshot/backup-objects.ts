import type { Cluster } from '../api/cluster.ts'
import type { Backup, ObjectStore, ScheduledBackup, VolumeSnapshot } from '../api/companions.ts'
import { Labels } from '../api/constants.ts'
import { CliError } from '../errors/cli-error.ts'
import { pathOf, Resources } from '../kube/resources.ts'
import type { Resource } from '../kube/resources.ts'
import { explainMissingKind } from './missing-cluster.ts'
import { clusterNamed } from './objects.ts'
import type { GatherOptions } from './objects.ts'
import type { Reader } from './reader.ts'
import { inNamespace } from './rules.ts'
import { storeOf } from './wants.ts'

/** Whose backups are meant: those of one cluster, of a namespace, or (without one) all. */
export interface BackupScope {
  namespace: string | undefined
  cluster: string | undefined
}

/** What was read; `unread` tells of what adds to it and could not be had. */
export interface ReadBackups {
  takenAt: string
  backups: Backup[]
  clusters: Cluster[]
  clustersKnown: boolean
  stores: ObjectStore[]
  snapshots: VolumeSnapshot[]
  unread: string[]
}

/**
 * Reads Backups in full, and what tells of their retention and size: the Clusters, the ObjectStores that these name, and the
 * VolumeSnapshots where there are such backups. Throws CliError when the Backups cannot be listed, or a named cluster has
 * none and does not exist.
 */
export async function readBackups(reader: Reader, scope: BackupScope, options: GatherOptions): Promise<ReadBackups> {
  const { signal, clock } = options
  const takenAt = clock.now().toISOString()
  const unread: string[] = []
  const [listed, clusters] = await Promise.all([
    allBackups(reader, scope, signal),
    settled(clustersOf(reader, scope, signal)),
  ])
  const backups = listed.filter(({ spec }) => scope.cluster === undefined || spec.cluster.name === scope.cluster)
  if (!clusters.ok) {
    const { error } = clusters
    if (error.kind === 'missing' && backups.length === 0) throw error
    if (error.kind !== 'missing') unread.push(`clusters: ${error.message}; what retention keeps is not known`)
  }
  const known = clusters.ok ? clusters.value : []
  const [stores, snapshots] = await Promise.all([
    storesOf(reader, known, signal, unread),
    backups.some(isSnapshot) ? snapshotsOf(reader, scope, signal, unread) : [],
  ])
  const clustersKnown = clusters.ok || clusters.error.kind === 'missing'
  return { takenAt, backups, clusters: known, clustersKnown, stores, snapshots, unread }
}

/** The ScheduledBackups of a scope. Throws CliError as {@link readBackups}. */
export async function readSchedules(
  reader: Reader,
  scope: BackupScope,
  { signal }: GatherOptions,
): Promise<ScheduledBackup[]> {
  const listed = await listOf<ScheduledBackup>(reader, Resources.scheduledBackups, scope, signal)
  const own = listed.filter(({ spec }) => scope.cluster === undefined || spec.cluster.name === scope.cluster)
  if (own.length === 0 && scope.cluster !== undefined)
    await clusterNamed(reader, scope.namespace ?? '', scope.cluster, signal)
  return own
}

async function allBackups(reader: Reader, scope: BackupScope, signal: AbortSignal): Promise<Backup[]> {
  try {
    return await listOf<Backup>(reader, Resources.backups, scope, signal)
  } catch (error) {
    throw error instanceof CliError && error.kind === 'missing' ? explainMissingKind(error) : error
  }
}

async function clustersOf(reader: Reader, scope: BackupScope, signal: AbortSignal): Promise<Cluster[]> {
  if (scope.cluster === undefined) return listOf<Cluster>(reader, Resources.clusters, scope, signal)
  return [await clusterNamed(reader, scope.namespace ?? '', scope.cluster, signal)]
}

async function storesOf(
  reader: Reader,
  clusters: readonly Cluster[],
  signal: AbortSignal,
  unread: string[],
): Promise<ObjectStore[]> {
  const wanted = new Map<string, { namespace: string; name: string }>()
  for (const cluster of clusters) {
    const [namespace, name] = [cluster.metadata.namespace ?? '', storeOf(cluster)]
    if (name !== undefined) wanted.set(`${namespace}/${name}`, { namespace, name })
  }
  const reads = [...wanted.values()].map(async (target) => {
    const read = await settled(reader.getJson<ObjectStore>(pathOf(Resources.objectStores, target), { signal }))
    if (read.ok) return [read.value]
    unread.push(`ObjectStore ${target.name}: ${read.error.message}; its retention is not known`)
    return []
  })
  return (await Promise.all(reads)).flat()
}

async function snapshotsOf(
  reader: Reader,
  scope: BackupScope,
  signal: AbortSignal,
  unread: string[],
): Promise<VolumeSnapshot[]> {
  const path = pathOf(Resources.volumeSnapshots, inNamespace(scope.namespace))
  const read = await settled(reader.listAll<VolumeSnapshot>(path, { labelSelector: Labels.backupName, signal }))
  if (read.ok) return read.value.items
  unread.push(`volume snapshots: ${read.error.message}; their sizes are not known`)
  return []
}

async function listOf<T>(
  reader: Reader,
  resource: Resource,
  { namespace }: BackupScope,
  signal: AbortSignal,
): Promise<T[]> {
  return (await reader.listAll<T>(pathOf(resource, inNamespace(namespace)), { signal })).items
}

function isSnapshot({ spec, status }: Backup): boolean {
  return (status?.method ?? spec.method) === 'volumeSnapshot'
}

type Settled<T> = { ok: true; value: T } | { ok: false; error: CliError }

async function settled<T>(work: Promise<T>): Promise<Settled<T>> {
  try {
    return { ok: true, value: await work }
  } catch (error) {
    if (!(error instanceof CliError) || error.kind === 'interrupted') throw error
    return { ok: false, error }
  }
}
