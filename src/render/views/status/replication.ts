import type { ClusterStatus, StandbyRow } from '../../../model/cluster-status.ts'
import { prettyLag, prettySize } from '../../../model/size.ts'
import { cell, note, section, table, type Block, type Cell, type Column, type Section } from '../../document.ts'
import type { StatusViewOptions } from './options.ts'

/** The primary's standbys. A replica cluster without standbys of its own has no such section. */
export function replicationSection(status: ClusterStatus, options: StatusViewOptions): Section | null {
  const { replication } = status
  if (replication.state === 'replica-cluster') return null
  return section(
    cell('Streaming Replication status', 'title'),
    ...(replication.state === 'rows' ? rows(status, options) : [note(emptyText(status), 'warn')]),
    ...disconnected(status),
    ...foreign(status),
  )
}

function rows({ replication }: ClusterStatus, { verbosity, wide }: StatusViewOptions): Block[] {
  const { slotsEnabled, standbys } = replication
  const detailed = verbosity > 0 || wide
  const columns = [
    ...LSN_COLUMNS,
    {
      title: 'Lag Bytes',
      cell: ({ replayLagBytes }: StandbyRow) => cell(replayLagBytes === null ? null : prettyLag(replayLagBytes)),
    },
    ...STATE_COLUMNS,
    ...(slotsEnabled ? [SLOT_COLUMN] : []),
    ...(slotsEnabled && detailed ? SLOT_DETAILS : []),
  ]
  const slotsNote = slotsEnabled
    ? note('Replication Slots Enabled', 'note')
    : detailed && note('Replication Slots Disabled')
  return [...(slotsNote ? [slotsNote] : []), table(columns, standbys)]
}

/** Why there is no table. */
function emptyText({ replication, summary, instances }: ClusterStatus): string {
  if (replication.state === 'single') return 'Not configured'
  if (replication.state === 'none')
    return `Not available yet: no standby is connected to ${summary.answeringPrimary ?? 'the primary'}`
  if (summary.transition !== 'none' || summary.primary === null)
    return 'Not available: there is no primary at the moment'
  if (summary.fencing.primaryFenced) return `Not available: the primary ${summary.primary} is fenced`
  const primary = instances.find(({ isNamedPrimary }) => isNamedPrimary)
  return `Not available: no answer from the primary ${summary.primary} (${primary?.statusText ?? 'unknown'})`
}

/** Slots that wait for a standby which is not connected: a row of such a standby is not in the primary's table. */
function disconnected({ slots, replication }: ClusterStatus): Block[] {
  const waiting = (slots ?? []).filter(
    ({ managed, active, instance }) =>
      managed && !active && instance !== null && !replication.standbys.some(({ name }) => name === instance),
  )
  return waiting.map(({ instance, name, heldBytes, walStatus }) => {
    const held = heldBytes === null ? `WAL status ${walStatus ?? 'unknown'}` : `holding ${prettySize(heldBytes)} of WAL`
    return note(`${instance} is not connected; its slot ${name} is inactive, ${held}`, 'warn')
  })
}

/** Standbys of other clusters, which the manager leaves out. */
function foreign({ replication }: ClusterStatus): Block[] {
  return replication.foreign.map(({ name, address, state, sentLsn, replayLsn, replayLagBytes }) => {
    const facts = [
      state ?? '',
      sentLsn === null ? '' : `sent ${sentLsn}`,
      replayLsn === null ? '' : `replayed ${replayLsn}`,
      replayLagBytes === null ? '' : `${prettyLag(replayLagBytes)} behind`,
    ].filter(Boolean)
    const from = address === null ? '' : ` at ${address}`
    return note(`Also streams from here, outside this cluster: ${name}${from} (${facts.join(', ') || 'no details'})`)
  })
}

export const LSN_COLUMNS: readonly Column<StandbyRow>[] = [
  { title: 'Name', cell: ({ name }) => cell(name) },
  { title: 'Sent LSN', cell: ({ sentLsn }) => cell(sentLsn) },
  { title: 'Write LSN', cell: ({ writeLsn }) => cell(writeLsn) },
  { title: 'Flush LSN', cell: ({ flushLsn }) => cell(flushLsn) },
  { title: 'Replay LSN', cell: ({ replayLsn }) => cell(replayLsn) },
  { title: 'Write Lag', cell: ({ writeLag }) => cell(writeLag) },
  { title: 'Flush Lag', cell: ({ flushLag }) => cell(flushLag) },
  { title: 'Replay Lag', cell: ({ replayLag }) => cell(replayLag) },
]

export const STATE_COLUMNS: readonly Column<StandbyRow>[] = [
  { title: 'State', cell: ({ state }) => cell(state) },
  { title: 'Sync State', cell: ({ syncState }) => cell(syncState) },
  { title: 'Sync Priority', cell: ({ syncPriority }) => cell(syncPriority) },
]

const SLOT_COLUMN: Column<StandbyRow> = { title: 'Replication Slot', cell: slotCell }

function slotCell({ slot }: StandbyRow): Cell {
  if (!slot) return cell('-')
  return slot.active ? cell('active') : cell('inactive', 'warn')
}

const SLOT_DETAILS: readonly Column<StandbyRow>[] = [
  { title: 'Slot Restart LSN', cell: ({ slot }) => cell(slot?.restartLsn) },
  { title: 'Slot WAL Status', cell: ({ slot }) => walStatusCell(slot?.walStatus ?? null) },
  { title: 'Slot Safe WAL Size', cell: ({ slot }) => cell(slot ? safeSize(slot.safeWalBytes) : null) },
]

/** No limit is what PostgreSQL's NULL means here. */
export function safeSize(bytes: number | null): string {
  return bytes === null ? 'NULL' : prettySize(bytes)
}

export function walStatusCell(walStatus: string | null): Cell {
  const tone = walStatus === 'lost' ? 'bad' : walStatus === 'unreserved' ? 'warn' : 'plain'
  return cell(walStatus, tone)
}
