import type { BackupFacts } from '../../../model/backups/report.ts'
import { walRange } from '../../../model/backups/wal-range.ts'
import { prettySize } from '../../../model/size.ts'
import { duration } from '../../../model/time.ts'
import { cell, note, pairs, section, table, type Cell, type Document, type Section } from '../../document.ts'
import { methodCell, phaseCell, retentionCell } from './cells.ts'

/** What stands beside the facts of one backup. */
export interface BackupShowOptions {
  /** How far it is, where PostgreSQL tells. */
  progress: string | null
  /** The command that restores it; null: it cannot be restored. */
  restore: string | null
}

/** Everything that is known of one Backup. */
export function backupView(backup: BackupFacts, { progress, restore }: BackupShowOptions): Document {
  const { bytes, seconds, age, online } = backup
  const rows: [string, Cell | null][] = [
    ['Name:', cell(backup.name)],
    ['Namespace:', cell(backup.namespace)],
    ['Cluster:', backup.clusterMissing ? cell(`${backup.cluster} (gone)`, 'warn') : cell(backup.cluster)],
    ['Phase:', phaseCell(backup)],
    ['Progress:', some(progress)],
    ['Error:', some(backup.error, 'bad')],
    ['Method:', methodCell(backup)],
    ['Online:', online === null ? null : cell(online ? 'yes' : 'no, of a stopped server')],
    ['Instance:', some(backup.instance)],
    ['Schedule:', some(backup.schedule)],
    ['Asked for at:', some(backup.createdAt)],
    ['Started at:', some(backup.startedAt)],
    ['Stopped at:', backup.stoppedAt === null ? null : cell(`${backup.stoppedAt} (${duration(age ?? 0)} ago)`)],
    ['Duration:', seconds === null ? null : cell(duration(seconds))],
    ['Size:', bytes === null ? null : cell(`${prettySize(bytes)} of volumes`)],
    ['WAL:', some(walRange(backup.beginWal, backup.endWal))],
    ['LSN:', backup.beginLsn === null ? null : cell(`${backup.beginLsn} to ${backup.endLsn ?? 'not known'}`)],
    ['Backup ID:', some(backup.backupId)],
    ['Destination:', some(backup.destination)],
    ['Server name:', some(backup.serverName)],
    ['PostgreSQL:', backup.majorVersion === null ? null : cell(backup.majorVersion)],
    ['Retention:', backup.retention === null ? null : retentionCell(backup)],
    [
      'Base of a restore now:',
      backup.phase === 'completed' ? cell(backup.restoreBase ? 'yes' : 'no, a newer one is') : null,
    ],
    ['To restore it:', some(restore)],
  ]
  return { sections: [section(cell('Backup', 'title'), pairs(rows)), ...snapshots(backup), ...command(backup)] }
}

function some(text: string | null, tone: Cell['tone'] = 'plain'): Cell | null {
  return text === null ? null : cell(text, tone)
}

function snapshots({ snapshots: list }: BackupFacts): Section[] {
  if (list.length === 0) return []
  const columns = [
    { title: 'Name', cell: ({ name }: (typeof list)[number]) => cell(name) },
    { title: 'Type', cell: ({ type }: (typeof list)[number]) => cell(type) },
    { title: 'Tablespace', cell: ({ tablespace }: (typeof list)[number]) => cell(tablespace) },
  ]
  return [section(cell('Volume snapshots', 'title'), table(columns, list))]
}

/** What the backup tool said, in its own lines. */
function command({ commandError }: BackupFacts): Section[] {
  if (commandError === null) return []
  return [section(cell('Output of the backup command', 'title'), ...commandError.split('\n').map((line) => note(line)))]
}
