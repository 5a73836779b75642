import { Phases } from '../../../api/constants.ts'
import type { ClusterStatus, Summary } from '../../../model/cluster-status.ts'
import type { Finding } from '../../../model/finding.ts'
import { compareLsn } from '../../../model/lsn.ts'
import { prettySize } from '../../../model/size.ts'
import { age, goTime } from '../../../model/time.ts'
import { cell, note, pairs, section, type Block, type Cell, type Section } from '../../document.ts'
import { contradictsHealth } from './findings.ts'
import type { StatusViewOptions } from './options.ts'

export function summarySection(
  status: ClusterStatus,
  findings: readonly Finding[],
  options: StatusViewOptions,
): Section {
  const { summary } = status
  const title = summary.isReplicaCluster ? cell('Replica Cluster Summary', 'warn') : cell('Cluster Summary', 'title')
  const rows = pairs([
    ['Name:', cell(summary.name)],
    ['Namespace:', cell(summary.namespace)],
    ['System ID:', cell(summary.systemId)],
    ['PostgreSQL Image:', imageCell(summary)],
    [summary.isReplicaCluster ? 'Designated primary:' : 'Primary instance:', primaryCell(summary)],
    ['Source cluster:', summary.source === null ? null : sourceCell(status)],
    ['Primary promotion time:', promotionCell(status)],
    ['Status:', statusCell(status, findings)],
    ['Instances:', countCell(summary.instancesWanted, summary.instancesExisting, ' created')],
    ['Ready instances:', readyCell(summary)],
    ['Fenced instances:', fencedCell(summary)],
    ['Bootstrap:', summary.transition === 'initializing' || options.verbosity > 0 ? bootstrapCell(summary) : null],
    ['Maintenance window:', maintenanceCell(summary)],
    ['Size:', sizeCell(status)],
    ['Current Write LSN:', summary.isReplicaCluster ? null : writeLsnCell(status)],
    ['Current Replay LSN:', summary.isReplicaCluster ? replayLsnCell(status) : null],
    ...(options.verbosity > 0 ? detailRows(status) : []),
  ])
  return section(title, transitionNote(status), rows)
}

/** The line under the title while the primary changes, with the time it has taken so far. */
function transitionNote({ summary, takenAt }: ClusterStatus): Block | null {
  const since = age(summary.targetSetAt, takenAt)
  const time = since === null ? '' : ` for ${since}`
  switch (summary.transition) {
    case 'none':
      return null
    case 'initializing':
      return note('Primary server is initializing', 'bad')
    case 'electing':
      return note('Waiting for a new primary to be elected', 'bad')
    case 'switching':
      return note(`${isFailover(summary) ? 'Failover' : 'Switchover'} in progress${time}`, 'bad')
  }
}

function isFailover(summary: Summary): boolean {
  return summary.phase === Phases.failover
}

/** The wanted image, and who runs another one. */
function imageCell({ image, imagesRunning }: Summary): Cell {
  const others = imagesRunning.filter((running) => running.image !== image)
  if (others.length === 0) return cell(image)
  const list = others.map((other) => `${other.instances.join(', ')} on ${other.image}`)
  return cell(`${image ?? '-'} (still ${list.join('; ')})`, 'warn')
}

function primaryCell(summary: Summary): Cell {
  const { primary, targetPrimary, answeringPrimary, transition } = summary
  switch (transition) {
    case 'initializing':
      return cell(`- (setting up ${targetPrimary ?? '-'})`)
    case 'electing':
      return cell(`${primary ?? '-'} (no successor chosen yet)`)
    case 'switching':
      return cell(
        `${primary ?? '-'} (${isFailover(summary) ? 'failing over' : 'switching'} to ${targetPrimary ?? '-'})`,
      )
    case 'none':
      if (answeringPrimary === null || answeringPrimary === primary) return cell(primary)
      return cell(`${primary ?? '-'} (but ${answeringPrimary} answers as the primary)`, 'bad')
  }
}

function sourceCell({ summary, replication }: ClusterStatus): Cell {
  if (replication.sourceStreaming === null)
    return cell(`${summary.source ?? '-'} (the designated primary did not answer)`, 'warn')
  return replication.sourceStreaming
    ? cell(`${summary.source ?? '-'} (streaming)`)
    : cell(`${summary.source ?? '-'} (not streaming)`, 'warn')
}

/** Whose promotion it was matters while another primary is being made. */
function promotionCell({ summary, hibernation, takenAt }: ClusterStatus): Cell | null {
  if (summary.promotedAt === null || hibernation?.hibernated || summary.fencing.primaryFenced) return null
  const time = goTime(summary.promotedAt)
  if (summary.transition !== 'none') return cell(`${time} (of ${summary.primary ?? '-'})`)
  return cell(`${time} (${age(summary.promotedAt, takenAt) ?? '-'})`)
}

function statusCell({ summary, hibernation }: ClusterStatus, findings: readonly Finding[]): Cell {
  if (hibernation?.hibernated) return cell('Hibernated', 'bad')
  if (summary.fencing.primaryFenced) return cell('Primary instance is fenced', 'bad')
  const words = operatorWords(summary)
  if (summary.phase === Phases.healthy && contradictsHealth(findings)) {
    return cell(`${words} (operator) - see Findings`, 'bad')
  }
  return cell(words, summary.phaseKind)
}

/** The operator's phase and reason; a reason that begins with the phase says it all. */
function operatorWords({ phase, phaseReason }: Summary): string {
  if (phaseReason === null || phase === null) return phase ?? phaseReason ?? '-'
  return phaseReason.startsWith(phase) ? phaseReason : `${phase}: ${phaseReason}`
}

function countCell(wanted: number | null, actual: number | null, what: string): Cell {
  if (wanted === actual) return cell(wanted, 'good')
  return cell(actual === null ? wanted : `${wanted ?? '-'} (${actual}${what})`, 'bad')
}

function readyCell({ instancesReady, instancesWanted }: Summary): Cell {
  return cell(instancesReady, instancesReady === instancesWanted ? 'good' : 'bad')
}

function fencedCell({ fencing }: Summary): Cell | null {
  if (fencing.error !== null) return cell(`unknown: ${fencing.error}`, 'bad')
  if (!fencing.all && fencing.instances.length === 0) return null
  const names = fencing.all ? 'All Instances' : fencing.instances.join(', ')
  return cell(names, fencing.primaryFenced ? 'bad' : 'warn')
}

function maintenanceCell({ maintenance }: Summary): Cell | null {
  if (!maintenance?.inProgress) return null
  return cell(`open (volumes are ${maintenance.reusePVC ? 'kept' : 'made anew'})`, 'warn')
}

function sizeCell({ summary }: ClusterStatus): Cell | null {
  const { databaseBytes, walBytes } = summary.size
  if (databaseBytes === null) return null
  if (walBytes === null) return cell(`${prettySize(databaseBytes)} (databases)`)
  const total = prettySize(databaseBytes + walBytes)
  return cell(`${total} (databases ${prettySize(databaseBytes)}, WAL ${prettySize(walBytes)})`)
}

/** Without a primary's word the furthest position received by a standby is what can be saved. */
function writeLsnCell({ summary, instances, hibernation }: ClusterStatus): Cell | null {
  if (hibernation?.hibernated) return null
  if (summary.currentLsn !== null) {
    return cell(`${summary.currentLsn} (Timeline: ${summary.timeline ?? '-'} - WAL File: ${summary.walFile ?? '-'})`)
  }
  const [furthest] = instances
    .filter(({ receivedLsn }) => receivedLsn !== null)
    .sort((a, b) => compareLsn(b.receivedLsn, a.receivedLsn))
  if (!furthest) return cell('- (no instance answered)', 'warn')
  return cell(`- (no primary answers; furthest received: ${furthest.receivedLsn} by ${furthest.name})`, 'warn')
}

function replayLsnCell({ summary, instances }: ClusterStatus): Cell {
  const designated = instances.find(({ isNamedPrimary }) => isNamedPrimary)
  if (!designated?.replayLsn) return cell('-')
  return cell(`${designated.replayLsn} (Timeline: ${summary.timeline ?? '-'})`)
}

function bootstrapCell({ bootstrap }: Summary): Cell | null {
  return (
    bootstrap && cell(bootstrap.origin === null ? bootstrap.method : `${bootstrap.method} from ${bootstrap.origin}`)
  )
}

/** Rows of the second level. */
function detailRows({ summary, operatorVersion, takenAt, synchronous }: ClusterStatus): [string, Cell | null][] {
  const { createdAt } = summary
  return [
    [
      'Synchronous replication:',
      synchronous &&
        cell(
          synchronousText(synchronous),
          synchronous.confirming !== null && synchronous.confirming < synchronous.wanted ? 'bad' : 'plain',
        ),
    ],
    ['Created:', createdAt === null ? null : cell(`${goTime(createdAt)} (${age(createdAt, takenAt) ?? '-'})`)],
    ['Instance manager:', operatorVersion === null ? null : cell(operatorVersion)],
    ['Primary update:', cell(`${summary.primaryUpdateStrategy}, by ${summary.primaryUpdateMethod}`)],
  ]
}

function synchronousText({
  method,
  wanted,
  confirming,
  dataDurability,
}: NonNullable<ClusterStatus['synchronous']>): string {
  const state = confirming === null ? 'unknown how many confirm' : `${confirming} can confirm`
  return `${method} ${wanted}, ${dataDurability} (${state})`
}
