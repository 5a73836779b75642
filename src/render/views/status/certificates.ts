import type { Tone } from '../../../host/types.ts'
import type { Certificate, ClusterStatus } from '../../../model/cluster-status.ts'
import { goTime } from '../../../model/time.ts'
import { cell, section, table, type Cell, type Column, type Section } from '../../document.ts'
import type { StatusViewOptions } from './options.ts'

/** Days before the end from which a certificate is marked, as the operator renews its own then. */
const SOON_DAYS = 7

/** By name of the secret; left out while the operator has told of none. */
export function certificatesSection(
  { certificates }: ClusterStatus,
  { verbosity, wide }: StatusViewOptions,
): Section | null {
  if (certificates.length === 0) return null
  const columns = verbosity > 0 || wide ? [...COLUMNS, ...MORE] : COLUMNS
  return section(cell('Certificates Status', worst(certificates)), table(columns, certificates))
}

export const COLUMNS: readonly Column<Certificate>[] = [
  { title: 'Certificate Name', cell: ({ name }) => cell(name) },
  {
    title: 'Expiration Date',
    cell: ({ expiresAt, expiresText }) => cell(expiresAt === null ? expiresText : goTime(expiresAt)),
  },
  { title: 'Days Left Until Expiration', cell: ({ daysLeft }) => daysCell(daysLeft) },
]

const MORE: readonly Column<Certificate>[] = [
  { title: 'Used For', cell: ({ roles }) => cell(roles.join(', ')) },
  { title: 'Renewed By', cell: ({ userGiven }) => cell(userGiven ? 'user' : 'operator') },
]

/** @param soon days before the end from which it is marked */
export function daysCell(daysLeft: number | null, soon = SOON_DAYS): Cell {
  if (daysLeft === null) return cell('unreadable date', 'bad')
  if (daysLeft < 0) return cell('Expired', 'bad')
  return daysLeft < soon ? cell(`${daysLeft.toFixed(2)} - Expires Soon`, 'warn') : cell(daysLeft.toFixed(2))
}

/** Tone of the title: that of the worst row. */
export function worst(certificates: readonly Certificate[]): Tone {
  const tones = certificates.map(({ daysLeft }) => daysCell(daysLeft).tone)
  return tones.includes('bad') ? 'bad' : tones.includes('warn') ? 'warn' : 'title'
}
