import type { ScheduleFacts } from '../../../model/backups/schedules.ts'
import { duration } from '../../../model/time.ts'
import { cell, note, section, table, type Cell, type Column, type Document } from '../../document.ts'
import type { BackupListOptions } from './list.ts'
import { methodCell } from './cells.ts'

/** A row for each ScheduledBackup, in their order. */
export function schedulesView(schedules: readonly ScheduleFacts[], options: BackupListOptions): Document {
  if (schedules.length === 0) return { sections: [section(null, note(`No scheduled backups found ${options.where}`))] }
  const columns: Column<ScheduleFacts>[] = [
    { title: 'Name', cell: ({ name }) => cell(name) },
    ...(options.namespaces ? [{ title: 'Namespace', cell: ({ namespace }: ScheduleFacts) => cell(namespace) }] : []),
    ...(options.clusters ? [{ title: 'Cluster', cell: ({ cluster }: ScheduleFacts) => cell(cluster) }] : []),
    { title: 'Schedule', cell: ({ schedule }) => cell(schedule) },
    { title: 'Method', cell: methodCell },
    ...(options.wide ? [{ title: 'Target', cell: ({ target }: ScheduleFacts) => cell(target) }] : []),
    { title: 'State', cell: stateCell },
    { title: 'Last Run', cell: ({ lastAt }) => cell(lastAt) },
    { title: 'Next Run', cell: nextCell },
    { title: 'Error', cell: ({ error }) => cell(error, error === null ? 'plain' : 'bad') },
  ]
  return { sections: [section(null, table(columns, schedules))] }
}

function stateCell({ state, seconds }: ScheduleFacts): Cell {
  switch (state) {
    case 'active':
      return cell('active', 'good')
    case 'late':
      return cell(`late by ${duration(seconds ?? 0)}`, 'bad')
    case 'suspended':
      return cell('suspended', 'warn')
    case 'failing':
      return cell('failing', 'bad')
  }
}

function nextCell({ nextAt, seconds, state }: ScheduleFacts): Cell {
  if (nextAt === null) return cell(null)
  return cell(state === 'late' ? nextAt : `${nextAt} (in ${duration(seconds ?? 0)})`)
}
