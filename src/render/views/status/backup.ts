import { isBackupFailed } from '../../../api/backup-phases.ts'
import type { Archiving, Backup, BackupRun, BaseBackup, ClusterStatus } from '../../../model/cluster-status.ts'
import { prettySize } from '../../../model/size.ts'
import { age } from '../../../model/time.ts'
import { cell, note, pairs, section, table, type Cell, type Column, type Section } from '../../document.ts'
import { missingNote } from './missing.ts'
import type { StatusViewOptions } from './options.ts'

export function backupSections(status: ClusterStatus, options: StatusViewOptions): (Section | null)[] {
  return [continuousBackup(status), baseBackups(status, options), ...histories(status, options)]
}

function continuousBackup(status: ClusterStatus): Section {
  const { backup, takenAt } = status
  const title = cell(`Continuous Backup status${backup.plugin ? ' (Barman Cloud Plugin)' : ''}`, 'title')
  if (backup.configured === 'none') return section(title, note('Not configured', 'warn'))
  return section(
    title,
    pluginNote(backup),
    pairs([
      [
        'ObjectStore / Server name:',
        backup.plugin?.objectStore ? cell(`${backup.plugin.objectStore}/${backup.plugin.serverName}`) : null,
      ],
      ['First Point of Recoverability:', cell(backup.firstRecoverabilityPoint ?? 'Not Available')],
      ['Last Successful Backup:', lastSuccessful(backup, takenAt)],
      ['Last Failed Backup:', lastFailed(backup, takenAt)],
      ['Backup in progress:', inProgress(backup.running, takenAt)],
      ...archivingRows(status),
    ]),
  )
}

function pluginNote({ plugin }: Backup) {
  if (!plugin) return null
  if (plugin.objectStore === null)
    return note("The plugin's parameter barmanObjectName is not set: nothing can be backed up", 'bad')
  if (plugin.problem) return missingNote(plugin.problem, '')
  return plugin.window
    ? null
    : note(`ObjectStore ${plugin.objectStore} holds no recovery window of server ${plugin.serverName}`, 'bad')
}

function lastSuccessful({ lastSuccessfulAt, lastSuccessfulName }: Backup, now: string): Cell {
  if (lastSuccessfulAt === null) return cell('Not Available', 'warn')
  const name = lastSuccessfulName === null ? '' : `, backup ${lastSuccessfulName}`
  return cell(`${lastSuccessfulAt} (${age(lastSuccessfulAt, now) ?? '-'} ago${name})`)
}

/** Only a failure that no success has followed. */
function lastFailed({ lastFailed, lastFailedAt, lastSuccessfulAt }: Backup, now: string): Cell | null {
  if (lastFailed) {
    const at = lastFailed.stoppedAt ?? lastFailed.createdAt
    const why = lastFailed.error === null ? '' : `: ${lastFailed.error}`
    return cell(`${at ?? '-'} (${age(at, now) ?? '-'} ago, backup ${lastFailed.name})${why}`, 'bad')
  }
  if (lastFailedAt === null || (lastSuccessfulAt !== null && lastFailedAt < lastSuccessfulAt)) return null
  return cell(`${lastFailedAt} (${age(lastFailedAt, now) ?? '-'} ago)`, 'bad')
}

function inProgress(running: readonly BackupRun[], now: string): Cell | null {
  if (running.length === 0) return null
  const texts = running.map((run) => {
    const since = age(run.startedAt ?? run.createdAt, now)
    return `${run.name} (${[run.phase ?? 'not picked up yet', run.instance && `on ${run.instance}`, since && `for ${since}`].filter(Boolean).join(', ')})`
  })
  return cell(texts.join('; '), 'note')
}

const STATES: Record<Archiving['state'], Cell> = {
  ok: cell('OK', 'good'),
  failing: cell('Failing', 'bad'),
  disabled: cell('Disabled', 'warn'),
  starting: cell('Starting Up', 'warn'),
  unknown: cell('Unknown (no primary answers)', 'warn'),
}

/** Rows about WAL archiving; both WAL names are padded so that their times stand below one another. */
function archivingRows({ archiving, takenAt }: ClusterStatus): [string, Cell | null][] {
  const { lastArchivedWal, lastFailedWal, lastArchivedAt, lastFailedAt } = archiving
  const width = Math.max(lastArchivedWal?.length ?? 0, lastFailedWal?.length ?? 0)
  const recovered = lastArchivedAt !== null && lastFailedAt !== null && lastArchivedAt > lastFailedAt
  return [
    ['Working WAL archiving:', STATES[archiving.state]],
    ['WAL archiving error:', archiving.conditionMessage === null ? null : cell(errorText(archiving, takenAt), 'bad')],
    ['WALs waiting to be archived:', cell(archiving.waiting)],
    ['Last Archived WAL:', walCell(lastArchivedWal, lastArchivedAt, width, takenAt, '')],
    ['Last Failed WAL:', walCell(lastFailedWal, lastFailedAt, width, takenAt, recovered ? ', recovered since' : '')],
  ]
}

function errorText({ conditionMessage, conditionSince }: Archiving, now: string): string {
  const since = age(conditionSince, now)
  return `${conditionMessage ?? ''}${since === null ? '' : ` (for ${since})`}`
}

function walCell(wal: string | null, at: string | null, width: number, now: string, more: string): Cell {
  if (wal === null) return cell('-')
  return cell(`${wal.padEnd(width)}   @   ${at === null ? '-' : `${at} (${age(at, now) ?? '-'} ago${more})`}`)
}

/** Running base backups always; that there are none only when asked for details. */
function baseBackups(
  { baseBackups: running, summary, hibernation }: ClusterStatus,
  { verbosity }: StatusViewOptions,
): Section | null {
  const title = cell('Physical backups', 'title')
  if (running.length > 0) return section(title, table(BASE_BACKUP_COLUMNS, running))
  if (verbosity === 0 || hibernation?.hibernated) return null
  const known = summary.answeringPrimary !== null
  return section(title, note(known ? 'No running physical backups found' : 'Unknown: no primary answers', 'warn'))
}

const BASE_BACKUP_COLUMNS: readonly Column<BaseBackup>[] = [
  { title: 'Name', cell: ({ name }) => cell(name) },
  { title: 'Phase', cell: ({ phase }) => cell(phase) },
  { title: 'Started at', cell: ({ startedAt }) => cell(startedAt) },
  { title: 'Total', cell: ({ totalBytes }) => cell(totalBytes === null ? null : prettySize(totalBytes)) },
  {
    title: 'Transferred',
    cell: ({ streamedBytes }) => cell(streamedBytes === null ? null : prettySize(streamedBytes)),
  },
  { title: 'Progress', cell: ({ progress }) => cell(progress === null ? null : `${progress.toFixed(2)}%`) },
  {
    title: 'Tablespaces',
    cell: ({ tablespacesStreamed, tablespacesTotal }) =>
      cell(`${tablespacesStreamed ?? '-'}/${tablespacesTotal ?? '-'}`),
  },
  { title: 'Sent By', cell: ({ instance }) => cell(instance) },
]

/** The newest Backup objects, and the schedules. */
function histories({ backup, takenAt }: ClusterStatus, { verbosity }: StatusViewOptions): (Section | null)[] {
  if (verbosity === 0) return []
  const { history, schedules } = backup
  const recent = history.items?.slice(0, 5)
  const title = cell(
    recent && (history.items?.length ?? 0) > recent.length
      ? `Backups (newest ${recent.length} of ${history.items?.length})`
      : 'Backups',
    'title',
  )
  return [
    recent === undefined
      ? section(title, missingNote(history.problem, 'not read'))
      : section(title, recent.length > 0 ? table(historyColumns(takenAt), recent) : note('No backups found')),
    schedules.items === null
      ? section(cell('Scheduled backups', 'title'), missingNote(schedules.problem, 'not read'))
      : schedules.items.length > 0 &&
        section(cell('Scheduled backups', 'title'), table(SCHEDULE_COLUMNS, schedules.items)),
  ].filter((part) => part !== false)
}

function historyColumns(now: string): readonly Column<BackupRun>[] {
  return [
    { title: 'Name', cell: ({ name }) => cell(name) },
    { title: 'Method', cell: ({ method }) => cell(method) },
    {
      title: 'Phase',
      cell: ({ phase }) => cell(phase, phase === 'completed' ? 'good' : isBackupFailed(phase) ? 'bad' : 'plain'),
    },
    { title: 'Instance', cell: ({ instance }) => cell(instance) },
    { title: 'Created', cell: ({ createdAt }) => cell(`${age(createdAt, now) ?? '-'} ago`) },
    { title: 'Stopped at', cell: ({ stoppedAt }) => cell(stoppedAt) },
    { title: 'Error', cell: ({ error }) => cell(error) },
  ]
}

const SCHEDULE_COLUMNS: readonly Column<NonNullable<Backup['schedules']['items']>[number]>[] = [
  { title: 'Name', cell: ({ name }) => cell(name) },
  { title: 'Schedule', cell: ({ schedule }) => cell(schedule) },
  { title: 'Suspended', cell: ({ suspended }) => cell(suspended ? 'yes' : 'no', suspended ? 'warn' : 'plain') },
  { title: 'Last Run', cell: ({ lastAt }) => cell(lastAt) },
  { title: 'Next Run', cell: ({ nextAt }) => cell(nextAt) },
  { title: 'Error', cell: ({ error }) => cell(error) },
]
