import type { ClusterStatus } from '../cluster-status.ts'
import { goesToSleep } from './facts.ts'
import { severityAt, severityOr } from './thresholds.ts'
import type { Hit, Levels, Rule } from './types.ts'
import { because, command, forSpan, names, since, span } from './words.ts'

/** A cluster may be this old before a missing first backup is more than a note, in seconds. */
const FIRST_BACKUP = 86400

/** Could the cluster be restored? */
export const BACKUP_RULES: readonly Rule[] = [
  {
    id: 'backup-age',
    title: 'last backup too old',
    scope: 'cluster',
    severities: ['critical', 'warning'],
    threshold: {
      flag: 'backup-age',
      unit: 'seconds',
      summary: 'Age of the last successful backup, where backups are configured',
      warning: '8d',
      critical: '15d',
      perfdata: {
        name: 'backup_age_seconds',
        value: (status) =>
          status.backup.configured === 'none' ? undefined : since(status, status.backup.lastSuccessfulAt),
      },
    },
    cause:
      'No backup has succeeded for longer than wanted: the schedule is missing, suspended or late, or backups fail.',
    consequence:
      'A restore has to replay all WAL since then and takes accordingly long; retention may remove what it needs.',
    next: ['kubectl cnpg backup CLUSTER'],
    test: tooOld,
  },
  {
    id: 'backup-failed',
    title: 'last backup failed',
    scope: 'cluster',
    severities: ['warning'],
    cause: 'The newest backup ended with an error.',
    consequence: 'A restore starts from an older backup; the next one may fail as well.',
    next: ['kubectl cnpg backup list CLUSTER', 'kubectl cnpg backup CLUSTER'],
    test: lastFailed,
  },
  {
    id: 'recoverability-missing',
    title: 'no point of recoverability',
    scope: 'cluster',
    severities: ['warning', 'info'],
    cause: 'Backups are configured, but none has succeeded yet.',
    consequence: 'The cluster cannot be restored at all.',
    next: ['kubectl cnpg backup CLUSTER'],
    test: notRecoverable,
  },
  {
    id: 'backup-running',
    title: 'backup running',
    scope: 'cluster',
    severities: ['critical', 'warning', 'info'],
    threshold: {
      flag: 'backup-duration',
      unit: 'seconds',
      summary: 'Time for which a backup may run',
      warning: '12h',
      critical: '',
    },
    cause: 'A backup is under way. One whose instance is gone, or that runs for very long, will hardly end by itself.',
    consequence: 'It loads the instance it reads from; a switchover or restart of that instance ends it.',
    next: ['kubectl cnpg backup list CLUSTER'],
    test: running,
  },
  {
    id: 'backup-store',
    title: 'object store of the backups not readable',
    scope: 'cluster',
    severities: ['warning', 'info'],
    cause: 'The ObjectStore that the Cluster names for its backups does not exist, or may not be read.',
    consequence: 'If it does not exist neither backups nor WAL archiving work; otherwise their state is only unknown.',
    next: ['kubectl get objectstores.barmancloud.cnpg.io'],
    test: store,
  },
  {
    id: 'backup-unconfigured',
    title: 'no backup configured',
    scope: 'cluster',
    severities: ['warning'],
    optional: true,
    cause: 'The Cluster names neither an object store nor volume snapshots nor a backup plugin.',
    consequence: 'After a loss of the volumes or a mistake in the data nothing can be restored.',
    next: [],
    test: unconfigured,
  },
]

function tooOld(status: ClusterStatus, levels: Levels): Hit[] {
  const { configured, lastSuccessfulAt } = status.backup
  const age = since(status, lastSuccessfulAt)
  if (configured === 'none' || age === null || goesToSleep(status)) return []
  const severity = severityAt(levels, age)
  if (severity === null) return []
  return [{ severity, message: `the last successful backup ended ${span(age)} ago${nextRun(status)}`, objects: [] }]
}

/** `; the next one is scheduled for …`: the answer to the question that comes next. */
function nextRun(status: ClusterStatus): string {
  const coming = (status.backup.schedules.items ?? [])
    .filter((schedule) => !schedule.suspended && schedule.nextAt !== null && schedule.nextAt > status.takenAt)
    .map(({ nextAt }) => nextAt!)
    .sort()[0]
  return coming === undefined ? '' : `; the next one is scheduled for ${coming}`
}

/**
 * `LastBackupSucceeded=False` alone proves nothing: with the reason BackupStarted it means running. Failed Backups have no
 * times, so the order of creation decides (lessons of the recorded states; done by the model).
 */
function lastFailed(status: ClusterStatus): Hit[] {
  const run = status.backup.lastFailed
  if (run) {
    const age = since(status, run.createdAt)
    const message = `backup ${run.name} failed${age === null ? '' : ` ${span(age)} ago`}${because(run.error)}${nextRun(status)}`
    return [{ severity: 'warning', message, objects: [run.name], command: describeRun(status, run.name) }]
  }
  const condition = status.conditions.find((entry) => entry.type === 'LastBackupSucceeded')
  // The Backup objects tell better, where they can be read.
  if (status.backup.history.items !== null || condition?.status !== 'False' || condition.reason !== 'LastBackupFailed')
    return []
  const age = since(status, condition.since)
  const message = `the last backup failed${age === null ? '' : ` ${span(age)} ago`}${because(condition.message)}${nextRun(status)}`
  return [{ severity: 'warning', message, objects: [] }]
}

function notRecoverable(status: ClusterStatus): Hit[] {
  const { backup, summary } = status
  const some =
    backup.firstRecoverabilityPoint ??
    backup.lastSuccessfulAt ??
    Object.keys(backup.firstRecoverabilityPointByMethod)[0]
  if (
    backup.configured === 'none' ||
    (some ?? null) !== null ||
    backup.plugin?.problem ||
    summary.transition === 'initializing'
  )
    return []
  if (backup.configured === 'plugin' && (backup.plugin?.objectStore ?? null) === null) return []
  const age = since(status, summary.createdAt)
  const young = age !== null && age < FIRST_BACKUP && !backup.lastFailed
  const message = `no backup has succeeded yet: the cluster cannot be restored${nextRun(status)}`
  return [{ severity: young || backup.running.length > 0 ? 'info' : 'warning', message, objects: [] }]
}

function running(status: ClusterStatus, levels: Levels): Hit[] {
  return status.backup.running.map((run) => {
    const age = since(status, run.startedAt ?? run.createdAt)
    const gone = run.instance !== null && status.instances.every(({ name }) => name !== run.instance)
    const where = run.instance === null ? '' : ` on ${run.instance}${gone ? ', which is no longer there' : ''}`
    const severity = severityOr(levels, age, gone ? 'warning' : 'info')
    const waits = run.phase === 'walArchivingFailing' ? ', waiting for WAL archiving to work' : ''
    const message = `backup ${run.name} runs${forSpan(age)}${where}${waits}`
    return { severity, message, objects: [run.name], command: describeRun(status, run.name) }
  })
}

function describeRun(status: ClusterStatus, name: string): string | null {
  return command(status, 'kubectl cnpg backup show INSTANCE', name)
}

function store(status: ClusterStatus): Hit[] {
  const { plugin } = status.backup
  if (!plugin) return []
  if (plugin.objectStore === null) {
    return [
      {
        severity: 'warning',
        message: 'the backup plugin has no parameter barmanObjectName: it has no store',
        objects: [],
      },
    ]
  }
  const { problem, objectStore } = plugin
  if (problem?.reason === 'missing') {
    const message = `ObjectStore ${objectStore} of the backups does not exist`
    return [{ severity: 'warning', message, objects: [objectStore] }]
  }
  if (problem?.reason !== 'forbidden') return []
  const message = `ObjectStore ${objectStore} of the backups may not be read: the state of backups is not known`
  return [
    { severity: 'info', message, objects: [objectStore], command: command(status, 'kubectl cnpg doctor CLUSTER') },
  ]
}

function unconfigured(status: ClusterStatus): Hit[] {
  if (status.backup.configured !== 'none') return []
  const made = status.backup.history.items?.filter((run) => run.phase === 'completed').map(({ name }) => name) ?? []
  const message = `no backup is configured${made.length > 0 ? ` (once made: ${names(made)})` : ''}`
  return [{ severity: 'warning', message, objects: [] }]
}
