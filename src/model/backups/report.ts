import type { Cluster } from '../../api/cluster.ts'
import type { Backup, ObjectStore, VolumeSnapshot } from '../../api/companions.ts'
import { Labels } from '../../api/constants.ts'
import { secondsBetween, toUtc } from '../time.ts'
import { recoveryBase } from './base.ts'
import { enabledPlugins } from './method.ts'
import type { BackupMethod } from './method.ts'
import { quantityBytes } from './quantity.ts'
import { retentionOf } from './retention.ts'
import type { Retention } from './retention.ts'

/** The objects that tell of backups. */
export interface BackupObjects {
  /** ISO 8601 in UTC. */
  takenAt: string
  backups: readonly Backup[]
  /** Those that could be read: a Backup may be left of a Cluster that is gone. */
  clusters: readonly Cluster[]
  /** False: the Clusters could not be read, so that a missing one proves nothing. */
  clustersKnown: boolean
  stores: readonly ObjectStore[]
  snapshots: readonly VolumeSnapshot[]
}

/** One Backup with what follows from it; null is unknown or not there. Times are ISO 8601 in UTC. */
export interface BackupFacts {
  namespace: string
  cluster: string
  /** The Cluster is gone. */
  clusterMissing: boolean
  name: string
  /** Null: the operator has not picked it up. */
  phase: string | null
  method: BackupMethod
  plugin: string | null
  createdAt: string | null
  startedAt: string | null
  stoppedAt: string | null
  /** Seconds from start to end, of one that runs until now. */
  seconds: number | null
  /** Seconds since its end, else since it was asked for. */
  age: number | null
  /** Of the volumes that it restores, for volume snapshots; nothing tells the size of the others. */
  bytes: number | null
  beginWal: string | null
  endWal: string | null
  beginLsn: string | null
  endLsn: string | null
  instance: string | null
  online: boolean | null
  majorVersion: number | null
  backupId: string | null
  /** `s3://…` of the store. */
  destination: string | null
  serverName: string | null
  snapshots: { name: string; type: string; tablespace: string | null }[]
  pluginMetadata: Record<string, string>
  /** Name of the ScheduledBackup that asked for it. */
  schedule: string | null
  error: string | null
  commandError: string | null
  retentionPolicy: string | null
  retention: Retention | null
  /** A restore of its cluster without a target in time would begin from this one. */
  restoreBase: boolean
}

/** Every Backup with what follows from the others of its cluster, newest first by creation: failed ones have no other time. */
export function backupFacts(objects: BackupObjects): BackupFacts[] {
  const groups = new Map<string, BackupFacts[]>()
  for (const backup of objects.backups) {
    const facts = factsOf(backup, objects)
    const key = `${facts.namespace}/${facts.cluster}`
    groups.set(key, [...(groups.get(key) ?? []), facts])
  }
  const judged = [...groups.values()].flatMap((group) => judgedGroup(group, objects))
  return judged.sort((a, b) => timeOf(b) - timeOf(a) || (a.name < b.name ? 1 : -1))
}

function factsOf(backup: Backup, { takenAt, clusters, clustersKnown, snapshots }: BackupObjects): BackupFacts {
  const { metadata, spec, status } = backup
  const namespace = metadata.namespace ?? ''
  const time = (text: string | undefined): string | null => toUtc(text) ?? null
  const [startedAt, stoppedAt] = [time(status?.startedAt), time(status?.stoppedAt)]
  const createdAt = toUtc(metadata.creationTimestamp) ?? null
  const phase = status?.phase ?? null
  const under = clusters.find(
    (each) => each.metadata.name === spec.cluster.name && each.metadata.namespace === namespace,
  )
  return {
    namespace,
    cluster: spec.cluster.name,
    clusterMissing: clustersKnown && under === undefined,
    name: metadata.name,
    phase,
    method: (status?.method ?? spec.method ?? 'barmanObjectStore') as BackupMethod,
    plugin: spec.pluginConfiguration?.name ?? null,
    createdAt,
    startedAt,
    stoppedAt,
    seconds: secondsBetween(startedAt, stoppedAt ?? (phase === 'running' ? takenAt : null)),
    age: secondsBetween(stoppedAt ?? createdAt, takenAt),
    bytes: snapshotBytes(backup, snapshots),
    beginWal: status?.beginWal ?? null,
    endWal: status?.endWal ?? null,
    beginLsn: status?.beginLSN ?? null,
    endLsn: status?.endLSN ?? null,
    instance: status?.instanceID?.podName ?? null,
    online: status?.online ?? spec.online ?? null,
    majorVersion: status?.majorVersion ?? null,
    backupId: status?.backupId ?? null,
    destination: status?.destinationPath ?? null,
    serverName: status?.serverName ?? null,
    snapshots: (status?.snapshotBackupStatus?.elements ?? []).map(({ name, type, tablespaceName }) => ({
      name,
      type,
      tablespace: tablespaceName ?? null,
    })),
    pluginMetadata: status?.pluginMetadata ?? {},
    schedule: metadata.labels?.[Labels.scheduledBackup] ?? null,
    error: status?.error ?? null,
    commandError: status?.commandError ?? null,
    retentionPolicy: null,
    retention: null,
    restoreBase: false,
  }
}

/** The sizes of the volumes made from its snapshots; null when one of them is not known. */
function snapshotBytes({ metadata, status }: Backup, snapshots: readonly VolumeSnapshot[]): number | null {
  const elements = status?.snapshotBackupStatus?.elements ?? []
  const sizes = elements.map(({ name }) => {
    const found = snapshots.find(
      (each) => each.metadata.name === name && each.metadata.namespace === metadata.namespace,
    )
    return quantityBytes(found?.status?.restoreSize)
  })
  if (sizes.length === 0 || sizes.includes(null)) return null
  return sizes.reduce<number>((sum, size) => sum + (size ?? 0), 0)
}

function judgedGroup(group: BackupFacts[], objects: BackupObjects): BackupFacts[] {
  const base = recoveryBase(group, undefined)
  const [first] = group
  const cluster = objects.clusters.find(
    ({ metadata }) => metadata.name === first?.cluster && metadata.namespace === first.namespace,
  )
  const verdicts = new Map<string, Retention>()
  const policies = new Map<string, string | null>()
  for (const kind of new Set(group.map(kindOf))) {
    const same = group.filter((each) => kindOf(each) === kind)
    const policy = same[0] === undefined ? null : policyOf(same[0], cluster, objects.stores)
    const ended = same.flatMap(({ name, phase, stoppedAt }) =>
      phase === 'completed' && stoppedAt !== null ? [{ name, stoppedAt }] : [],
    )
    for (const each of same) policies.set(each.name, policy)
    for (const [name, verdict] of retentionOf(ended, policy, objects.takenAt)) verdicts.set(name, verdict)
  }
  return group.map((each) => ({
    ...each,
    retentionPolicy: policies.get(each.name) ?? null,
    retention: verdicts.get(each.name) ?? null,
    restoreBase: each === base,
  }))
}

/** Backups of one kind are kept and removed together. */
function kindOf({ method, plugin, serverName }: BackupFacts): string {
  return JSON.stringify([method, plugin, serverName])
}

/** The policy stands in the Cluster for its own object store, in the ObjectStore for the Barman Cloud plugin; snapshots have none. */
function policyOf(
  { method, plugin }: BackupFacts,
  cluster: Cluster | undefined,
  stores: readonly ObjectStore[],
): string | null {
  if (cluster === undefined || method === 'volumeSnapshot') return null
  if (method === 'barmanObjectStore') return cluster.spec.backup?.retentionPolicy ?? null
  const store = enabledPlugins(cluster).find(({ name }) => name === plugin)?.parameters?.['barmanObjectName']
  const found = stores.find(
    ({ metadata }) => metadata.name === store && metadata.namespace === cluster.metadata.namespace,
  )
  return found?.spec?.retentionPolicy ?? null
}

function timeOf({ createdAt, startedAt }: BackupFacts): number {
  return Date.parse(createdAt ?? startedAt ?? '1970-01-01')
}
