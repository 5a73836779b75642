import { Phases } from '../../../api/constants.ts'
import type { ClusterStatus } from '../../../model/cluster-status.ts'
import { byName } from '../../../api/by-name.ts'
import type { Finding } from '../../../model/finding.ts'
import {
  cell,
  note,
  pairs,
  section,
  table,
  type Block,
  type Cell,
  type Document,
  type Section,
} from '../../document.ts'
import { COLUMNS as CERTIFICATE_COLUMNS, worst } from './certificates.ts'
import { contradictsHealth, findingsSection } from './findings.ts'
import { COLUMNS as INSTANCE_COLUMNS } from './instances.ts'
import { missingNote } from './missing.ts'
import { LSN_COLUMNS, STATE_COLUMNS } from './replication.ts'

/**
 * The screen of operators up to 1.15 (spec/seed-status.txt, spec/commands-core.md 3.10): nothing later operators
 * brought, instances by name. Findings and lines about instances in trouble are the only additions.
 */
export function seedView(status: ClusterStatus, findings: readonly Finding[]): Document {
  const sections = [
    summary(status, findings),
    findingsSection(findings, { verbosity: 0, wide: false }),
    section(cell('Certificates Status', worst(status.certificates)), table(CERTIFICATE_COLUMNS, status.certificates)),
    backup(status),
    section(cell('Streaming Replication status', 'title'), replication(status)),
    instances(status),
  ]
  return { sections: sections.filter((part) => part !== null) }
}

function summary(status: ClusterStatus, findings: readonly Finding[]): Section {
  const { summary } = status
  const { transition, primary, targetPrimary } = summary
  const moving = transition === 'none' ? '' : ` (switching to ${targetPrimary ?? '-'})`
  const changing = transition === 'initializing' ? 'Primary server is initializing' : 'Switchover in progress'
  return section(
    cell('Cluster Summary', 'title'),
    transition !== 'none' && note(changing, 'bad'),
    pairs([
      ['Name:', cell(summary.name)],
      ['Namespace:', cell(summary.namespace)],
      ['System ID:', summary.systemId === null ? null : cell(summary.systemId)],
      ['PostgreSQL Image:', cell(summary.image)],
      ['Primary instance:', cell(`${primary ?? '-'}${moving}`)],
      ['Status:', statusCell(status, findings)],
      [
        'Instances:',
        cell(summary.instancesWanted, summary.instancesWanted === summary.instancesExisting ? 'good' : 'bad'),
      ],
      [
        'Ready instances:',
        cell(summary.instancesReady, summary.instancesReady === summary.instancesWanted ? 'good' : 'bad'),
      ],
      ['Current Write LSN:', summary.currentLsn === null ? null : writeLsn(status)],
    ]),
  )
}

function statusCell({ summary }: ClusterStatus, findings: readonly Finding[]): Cell {
  const words = [summary.phase, summary.phaseReason].filter(Boolean).join(' ')
  if (summary.phase === Phases.healthy && contradictsHealth(findings)) {
    return cell(`${words} (operator) - see Findings`, 'bad')
  }
  return cell(words, summary.phaseKind)
}

function writeLsn({ summary }: ClusterStatus): Cell {
  return cell(
    `${summary.currentLsn ?? '-'} (Timeline: ${summary.timeline ?? '-'} - WAL File: ${summary.walFile ?? '-'})`,
  )
}

function backup({ backup, archiving }: ClusterStatus): Section {
  const heading = cell('Continuous Backup status', 'title')
  if (backup.configured === 'none') return section(heading, note('Not configured', 'warn'))
  const states = { ok: 'OK', failing: 'Failing', disabled: 'Disabled', starting: 'Starting Up', unknown: 'Unknown' }
  const tone = archiving.state === 'ok' ? 'good' : archiving.state === 'failing' ? 'bad' : 'warn'
  return section(
    heading,
    pairs([
      ['First Point of Recoverability:', cell(backup.firstRecoverabilityPoint ?? 'Not Available')],
      ['Working WAL archiving:', cell(states[archiving.state], tone)],
      ['WALs waiting to be archived:', cell(archiving.waiting)],
      ['Last Archived WAL:', walCell(archiving.lastArchivedWal, archiving.lastArchivedAt)],
      ['Last Failed WAL:', walCell(archiving.lastFailedWal, archiving.lastFailedAt)],
    ]),
  )
}

function walCell(wal: string | null, at: string | null): Cell {
  return cell(wal === null ? null : `${wal}   @   ${at ?? '-'}`)
}

function replication({ replication }: ClusterStatus): Block {
  switch (replication.state) {
    case 'rows': {
      const rows = [...replication.standbys].sort((a, b) => byName(a.name, b.name))
      return table([...LSN_COLUMNS, ...STATE_COLUMNS], rows)
    }
    case 'single':
      return note('Not configured', 'warn')
    case 'unknown':
      return note('Not available: no primary answers', 'warn')
    case 'none':
    case 'replica-cluster':
      return note('Not available yet', 'warn')
  }
}

function instances({ instances, problems }: ClusterStatus): Section {
  const heading = cell('Instances status', 'title')
  const pods = problems.find(({ subject }) => subject === 'pods') ?? null
  const rows = [...instances].sort((a, b) => byName(a.name, b.name))
  const columns = INSTANCE_COLUMNS.filter(({ title }) => title !== 'Node')
  const details = rows.flatMap(({ name, detail }) => (detail === null ? [] : [note(`${name}: ${detail}`, 'warn')]))
  return section(heading, table(columns, rows), pods && missingNote(pods, ''), ...details)
}
