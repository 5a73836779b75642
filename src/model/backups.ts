import { isBackupEnded } from '../api/backup-phases.ts'
import { BARMAN_PLUGIN } from '../api/constants.ts'
import type { Cluster } from '../api/cluster.ts'
import type { Backup as BackupObject, ScheduledBackup } from '../api/companions.ts'
import type { Part } from '../api/part.ts'
import { backupWays, enabledPlugins } from './backups/method.ts'
import type { Backup, BackupRun, PluginBackup, Schedule } from './cluster-status.ts'
import { listing, problemOf, type ModelContext } from './context.ts'
import { toUtc } from './time.ts'

/** What is known of backups: the Cluster's status, the Backup and ScheduledBackup objects and the plugin's ObjectStore. */
export function backup(context: ModelContext): Backup {
  const { cluster, snapshot } = context
  const { status } = cluster
  const name = cluster.metadata.name
  const history = listing('backups', onlyOf(snapshot.objects.backups, name), backupRun)
  const runs = (history.items ?? []).sort((a, b) => byTime(b.createdAt, a.createdAt))
  const window = recoveryWindow(context)
  const completed = runs.filter((run) => run.phase === 'completed').sort((a, b) => byTime(b.stoppedAt, a.stoppedAt))[0]
  const lastSuccessfulAt =
    utc(status?.lastSuccessfulBackup ?? window?.lastSuccessfulBackupTime) ?? completed?.stoppedAt ?? null
  const newestDone = runs.find((run) => isBackupEnded(run.phase))
  return {
    configured: configured(cluster),
    retentionPolicy: cluster.spec.backup?.retentionPolicy ?? null,
    firstRecoverabilityPoint: utc(status?.firstRecoverabilityPoint ?? window?.firstRecoverabilityPoint),
    firstRecoverabilityPointByMethod: utcValues(status?.firstRecoverabilityPointByMethod),
    lastSuccessfulAt,
    lastSuccessfulByMethod: utcValues(status?.lastSuccessfulBackupByMethod),
    lastSuccessfulName: lastSuccessfulAt !== null && completed?.stoppedAt === lastSuccessfulAt ? completed.name : null,
    lastFailedAt: utc(status?.lastFailedBackup ?? window?.lastFailedBackupTime),
    lastFailed: newestDone && newestDone.phase !== 'completed' ? newestDone : null,
    running: runs.filter((run) => !isBackupEnded(run.phase)),
    history: { items: history.items && runs, problem: history.problem },
    schedules: listing('scheduledbackups', onlyOf(snapshot.objects.scheduledBackups, name), schedule),
    plugin: pluginBackup(context),
  }
}

/** The objects of a list that belong to this cluster: not all carry the label, so the spec decides. */
function onlyOf<T extends { spec: { cluster: { name: string } } }>(part: Part<T[]>, cluster: string): Part<T[]> {
  if (!part.ok) return part
  return { ...part, value: part.value.filter((item) => item.spec.cluster.name === cluster) }
}

function configured(cluster: Cluster): Backup['configured'] {
  if (barmanPlugin(cluster)) return 'plugin'
  const { backup } = cluster.spec
  if (backup?.barmanObjectStore) return 'objectStore'
  if (backup?.volumeSnapshot) return 'volumeSnapshot'
  if (backupWays(cluster).some(({ method }) => method === 'plugin')) return 'plugin'
  return backup ? 'objectStore' : 'none'
}

function barmanPlugin(cluster: Cluster) {
  return enabledPlugins(cluster).find(({ name }) => name === BARMAN_PLUGIN)
}

function serverName(cluster: Cluster): string {
  return barmanPlugin(cluster)?.parameters?.['serverName'] ?? cluster.metadata.name
}

function recoveryWindow({ snapshot, cluster }: ModelContext) {
  const store = snapshot.objects.objectStore
  return store?.ok ? store.value.status?.serverRecoveryWindow?.[serverName(cluster)] : undefined
}

function pluginBackup(context: ModelContext): PluginBackup | null {
  const plugin = barmanPlugin(context.cluster)
  if (!plugin) return null
  const store = context.snapshot.objects.objectStore
  return {
    objectStore: plugin.parameters?.['barmanObjectName'] ?? null,
    serverName: serverName(context.cluster),
    window: recoveryWindow(context) !== undefined,
    problem: store && !store.ok ? problemOf('objectstore', store) : null,
  }
}

function backupRun(object: BackupObject): BackupRun {
  const { status } = object
  return {
    name: object.metadata.name,
    phase: status?.phase ?? null,
    method: status?.method ?? object.spec.method ?? null,
    createdAt: utc(object.metadata.creationTimestamp),
    startedAt: utc(status?.startedAt),
    stoppedAt: utc(status?.stoppedAt),
    instance: status?.instanceID?.podName ?? null,
    error: status?.error ?? null,
  }
}

function schedule(object: ScheduledBackup): Schedule {
  return {
    name: object.metadata.name,
    schedule: object.spec.schedule,
    suspended: object.spec.suspend ?? false,
    lastAt: utc(object.status?.lastScheduleTime),
    nextAt: utc(object.status?.nextScheduleTime),
    error: object.status?.error ?? null,
  }
}

function utc(text: string | null | undefined): string | null {
  return toUtc(text) ?? null
}

function utcValues(times: Record<string, string> | undefined): Record<string, string> {
  return Object.fromEntries(Object.entries(times ?? {}).map(([key, time]) => [key, toUtc(time) ?? time]))
}

function byTime(a: string | null, b: string | null): number {
  return Date.parse(a ?? '1970-01-01') - Date.parse(b ?? '1970-01-01')
}
