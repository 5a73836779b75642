import type { ReplicationRow } from '../api/instance-status.ts'

/**
 * A row of pg_stat_replication as JSON; most columns are null for roles without pg_monitor (spec/wire-formats.md A.7).
 */
export interface WalSenderRow {
  pid: number
  usename: string | null
  application_name: string | null
  client_addr: string | null
  state: string | null
  sent_lsn: string | null
  write_lsn: string | null
  flush_lsn: string | null
  replay_lsn: string | null
  write_lag: string | null
  flush_lag: string | null
  replay_lag: string | null
  sync_priority: number | null
  sync_state: string | null
}

/** True for a standby of the cluster itself: the rows that `/pg/status` has (A.5.2), the name matched whole. */
export function isOwnStandby(row: WalSenderRow, cluster: string): boolean {
  return row.usename === 'streaming_replica' && isInstanceName(row.application_name ?? '', cluster)
}

/** True for `CLUSTER-N`. */
export function isInstanceName(name: string, cluster: string): boolean {
  return name.startsWith(`${cluster}-`) && /^[0-9]+$/.test(name.slice(cluster.length + 1))
}

/** A row as the instance manager writes it; a lag that is null means none, unless the row must not be seen. */
export function walSenderRow(row: WalSenderRow): ReplicationRow {
  const name = { applicationName: row.application_name ?? '' }
  if (row.state === null) return name
  return {
    ...name,
    state: row.state,
    ...(row.sent_lsn === null ? {} : { receivedLsn: row.sent_lsn }),
    ...(row.write_lsn === null ? {} : { writeLsn: row.write_lsn }),
    ...(row.flush_lsn === null ? {} : { flushLsn: row.flush_lsn }),
    ...(row.replay_lsn === null ? {} : { replayLsn: row.replay_lsn }),
    writeLag: row.write_lag ?? '00:00:00',
    flushLag: row.flush_lag ?? '00:00:00',
    replayLag: row.replay_lag ?? '00:00:00',
    ...(row.sync_state === null ? {} : { syncState: row.sync_state }),
    ...(row.sync_priority === null ? {} : { syncPriority: String(row.sync_priority) }),
  }
}
