import type { ReplicationRow } from '../api/instance-status.ts'
import { byName } from '../api/by-name.ts'
import type { Replication, Slot, StandbyRow } from './cluster-status.ts'
import type { ModelContext } from './context.ts'
import { compareLsn, lsnLag } from './lsn.ts'
import { slotName, slotPrefix } from './slots.ts'
import { intervalSeconds } from './time.ts'

/** The primary's replication table. Lags are differences within its one record, since answers are not simultaneous. */
export function replication(context: ModelContext, slots: readonly Slot[] | null): Replication {
  const prefix = slotPrefix(context.cluster)
  const { primary } = context
  const rows = primary?.status.replicationInfo ?? []
  const head = furthest([primary?.status.currentLsn, ...rows.map((row) => row.receivedLsn)])
  const standbys = rows.map((row) => standbyRow(row, head, prefix, slots)).sort(inOrder)
  return {
    state: stateOf(context, standbys.length),
    slotsEnabled: prefix !== null,
    slotPrefix: prefix,
    standbys,
    foreign: foreignStandbys(context),
    sourceStreaming: sourceStreaming(context),
  }
}

function stateOf(context: ModelContext, rows: number): Replication['state'] {
  if (rows > 0) return 'rows'
  if (context.isReplicaCluster) return 'replica-cluster'
  if ((context.cluster.spec.instances ?? 1) === 1) return 'single'
  return context.primary ? 'none' : 'unknown'
}

/** The manager reads the write position before the rows: on a busy primary what it sent is further. */
function furthest(lsns: readonly (string | undefined)[]): string | undefined {
  return [...lsns].sort(compareLsn).at(-1)
}

function standbyRow(
  row: ReplicationRow,
  head: string | undefined,
  prefix: string | null,
  slots: readonly Slot[] | null,
): StandbyRow {
  const name = row.applicationName ?? ''
  const expected = prefix === null ? undefined : slotName(prefix, name)
  return {
    name,
    state: row.state || null,
    sentLsn: row.receivedLsn || null,
    writeLsn: row.writeLsn || null,
    flushLsn: row.flushLsn || null,
    replayLsn: row.replayLsn || null,
    writeLag: row.writeLag || null,
    flushLag: row.flushLag || null,
    replayLag: row.replayLag || null,
    writeLagSeconds: intervalSeconds(row.writeLag) ?? null,
    flushLagSeconds: intervalSeconds(row.flushLag) ?? null,
    replayLagSeconds: intervalSeconds(row.replayLag) ?? null,
    sendLagBytes: lsnLag(head, row.receivedLsn),
    flushLagBytes: lsnLag(head, row.flushLsn),
    replayLagBytes: lsnLag(head, row.replayLsn),
    syncState: row.syncState || null,
    syncPriority: row.syncPriority || null,
    slot: slots?.find((slot) => slot.name === expected) ?? null,
  }
}

/** Does the designated primary receive from its source? Not asked of a source that is an archive only: files come from there. */
function sourceStreaming({ cluster, isReplicaCluster, primary }: ModelContext): boolean | null {
  const source = cluster.spec.externalClusters?.find(({ name }) => name === cluster.spec.replica?.source)
  if (!isReplicaCluster || (source && !source.connectionParameters)) return null
  return primary?.status.isWalReceiverActive ?? null
}

/** Standbys of other clusters, which the manager leaves out: by SQL where it was asked, else by the primary's metrics. */
function foreignStandbys(context: ModelContext): Replication['foreign'] {
  const reading = context.primary && context.readings.get(context.primary.name)
  if (reading?.details?.ok && reading.details.value.foreignStandbys) {
    return reading.details.value.foreignStandbys.map((row) => ({
      name: row.applicationName,
      state: row.state || null,
      address: row.clientAddress ?? null,
      sentLsn: row.sentLsn ?? null,
      replayLsn: row.replayLsn ?? null,
      replayLagBytes: lsnLag(reading.status.ok ? reading.status.value.currentLsn : undefined, row.replayLsn),
    }))
  }
  const senders = (reading?.metrics.ok && reading.metrics.value.walSenders) || []
  return (
    senders
      // Other users receive decoded changes, WAL files or a base backup: the metrics do not tell which.
      .filter(({ applicationName, user }) => user === 'streaming_replica' && !isOwn(context, applicationName))
      .map((sender) => ({
        name: sender.applicationName,
        state: null,
        address: sender.clientAddress ?? null,
        sentLsn: null,
        replayLsn: null,
        replayLagBytes: sender.replayLagBytes,
      }))
  )
}

/** An instance of this cluster, or the job that makes one. */
function isOwn({ cluster }: ModelContext, name: string): boolean {
  const start = `${cluster.metadata.name}-`
  return name.startsWith(start) && /^\d+(-join|-snapshot-recovery)?$/.test(name.slice(start.length))
}

/** Order of the official's rows (spec/commands-core.md 3.4, block 9). */
function inOrder(a: StandbyRow, b: StandbyRow): number {
  return (
    byText(a.syncState, b.syncState) ||
    byText(a.state, b.state) ||
    compareLsn(b.sentLsn, a.sentLsn) ||
    compareLsn(b.writeLsn, a.writeLsn) ||
    byName(a.name, b.name)
  )
}

function byText(a: string | null, b: string | null): number {
  const [left, right] = [a ?? '', b ?? '']
  return left < right ? -1 : left > right ? 1 : 0
}
