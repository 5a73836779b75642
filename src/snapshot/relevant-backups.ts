import { isBackupEnded, isBackupFailed } from '../api/backup-phases.ts'
import type { TableRow } from './tables.ts'
import { cellText } from './tables.ts'

/** How many objects of one sort are read at most; among equals of age the greatest names win, as schedules put the time there. */
const MOST = 5

/**
 * The rows of the Backups worth reading in full: the newest, the newest completed, the newest failed
 * and those not done yet. Phases of spec/wire-formats.md B.6. The ages in a table are rounded, so every row that may be
 * the newest of its sort counts.
 */
export function relevantBackups(rows: readonly TableRow[]): TableRow[] {
  const newestFirst = [...rows].sort((a, b) => ageOf(a) - ageOf(b) || (a.name < b.name ? 1 : -1))
  const completed = newestFirst.filter((row) => phaseOf(row) === 'completed')
  const failed = newestFirst.filter((row) => isBackupFailed(phaseOf(row)))
  const unfinished = newestFirst.filter((row) => !isBackupEnded(phaseOf(row)))
  const chosen = [...newest(newestFirst), ...newest(completed), ...newest(failed), ...unfinished.slice(0, MOST)]
  return [...new Set(chosen)]
}

function phaseOf(row: TableRow): string {
  return cellText(row.cells['Phase'])
}

function newest(newestFirst: readonly TableRow[]): TableRow[] {
  const [first] = newestFirst
  return first === undefined ? [] : newestFirst.filter((row) => ageOf(row) === ageOf(first)).slice(0, MOST)
}

function ageOf(row: TableRow): number {
  return parseAge(cellText(row.cells['Age']))
}

const SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400, y: 31_536_000 }

/** Seconds of an age as tables print it (`45s`, `5m12s`, `3d4h`, `2y34d`); what cannot be read counts as new. */
export function parseAge(text: string): number {
  const parts = [...text.matchAll(/(\d+)([smhdy])/g)]
  return parts.reduce((sum, [, digits, unit]) => sum + Number(digits) * (SECONDS[unit ?? ''] ?? 0), 0)
}
