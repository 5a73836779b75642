import type { Tone } from '../../../host/types.ts'
import type { FleetRow, Verdict } from '../../../model/fleet.ts'
import { prettyLag, prettySize } from '../../../model/size.ts'
import { cell, section, table, type Cell, type Column, type Document } from '../../document.ts'
import { roughly } from './span.ts'

export interface FleetViewOptions {
  /** `-o wide`: every column there is. */
  wide: boolean
  /** Clusters of several contexts stand side by side. */
  contexts: boolean
}

/** The fleet table of spec/screens.md 4: one row for each cluster, in the order of the rows. */
export function fleetView(rows: readonly FleetRow[], { wide, contexts }: FleetViewOptions): Document {
  const columns = [...(contexts ? [CONTEXT] : []), ...COLUMNS, ...(wide ? WIDE : []), FINDINGS]
  return { sections: [section(null, table(columns, rows))] }
}

const TONES: Record<Verdict, Tone> = { CRITICAL: 'bad', UNKNOWN: 'bad', WARNING: 'warn', OK: 'good' }

const CONTEXT: Column<FleetRow> = { title: 'Context', cell: ({ context }) => cell(context) }

const COLUMNS: readonly Column<FleetRow>[] = [
  { title: 'Namespace', cell: ({ namespace }) => cell(namespace) },
  { title: 'Name', cell: ({ name }) => cell(name) },
  { title: 'Status', cell: ({ verdict }) => cell(verdict, TONES[verdict]) },
  { title: 'Instances', cell: instancesCell },
  { title: 'Primary', cell: ({ primary }) => cell(primary) },
  { title: 'Lag', cell: ({ lagBytes }) => cell(lagBytes === null ? null : prettyLag(lagBytes)) },
  { title: 'Last Backup', cell: backupCell },
  { title: 'Certificates', cell: ({ certificateDays: days }) => cell(certificateText(days)) },
]

const WIDE: readonly Column<FleetRow>[] = [
  { title: 'Size', cell: ({ bytes }) => cell(bytes === null ? null : prettySize(bytes)) },
  { title: 'Operator', cell: ({ operatorVersion }) => cell(operatorVersion) },
  { title: 'Image', cell: ({ image }) => cell(image) },
  { title: 'Phase', cell: ({ phase }) => cell(phase) },
]

/** Of what could not be read the reason stands where the findings would. */
const FINDINGS: Column<FleetRow> = {
  title: 'Findings',
  cell: ({ findings, problem }) => (problem ? cell(problem.message, 'bad') : cell(findings.join(', '))),
}

function instancesCell({ instancesReady: ready, instancesWanted: wanted, problem }: FleetRow): Cell {
  if (problem) return cell(null)
  return cell(`${ready ?? '?'}/${wanted ?? '?'}`, ready === wanted ? 'plain' : 'bad')
}

function backupCell({ backupAge, backupConfigured }: FleetRow): Cell {
  if (backupAge !== null) return cell(`${roughly(backupAge)} ago`)
  return cell(backupConfigured ? 'never' : null)
}

function certificateText(days: number | null): string | null {
  if (days === null) return null
  return days < 0 ? 'expired' : `${Math.floor(days)} d`
}
