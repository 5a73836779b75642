import type { Wire } from '../postgres/config.ts'

/** One query of the exporter: columns that are labels, and columns that are metrics with their type. */
export interface MetricQuery {
  /** Start of the metrics' names: `cnpg_<prefix>_<column>`. */
  prefix: string
  sql: string
  labels: readonly string[]
  metrics: Readonly<Record<string, 'gauge' | 'counter'>>
  /** Asked on a primary only; by 1.15.1 everywhere when only the `modern` exporter restricts it. */
  primary?: 'always' | 'modern'
  /** Unknown to operator 1.15.1. */
  modern?: boolean
}

const gauge = 'gauge'
const counter = 'counter'

/** The exporter's own default queries, as far as their metrics are of use to a client (recorded states, folder metrics). */
const queries: readonly MetricQuery[] = [
  {
    prefix: 'backends',
    sql: `SELECT coalesce(datname, '') AS datname, coalesce(usename, '') AS usename, coalesce(application_name, '') AS application_name,
                 state, count(*) AS total, coalesce(max(extract(epoch FROM now() - xact_start)), 0) AS max_tx_duration_seconds
            FROM pg_stat_activity WHERE state IS NOT NULL GROUP BY 1, 2, 3, 4`,
    labels: ['application_name', 'datname', 'state', 'usename'],
    metrics: { max_tx_duration_seconds: gauge, total: gauge },
  },
  {
    prefix: 'backends_waiting',
    sql: 'SELECT count(*) AS total FROM pg_locks WHERE NOT granted',
    labels: [],
    metrics: { total: gauge },
  },
  {
    prefix: 'pg_database',
    sql: `SELECT datname, pg_database_size(oid) AS size_bytes, age(datfrozenxid) AS xid_age, mxid_age(datminmxid) AS mxid_age
            FROM pg_database WHERE datallowconn`,
    labels: ['datname'],
    metrics: { mxid_age: gauge, size_bytes: gauge, xid_age: gauge },
  },
  {
    prefix: 'pg_postmaster',
    sql: 'SELECT extract(epoch FROM pg_postmaster_start_time()) AS start_time',
    labels: [],
    metrics: { start_time: gauge },
  },
  {
    prefix: 'pg_replication',
    sql: `SELECT CASE WHEN NOT pg_is_in_recovery() OR pg_last_wal_receive_lsn() = pg_last_wal_replay_lsn() THEN 0
                 ELSE greatest(0, extract(epoch FROM now() - pg_last_xact_replay_timestamp())) END AS lag,
            pg_is_in_recovery()::int AS in_recovery,
            EXISTS (SELECT FROM pg_stat_wal_receiver)::int AS is_wal_receiver_up,
            (SELECT count(*) FROM pg_stat_replication) AS streaming_replicas`,
    labels: [],
    metrics: { in_recovery: gauge, is_wal_receiver_up: gauge, lag: gauge, streaming_replicas: gauge },
  },
  {
    prefix: 'pg_replication_slots',
    sql: `SELECT slot_name, slot_type, coalesce(database, '') AS database, active::int AS active,
                 CASE WHEN pg_is_in_recovery() THEN pg_wal_lsn_diff(pg_last_wal_receive_lsn(), restart_lsn)
                      ELSE pg_wal_lsn_diff(pg_current_wal_lsn(), restart_lsn) END AS pg_wal_lsn_diff
            FROM pg_replication_slots WHERE NOT temporary`,
    labels: ['database', 'slot_name', 'slot_type'],
    metrics: { active: gauge, pg_wal_lsn_diff: gauge },
    modern: true,
  },
  {
    prefix: 'pg_stat_archiver',
    sql: `SELECT archived_count, failed_count,
            coalesce(extract(epoch FROM now() - last_archived_time), -1) AS seconds_since_last_archival,
            coalesce(extract(epoch FROM now() - last_failed_time), -1) AS seconds_since_last_failure,
            coalesce(extract(epoch FROM last_archived_time), -1) AS last_archived_time,
            coalesce(extract(epoch FROM last_failed_time), -1) AS last_failed_time,
            coalesce(('x' || lpad(split_part(substr(last_archived_wal, 9), '.', 1), 16, '0'))::bit(64)::bigint, -1)
              AS last_archived_wal_start_lsn,
            coalesce(('x' || lpad(split_part(substr(last_failed_wal, 9), '.', 1), 16, '0'))::bit(64)::bigint, -1)
              AS last_failed_wal_start_lsn,
            extract(epoch FROM stats_reset) AS stats_reset_time
            FROM pg_stat_archiver`,
    labels: [],
    metrics: {
      archived_count: counter,
      failed_count: counter,
      last_archived_time: gauge,
      last_archived_wal_start_lsn: gauge,
      last_failed_time: gauge,
      last_failed_wal_start_lsn: gauge,
      seconds_since_last_archival: gauge,
      seconds_since_last_failure: gauge,
      stats_reset_time: gauge,
    },
    primary: 'modern',
  },
  {
    prefix: 'pg_stat_database',
    sql: `SELECT coalesce(datname, '') AS datname, blk_read_time, blk_write_time, blks_hit, blks_read, conflicts, deadlocks, temp_bytes,
                 temp_files, tup_deleted, tup_fetched, tup_inserted, tup_returned, tup_updated, xact_commit, xact_rollback
            FROM pg_stat_database`,
    labels: ['datname'],
    metrics: {
      blk_read_time: counter,
      blk_write_time: counter,
      blks_hit: counter,
      blks_read: counter,
      conflicts: counter,
      deadlocks: counter,
      temp_bytes: counter,
      temp_files: counter,
      tup_deleted: counter,
      tup_fetched: counter,
      tup_inserted: counter,
      tup_returned: counter,
      tup_updated: counter,
      xact_commit: counter,
      xact_rollback: counter,
    },
  },
  {
    prefix: 'pg_stat_replication',
    sql: `SELECT usename, coalesce(application_name, '') AS application_name, coalesce(client_addr::text, '') AS client_addr,
            coalesce(client_port::text, '') AS client_port, extract(epoch FROM backend_start) AS backend_start,
            coalesce(age(backend_xmin), 0) AS backend_xmin_age,
            pg_wal_lsn_diff(pg_current_wal_lsn(), sent_lsn) AS sent_diff_bytes,
            pg_wal_lsn_diff(pg_current_wal_lsn(), write_lsn) AS write_diff_bytes,
            pg_wal_lsn_diff(pg_current_wal_lsn(), flush_lsn) AS flush_diff_bytes,
            coalesce(pg_wal_lsn_diff(pg_current_wal_lsn(), replay_lsn), 0) AS replay_diff_bytes,
            coalesce(extract(epoch FROM write_lag), 0) AS write_lag_seconds,
            coalesce(extract(epoch FROM flush_lag), 0) AS flush_lag_seconds,
            coalesce(extract(epoch FROM replay_lag), 0) AS replay_lag_seconds
            FROM pg_stat_replication`,
    labels: ['application_name', 'client_addr', 'client_port', 'usename'],
    metrics: {
      backend_start: counter,
      backend_xmin_age: counter,
      flush_diff_bytes: gauge,
      flush_lag_seconds: gauge,
      replay_diff_bytes: gauge,
      replay_lag_seconds: gauge,
      sent_diff_bytes: gauge,
      write_diff_bytes: gauge,
      write_lag_seconds: gauge,
    },
    primary: 'always',
  },
  {
    prefix: 'pg_settings',
    sql: `SELECT name, CASE setting WHEN 'on' THEN 1 WHEN 'off' THEN 0 ELSE setting::float8 END AS setting
            FROM pg_settings WHERE vartype IN ('integer', 'real', 'bool')`,
    labels: ['name'],
    metrics: { setting: gauge },
  },
]

/** The queries an exporter of this version asks of an instance in this role. */
export function metricQueries(wire: Wire, primary: boolean): MetricQuery[] {
  const old = wire === '1.15.1'
  const fits = (query: MetricQuery) => query.primary === undefined || primary || (old && query.primary === 'modern')
  return queries.filter((query) => fits(query) && !(old && query.modern === true))
}
