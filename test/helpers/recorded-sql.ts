import type { InstanceStatus } from '../../src/api/instance-status.ts'
import type { Cluster } from '../../src/api/cluster.ts'
import type { InstanceDetails } from '../../src/api/snapshot.ts'

type Row = Record<string, string | number | boolean | null>

/** Answers to the recorded statements, by name. */
export type SqlAnswers = Record<string, Row[] | undefined>

/** The status that SQL alone gives of an instance (spec/wire-formats.md A.7); undefined when it did not answer. */
export function statusFromSql(sql: SqlAnswers): InstanceStatus | undefined {
  const [recovery] = sql['recovery'] ?? []
  const [archiver] = sql['pg_stat_archiver'] ?? []
  if (!recovery) return undefined
  const standby = recovery['pg_is_in_recovery'] === true
  return clean({
    isPrimary: !standby,
    systemID: text(sql['pg_control_system']?.[0]?.['system_identifier']),
    timeLineID: Number(sql['pg_control_checkpoint']?.[0]?.['timeline_id']),
    currentLsn: text(recovery['pg_current_wal_lsn']),
    currentWAL: text(recovery['pg_walfile_name']),
    receivedLsn: text(recovery['pg_last_wal_receive_lsn']),
    replayLsn: text(recovery['pg_last_wal_replay_lsn']),
    replayPaused: recovery['pg_is_wal_replay_paused'] === true,
    isWalReceiverActive: (sql['pg_stat_wal_receiver']?.length ?? 0) > 0,
    pendingRestart: (sql['settings'] ?? []).some((row) => row['pending_restart'] === true),
    isArchivingWAL: (text(archiver?.['last_archived_time']) ?? '') > (text(archiver?.['last_failed_time']) ?? ''),
    lastArchivedWAL: text(archiver?.['last_archived_wal']),
    lastArchivedWALTime: text(archiver?.['last_archived_time']),
    lastFailedWAL: text(archiver?.['last_failed_wal']),
    lastFailedWALTime: text(archiver?.['last_failed_time']),
    replicationInfo: standby ? undefined : (sql['pg_stat_replication'] ?? []).map(replicationRow),
    replicationSlotsInfo: standby ? undefined : (sql['pg_replication_slots'] ?? []).map(slotRow),
  })
}

/** What the third wave would have told. */
export function detailsFromSql(sql: SqlAnswers, cluster: Cluster): InstanceDetails {
  const parameters = cluster.spec.postgresql?.parameters ?? {}
  const own = new RegExp(`^${cluster.metadata.name}-\\d+(-join)?$`)
  return clean({
    pendingRestartSettings: (sql['settings'] ?? [])
      .filter((row) => row['pending_restart'] === true)
      .map((row) => ({
        name: String(row['name']),
        current: String(row['setting']),
        ...(parameters[String(row['name'])] === undefined ? {} : { pending: parameters[String(row['name'])]! }),
      })),
    configurationErrors: (sql['pg_file_settings_errors'] ?? [])
      .filter((row) => !sql['settings']?.some((set) => set['name'] === row['name'] && set['pending_restart'] === true))
      .map((row) => ({ file: String(row['sourcefile']), name: String(row['name']), error: String(row['error']) })),
    postmasterStartedAt: text(sql['recovery']?.[0]?.['pg_postmaster_start_time']),
    foreignStandbys: (sql['pg_stat_replication'] ?? [])
      .filter((row) => !own.test(String(row['application_name'])))
      .map((row) => ({
        applicationName: String(row['application_name']),
        state: String(row['state']),
        ...(row['client_addr'] ? { clientAddress: String(row['client_addr']) } : {}),
        ...(row['sent_lsn'] ? { sentLsn: String(row['sent_lsn']) } : {}),
        ...(row['replay_lsn'] ? { replayLsn: String(row['replay_lsn']) } : {}),
      })),
  })
}

function replicationRow(row: Row) {
  return clean({
    applicationName: text(row['application_name']),
    state: text(row['state']),
    receivedLsn: text(row['sent_lsn']),
    writeLsn: text(row['write_lsn']),
    flushLsn: text(row['flush_lsn']),
    replayLsn: text(row['replay_lsn']),
    writeLag: text(row['write_lag']) ?? '00:00:00',
    flushLag: text(row['flush_lag']) ?? '00:00:00',
    replayLag: text(row['replay_lag']) ?? '00:00:00',
    syncState: text(row['sync_state']),
    syncPriority: text(row['sync_priority']),
  })
}

function slotRow(row: Row) {
  return clean({
    slotName: text(row['slot_name']),
    slotType: text(row['slot_type']),
    plugin: text(row['plugin']),
    database: text(row['database']),
    restartLsn: text(row['restart_lsn']),
    walStatus: text(row['wal_status']),
    active: row['active'] === true,
  })
}

function text(value: string | number | boolean | null | undefined): string | undefined {
  return value === null || value === undefined ? undefined : String(value)
}

/** Without the members that are undefined. */
function clean<T extends object>(value: T) {
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined)) as {
    [K in keyof T]: Exclude<T[K], undefined>
  }
}
