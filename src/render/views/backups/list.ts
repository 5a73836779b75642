import type { BackupFacts } from '../../../model/backups/report.ts'
import { walRange } from '../../../model/backups/wal-range.ts'
import { quote } from '../../../model/rules/words.ts'
import { prettySize } from '../../../model/size.ts'
import { cell, note, section, table, type Cell, type Column, type Document, type Section } from '../../document.ts'
import { phaseCell, retentionCell, spanCell } from './cells.ts'

export interface BackupListOptions {
  wide: boolean
  /** Columns for what tells the rows apart. */
  namespaces: boolean
  clusters: boolean
  /** Where was looked, for a list without rows: `in namespace default`. */
  where: string
}

/** A row for each Backup, in their order. */
export function backupListView(backups: readonly BackupFacts[], options: BackupListOptions): Document {
  if (backups.length === 0) return { sections: [section(null, note(`No backups found ${options.where}`))] }
  const columns: Column<BackupFacts>[] = [
    { title: 'Name', cell: ({ name }) => cell(name) },
    ...(options.namespaces ? [{ title: 'Namespace', cell: ({ namespace }: BackupFacts) => cell(namespace) }] : []),
    ...(options.clusters ? [{ title: 'Cluster', cell: clusterCell }] : []),
    ...COLUMNS,
    ...(options.wide ? WIDE : []),
    { title: 'Note', cell: noteCell },
  ]
  return { sections: [section(null, table(columns, backups)), ...(options.wide ? [] : errors(backups))] }
}

const COLUMNS: readonly Column<BackupFacts>[] = [
  { title: 'Phase', cell: phaseCell },
  { title: 'Method', cell: ({ method }) => cell(method) },
  { title: 'Started', cell: ({ startedAt }) => cell(startedAt) },
  { title: 'Duration', cell: ({ seconds }) => spanCell(seconds) },
  { title: 'Size', cell: ({ bytes }) => cell(bytes === null ? null : prettySize(bytes)) },
  { title: 'WAL', cell: ({ beginWal, endWal }) => cell(walRange(beginWal, endWal)) },
  { title: 'Age', cell: ({ age }) => spanCell(age) },
  { title: 'Retention', cell: retentionCell },
]

const WIDE: readonly Column<BackupFacts>[] = [
  { title: 'Plugin', cell: ({ plugin }) => cell(plugin) },
  { title: 'Instance', cell: ({ instance }) => cell(instance) },
  { title: 'Backup ID', cell: ({ backupId }) => cell(backupId) },
  { title: 'Begin LSN', cell: ({ beginLsn }) => cell(beginLsn) },
  { title: 'End LSN', cell: ({ endLsn }) => cell(endLsn) },
  { title: 'Server', cell: ({ serverName }) => cell(serverName) },
  { title: 'Schedule', cell: ({ schedule }) => cell(schedule) },
  { title: 'Error', cell: (backup) => cell(errorOf(backup), 'bad') },
]

function clusterCell({ cluster, clusterMissing }: BackupFacts): Cell {
  return clusterMissing ? cell(`${cluster} (gone)`, 'warn') : cell(cluster)
}

function noteCell({ restoreBase }: BackupFacts): Cell {
  return restoreBase ? cell('base of a restore now', 'good') : cell(null)
}

/** Below the table, where there is room for sentences. */
function errors(backups: readonly BackupFacts[]): Section[] {
  const rows = backups.flatMap((backup) => {
    const error = errorOf(backup)
    return error === null ? [] : [[cell(backup.name), cell(error, 'bad')]]
  })
  return rows.length === 0 ? [] : [section(cell('Errors', 'title'), { kind: 'list', rows })]
}

function errorOf({ error, commandError }: BackupFacts): string | null {
  const text = error ?? commandError
  return text === null ? null : quote(text)
}
