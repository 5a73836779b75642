import type { ClusterStatus, Slot } from '../../../model/cluster-status.ts'
import { prettySize } from '../../../model/size.ts'
import { cell, note, section, table, type Column, type Section } from '../../document.ts'
import type { StatusViewOptions } from './options.ts'
import { safeSize, walStatusCell } from './replication.ts'

/** Slots that the operator does not manage, with `-v`; unlike in the official an inactive one is marked in its row. */
export function unmanagedSlotsSection({ slots }: ClusterStatus, { verbosity }: StatusViewOptions): Section | null {
  if (verbosity === 0) return null
  const title = 'Unmanaged Replication Slot Status'
  if (slots === null) return section(cell(title, 'title'), note('Unknown: no primary answers', 'warn'))
  const unmanaged = slots.filter(({ managed }) => !managed)
  if (unmanaged.length === 0) return section(cell(title, 'title'), note('No unmanaged replication slots found'))
  const tone = unmanaged.some(({ active }) => !active) ? 'bad' : 'title'
  return section(cell(title, tone), table(COLUMNS, unmanaged))
}

const COLUMNS: readonly Column<Slot>[] = [
  { title: 'Slot Name', cell: ({ name }) => cell(name) },
  { title: 'Slot Type', cell: ({ type }) => cell(type) },
  { title: 'Database', cell: ({ database }) => cell(database) },
  { title: 'Active', cell: ({ active }) => cell(String(active), active ? 'plain' : 'warn') },
  { title: 'Restart LSN', cell: ({ restartLsn }) => cell(restartLsn) },
  { title: 'Held WAL', cell: ({ heldBytes }) => cell(heldBytes === null ? null : prettySize(heldBytes)) },
  { title: 'XMin', cell: ({ xmin }) => cell(xmin) },
  { title: 'Catalog XMin', cell: ({ catalogXmin }) => cell(catalogXmin) },
  { title: 'Datoid', cell: ({ datoid }) => cell(datoid) },
  { title: 'Plugin', cell: ({ plugin }) => cell(plugin) },
  { title: 'Wal Status', cell: ({ walStatus }) => walStatusCell(walStatus) },
  { title: 'Safe Wal Size', cell: ({ safeWalBytes }) => cell(safeSize(safeWalBytes)) },
]
