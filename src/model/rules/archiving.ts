import type { ClusterStatus } from '../cluster-status.ts'
import { prettyLag } from '../size.ts'
import { goesToSleep } from './facts.ts'
import { severityAt, severityOr } from './thresholds.ts'
import type { Hit, Levels, Rule } from './types.ts'
import { because, counted, forSpan, since, span } from './words.ts'

/** A new primary gets this long before an archive that holds nothing of it is strange, in seconds (archive_timeout is 5 min). */
const FIRST_ARCHIVAL = 900

/** Does WAL reach the archive? */
export const ARCHIVING_RULES: readonly Rule[] = [
  {
    id: 'wal-archiving',
    title: 'WAL archiving failing',
    scope: 'cluster',
    severities: ['critical', 'warning'],
    threshold: {
      flag: 'archiving-failing',
      unit: 'seconds',
      summary: 'Time since which WAL archiving fails; a failure is always at least a warning',
      warning: '',
      critical: '5m',
      perfdata: {
        name: 'archiving_failing_seconds',
        value: (status) => (failing(status) ? failingFor(status) : zeroUnlessUnknown(status)),
      },
    },
    blocks: { promote: 'force', backup: 'force' },
    cause:
      'The archive command fails: the object store is unreachable or full, its credentials have expired, or it holds another cluster under the same name.',
    consequence:
      'The point to which the cluster can be restored stands still, WAL piles up until the volume is full, and then PostgreSQL stops. A switchover waits for the archive.',
    next: ['kubectl logs INSTANCE --tail=50', 'kubectl cnpg status CLUSTER -v'],
    test: archivingFails,
  },
  {
    id: 'wal-archiving-never',
    title: 'WAL archiving never worked',
    scope: 'cluster',
    severities: ['critical', 'warning'],
    blocks: { backup: 'force' },
    cause:
      'A backup destination is configured, but the primary has not archived a single WAL file: wrong address or credentials, or a store that is not empty.',
    consequence: 'Nothing can be restored, and no backup can be completed.',
    next: ['kubectl logs INSTANCE --tail=50'],
    test: neverArchived,
  },
  {
    id: 'wal-archiving-off',
    title: 'WAL archiving switched off',
    scope: 'cluster',
    severities: ['warning', 'info'],
    blocks: { backup: 'force' },
    cause: 'The annotation cnpg.io/skipWalArchiving is "enabled".',
    consequence: 'No restore to a point in time since then; backups made meanwhile may be of no use.',
    next: ['kubectl annotate clusters.postgresql.cnpg.io CLUSTER cnpg.io/skipWalArchiving-'],
    test: switchedOff,
  },
  {
    id: 'archive-backlog',
    title: 'WAL files waiting for the archive',
    scope: 'cluster',
    severities: ['critical', 'warning'],
    threshold: {
      flag: 'archive-backlog',
      unit: 'count',
      summary: 'WAL files that wait to be archived, as a rule of 16 MB each',
      warning: '64',
      critical: '256',
      perfdata: {
        name: 'wals_waiting',
        value: (status) => (status.archiving.state === 'disabled' ? undefined : status.archiving.waiting),
      },
    },
    blocks: { promote: 'force' },
    cause: 'Archiving fails, or it is slower than the writers.',
    consequence: 'That much would be missing in a restore; WAL fills the volume. A switchover waits for the archive.',
    next: ['kubectl cnpg status CLUSTER --watch'],
    test: backlog,
  },
  {
    id: 'archive-age',
    title: 'nothing archived for long',
    scope: 'cluster',
    severities: ['critical', 'warning'],
    threshold: {
      flag: 'archive-age',
      unit: 'seconds',
      summary: 'Time since the last archived WAL file; counts only while files wait',
      warning: '15m',
      critical: '1h',
      perfdata: { name: 'archive_age_seconds', value: lastArchivalAge },
    },
    cause:
      'WAL files wait, and none has been archived for long, whether or not an attempt was seen to fail: the archive command may hang.',
    consequence: 'The point to which the cluster can be restored stands still.',
    next: ['kubectl logs INSTANCE --tail=50'],
    test: oldArchive,
  },
]

/** By the primary's word; where it did not tell, by the Cluster's condition. */
function failing({ archiving }: ClusterStatus): boolean {
  return archiving.state === 'failing' || (archiving.state === 'unknown' && archiving.conditionSince !== null)
}

/** Has failed and has never worked. */
function neverWorked({ archiving }: ClusterStatus): boolean {
  return archiving.state === 'failing' && archiving.lastArchivedAt === null
}

function failingFor(status: ClusterStatus): number | null {
  return since(status, status.archiving.conditionSince ?? status.archiving.lastArchivedAt)
}

function zeroUnlessUnknown({ archiving }: ClusterStatus): number | null | undefined {
  if (archiving.state === 'disabled') return undefined
  return archiving.state === 'unknown' ? null : 0
}

/** Age of the last archived file; undefined where archiving is off. */
function lastArchivalAge(status: ClusterStatus): number | null | undefined {
  return status.archiving.state === 'disabled' ? undefined : since(status, status.archiving.lastArchivedAt)
}

function primaryOf(status: ClusterStatus): string[] {
  return status.summary.primary === null ? [] : [status.summary.primary]
}

function archivingFails(status: ClusterStatus, levels: Levels): Hit[] {
  if (!failing(status) || neverWorked(status) || goesToSleep(status)) return []
  const seconds = failingFor(status)
  const severity = severityOr(levels, seconds, 'warning')
  const { waiting, conditionMessage } = status.archiving
  const backlogText = waiting === null ? '' : `${counted(waiting, 'file')} ${waiting === 1 ? 'waits' : 'wait'}`
  const facts = [backlogText, freeSpace(status), conditionMessage].filter(Boolean).join(', ')
  return [
    {
      severity,
      message: `WAL archiving has been failing${forSpan(seconds)}${because(facts)}`,
      objects: primaryOf(status),
    },
  ]
}

/** Free space of the volume that holds the primary's WAL, when it was asked for. */
function freeSpace(status: ClusterStatus): string {
  const mounts = status.instances.find((instance) => instance.isNamedPrimary)?.mounts ?? []
  const wal = mounts.find(({ mount }) => /\/wal$/.test(mount)) ?? mounts[0]
  return wal ? `${prettyLag(wal.freeBytes)} free on the volume` : ''
}

function neverArchived(status: ClusterStatus): Hit[] {
  if (goesToSleep(status) || status.summary.isReplicaCluster) return []
  const age = since(status, status.summary.promotedAt)
  const overdue =
    status.archiving.state === 'starting' && status.backup.configured !== 'none' && (age ?? 0) > FIRST_ARCHIVAL
  if (!neverWorked(status) && !overdue) return []
  const { waiting, conditionMessage } = status.archiving
  const facts = [waiting ? `${counted(waiting, 'file')} wait` : '', conditionMessage].filter(Boolean).join(', ')
  const severity = neverWorked(status) ? 'critical' : 'warning'
  const message = `no WAL file has ever been archived${age === null ? '' : `, ${span(age)} after the promotion`}${because(facts)}`
  return [{ severity, message, objects: primaryOf(status) }]
}

function switchedOff(status: ClusterStatus): Hit[] {
  if (status.archiving.state !== 'disabled') return []
  const configured = status.backup.configured !== 'none'
  const message = `WAL archiving is switched off${configured ? ' although backups are configured' : ''}`
  return [{ severity: configured ? 'warning' : 'info', message, objects: [] }]
}

function backlog(status: ClusterStatus, levels: Levels): Hit[] {
  const { waiting, state } = status.archiving
  const severity = waiting === null || state === 'disabled' ? null : severityAt(levels, waiting)
  if (severity === null || waiting === null) return []
  return [{ severity, message: `${counted(waiting, 'WAL file')} wait to be archived`, objects: primaryOf(status) }]
}

/** An idle primary archives nothing: only with files that wait does age mean anything. */
function oldArchive(status: ClusterStatus, levels: Levels): Hit[] {
  const age = lastArchivalAge(status)
  if (!status.archiving.waiting || age === null || age === undefined || goesToSleep(status)) return []
  const severity = severityAt(levels, age)
  if (severity === null) return []
  const message = `the last WAL file was archived ${span(age)} ago, and ${counted(status.archiving.waiting, 'file')} wait`
  return [{ severity, message, objects: primaryOf(status) }]
}
