import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { PostgresServer } from '../postgres/server.ts'
import { exposition } from './exposition.ts'
import type { Sample } from './exposition.ts'
import { metricQueries } from './metric-queries.ts'
import type { MetricQuery } from './metric-queries.ts'
import type { ManagerState } from './status.ts'

/** What the exporter on port 9187 answers, without HELP lines. With the server down it still answers, `cnpg_collector_up` being 0. */
export async function metrics(server: PostgresServer, manager: ManagerState): Promise<string> {
  const own = await collectorSamples(server, manager)
  try {
    return exposition([...own, ...(await serverSamples(server, manager))])
  } catch {
    return exposition([
      ...own,
      plain('collector_up', 0, { cluster: manager.cluster }),
      plain('collector_last_collection_error', 1),
    ])
  }
}

function plain(name: string, value: number, labels: Readonly<Record<string, string>> = {}): Sample {
  return { name: `cnpg_${name}`, type: 'gauge', labels, value }
}

async function serverSamples(server: PostgresServer, manager: ManagerState): Promise<Sample[]> {
  const [facts] = await server.query<Record<string, string | boolean>>(
    `SELECT NOT pg_is_in_recovery() AS "primary", split_part(current_setting('server_version'), ' ', 1) AS version,
            (SELECT setting::int / (SELECT setting::int / 1048576 FROM pg_settings WHERE name = 'wal_segment_size')
               FROM pg_settings WHERE name = 'wal_keep_size') AS keep,
            (SELECT setting::int / 16 FROM pg_settings WHERE name = 'max_wal_size') AS max,
            (SELECT setting::int / 16 FROM pg_settings WHERE name = 'min_wal_size') AS min,
            (SELECT count(*) FROM pg_stat_replication WHERE sync_state IN ('sync', 'quorum')) AS observed,
            to_json(stats_reset AT TIME ZONE 'UTC') #>> '{}' AS stats_reset, wal_records, wal_fpi, wal_bytes, wal_buffers_full FROM pg_stat_wal`,
  )
  const primary = facts?.['primary'] === true
  const version = String(facts?.['version'] ?? '')
  const number = (key: string) => Number(facts?.[key] ?? Number.NaN)
  const reset = { stats_reset: `${String(facts?.['stats_reset'])}Z` }
  const samples = [
    plain('collector_up', 1, { cluster: manager.cluster }),
    plain('collector_last_collection_error', 0),
    plain('last_error', 0),
    plain('collector_postgres_version', Number(version), { cluster: manager.cluster, full: version }),
    ...['keep', 'max', 'min'].map((value) => plain('collector_pg_wal', number(value), { value })),
    ...['wal_records', 'wal_fpi', 'wal_bytes', 'wal_buffers_full'].map((name) =>
      plain(`collector_${name}`, number(name), reset),
    ),
    ...['expected', 'max', 'min'].map((value) => plain('collector_sync_replicas', 0, { value })),
    ...(primary ? [plain('collector_sync_replicas', number('observed'), { value: 'observed' })] : []),
  ]
  for (const query of metricQueries(manager.wire, primary))
    samples.push(...(await querySamples(server, manager, query)))
  return samples
}

async function querySamples(server: PostgresServer, manager: ManagerState, query: MetricQuery): Promise<Sample[]> {
  const rows = await server.query(query.sql)
  // 1.15.1 does not tell the port of a standby.
  const labels = query.labels.filter((label) => label !== 'client_port' || manager.wire !== '1.15.1')
  return rows.flatMap((row) => {
    const named = Object.fromEntries(labels.map((label) => [label, String(row[label] ?? '')]))
    return Object.entries(query.metrics).map(([column, type]): Sample => {
      return { name: `cnpg_${query.prefix}_${column}`, type, labels: named, value: Number(row[column] ?? 0) }
    })
  })
}

/** What the collector knows without SQL: files on disk and its own state. */
async function collectorSamples(server: PostgresServer, manager: ManagerState): Promise<Sample[]> {
  const wal = join(server.layout.data, 'pg_wal')
  const segments = (await readdir(wal).catch(() => [])).filter((name) => /^[0-9A-F]{24}$/.test(name)).length
  const status = await readdir(join(wal, 'archive_status')).catch(() => [])
  const segmentBytes = 16 * 1024 * 1024
  const modern = [
    plain('collector_fencing_on', manager.fenced ? 1 : 0),
    plain('collector_last_available_backup_timestamp', 0),
    plain('collector_last_failed_backup_timestamp', 0),
    plain('collector_nodes_used', 1),
    plain('last_update_timestamp', Math.floor(Date.now() / 1000)),
  ]
  return [
    plain('collector_pg_wal', segments, { value: 'count' }),
    plain('collector_pg_wal', segments * segmentBytes, { value: 'size' }),
    ...['slots_max', 'volume_max', 'volume_size'].map((value) => plain('collector_pg_wal', Number.NaN, { value })),
    plain('collector_pg_wal_archive_status', status.filter((name) => name.endsWith('.done')).length, { value: 'done' }),
    plain('collector_pg_wal_archive_status', status.filter((name) => name.endsWith('.ready')).length, {
      value: 'ready',
    }),
    plain('collector_first_recoverability_point', 0),
    plain('collector_manual_switchover_required', 0),
    plain('collector_replica_mode', 0),
    { name: 'cnpg_collector_collections_total', type: 'counter', labels: {}, value: 1 },
    ...(manager.wire === '1.15.1' ? [] : modern),
  ]
}
