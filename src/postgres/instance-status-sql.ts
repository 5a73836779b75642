import type { BaseBackupRow, InstanceStatus, ReplicationRow, SlotRow } from '../api/instance-status.ts'
import { isOwnStandby, type WalSenderRow, walSenderRow } from './wal-senders.ts'

/**
 * What a session may do, which decides the text of the other statements: versions and rights differ in what parses and
 * runs.
 */
export interface Capabilities {
  /** `server_version_num`, e.g. 150018. */
  version: number
  /** May list the archive's waiting files (pg_monitor). */
  archiveStatus: boolean
  /** May read the configuration files (superuser). */
  fileSettings: boolean
}

/** One row, one column: the capabilities as JSON. Every version and role can run it. */
export const CAPABILITIES_SQL = `SELECT json_build_object(
  'version', current_setting('server_version_num')::int,
  'archiveStatus', coalesce((SELECT bool_or(has_function_privilege(oid, 'EXECUTE')) FROM pg_proc
                             WHERE proname = 'pg_ls_archive_statusdir'), false),
  'fileSettings', has_table_privilege('pg_file_settings', 'SELECT')
                  AND has_function_privilege('pg_show_all_file_settings()', 'EXECUTE'))`

/** Settings a standby must not have lower than its primary (A.5.1). */
const SENSITIVE = [
  'max_connections',
  'max_prepared_transactions',
  'max_wal_senders',
  'max_worker_processes',
  'max_locks_per_transaction',
]

/**
 * The statement that computes the fields of `/pg/status` (spec/wire-formats.md A.5, A.7): one row, one JSON value, read
 * by {@link parseInstanceStatus}. For PostgreSQL 11 to 18 and for any role; what a role may not see is null. It depends
 * on the settings of {@link SESSION_SQL}.
 */
export function instanceStatusSql(can: Capabilities): string {
  return `SELECT json_build_object(
  'systemID', (SELECT system_identifier::text FROM pg_control_system()),
  'isPrimary', NOT r.standby,
  'timeLineID', (SELECT timeline_id FROM pg_control_checkpoint()),
  'currentLsn', CASE WHEN NOT r.standby THEN pg_current_wal_lsn()::text END,
  'currentWAL', CASE WHEN NOT r.standby THEN pg_walfile_name(pg_current_wal_lsn()) END,
  'receivedLsn', CASE WHEN r.standby THEN greatest(pg_last_wal_receive_lsn(), pg_last_wal_replay_lsn())::text END,
  'replayLsn', CASE WHEN r.standby THEN pg_last_wal_replay_lsn()::text END,
  'replayPaused', CASE WHEN r.standby THEN pg_is_wal_replay_paused() ELSE false END,
  'isWalReceiverActive', EXISTS (SELECT FROM pg_stat_wal_receiver),
  'pendingRestart', EXISTS (SELECT FROM pg_settings WHERE pending_restart),
  'pendingRestartForDecrease', ${can.fileSettings ? DECREASE : 'NULL'},
  'loadedConfigurationHash', current_setting('cnpg.config_sha256', true),
  'archiver', (SELECT row_to_json(a) FROM pg_stat_archiver a),
  'readyWalFiles', ${can.archiveStatus ? `CASE WHEN NOT r.standby THEN ${READY_FILES} END` : 'NULL'},
  'walSenders', (SELECT json_agg(s ORDER BY sync_state, state, sent_lsn DESC, write_lsn DESC, application_name)
                 FROM pg_stat_replication s),
  'slots', (SELECT json_agg(s ORDER BY slot_name) FROM pg_replication_slots s),
  'baseBackups', ${can.version >= 130000 ? BASE_BACKUPS : 'NULL'})
FROM (SELECT pg_is_in_recovery() AS standby) r`
}

const READY_FILES = `(SELECT count(*) FROM pg_ls_archive_statusdir() WHERE name LIKE '%.ready')`

const DECREASE = `EXISTS (
    SELECT FROM pg_settings s
    WHERE s.pending_restart AND s.name IN (${SENSITIVE.map((name) => `'${name}'`).join(', ')})
      AND coalesce((SELECT f.setting FROM pg_file_settings f WHERE f.name = s.name AND f.setting ~ '^[0-9]+$'
                    ORDER BY f.seqno DESC LIMIT 1), s.boot_val)::bigint < s.setting::bigint)`

const BASE_BACKUPS = `(SELECT json_agg(json_build_object(
      'usename', a.usename, 'application_name', a.application_name, 'backend_start', a.backend_start,
      'phase', b.phase, 'backup_total', b.backup_total, 'backup_streamed', b.backup_streamed,
      'backup_total_pretty', pg_size_pretty(b.backup_total),
      'backup_streamed_pretty', pg_size_pretty(b.backup_streamed),
      'tablespaces_total', b.tablespaces_total, 'tablespaces_streamed', b.tablespaces_streamed)
      ORDER BY a.usename, a.application_name)
    FROM pg_stat_progress_basebackup b JOIN pg_stat_activity a USING (pid)
    WHERE a.application_name LIKE '%-join')`

/** What {@link instanceStatusSql} returns; members are null where they do not apply or must not be seen. */
interface Answer {
  systemID: string | null
  isPrimary: boolean
  timeLineID: number | null
  currentLsn: string | null
  currentWAL: string | null
  receivedLsn: string | null
  replayLsn: string | null
  replayPaused: boolean
  isWalReceiverActive: boolean
  pendingRestart: boolean
  pendingRestartForDecrease: boolean | null
  loadedConfigurationHash: string | null
  archiver: {
    last_archived_wal: string | null
    last_archived_time: string | null
    last_failed_wal: string | null
    last_failed_time: string | null
  } | null
  readyWalFiles: number | null
  walSenders: WalSenderRow[] | null
  slots: Record<string, string | number | boolean | null>[] | null
  baseBackups: (BaseBackupRow & { backend_start: string | null })[] | null
}

/**
 * Builds the body of `/pg/status` from the statement's JSON text. `cluster` is the Cluster's name: only its own
 * standbys count as replicas (A.5.2). Members that the role must not see are absent, never made up. Unlike the manager,
 * a standby's pendingRestart is true for a lowered setting also before its primary runs with it: the control file,
 * which the manager asks, cannot be read by SQL (A.5.1). Throws SyntaxError when the text is no JSON.
 */
export function parseInstanceStatus(json: string, cluster: string): InstanceStatus {
  const answer = JSON.parse(json) as Answer
  return {
    ...given('currentLsn', answer.currentLsn),
    ...given('receivedLsn', answer.receivedLsn),
    ...given('replayLsn', answer.replayLsn),
    ...given('systemID', answer.systemID),
    isPrimary: answer.isPrimary,
    replayPaused: answer.replayPaused,
    pendingRestart: answer.pendingRestart,
    ...given('pendingRestartForDecrease', answer.pendingRestartForDecrease),
    isWalReceiverActive: answer.isWalReceiverActive,
    isPgRewindRunning: false,
    mightBeUnavailable: false,
    ...archiverFields(answer.archiver),
    ...given('loadedConfigurationHash', answer.loadedConfigurationHash),
    ...given('currentWAL', answer.currentWAL),
    ...given('readyWalFiles', answer.readyWalFiles),
    ...given('timeLineID', answer.timeLineID),
    ...(answer.isPrimary
      ? {
          replicationInfo: replicationRows(answer.walSenders ?? [], cluster),
          replicationSlotsInfo: (answer.slots ?? []).map(slotRow),
        }
      : {}),
    ...given('pgStatBasebackupsInfo', answer.baseBackups?.map(baseBackupRow) ?? null),
  }
}

function given<K extends string, V>(key: K, value: V | null | undefined): { [P in K]?: V } {
  return value === null || value === undefined ? {} : ({ [key]: value } as { [P in K]: V })
}

function archiverFields(archiver: Answer['archiver']): InstanceStatus {
  if (archiver === null) return {}
  const archived = archiver.last_archived_time
  const failed = archiver.last_failed_time
  return {
    isArchivingWAL: archived !== null && (failed === null || Date.parse(archived) > Date.parse(failed)),
    ...given('lastArchivedWAL', archiver.last_archived_wal),
    lastArchivedWALTime: zulu(archived),
    ...given('lastFailedWAL', archiver.last_failed_wal),
    lastFailedWALTime: zulu(failed),
  }
}

/** PostgreSQL's JSON time in UTC as the manager writes it: RFC 3339 with `Z`, `-infinity` for never. */
function zulu(time: string | null): string {
  return time === null ? '-infinity' : time.replace(/\+00:00$/, 'Z')
}

function replicationRows(senders: WalSenderRow[], cluster: string): ReplicationRow[] {
  return senders.filter((row) => isOwnStandby(row, cluster)).map(walSenderRow)
}

function slotRow(row: Record<string, string | number | boolean | null>): SlotRow {
  const text = (column: string): string | null => {
    const value = row[column] ?? null
    return value === null ? null : String(value)
  }
  const safeSize = text('safe_wal_size')
  return {
    ...given('slotName', text('slot_name')),
    ...given('plugin', text('plugin')),
    ...given('slotType', text('slot_type')),
    ...given('datoid', text('datoid')),
    ...given('database', text('database')),
    ...given('xmin', text('xmin')),
    ...given('catalogXmin', text('catalog_xmin')),
    ...given('restartLsn', text('restart_lsn')),
    ...given('walStatus', text('wal_status')),
    ...given('safeWalSize', safeSize === null ? null : Number(safeSize)),
    ...(row.active === true ? { active: true } : {}),
  }
}

function baseBackupRow(row: BaseBackupRow & { backend_start: string | null }): BaseBackupRow {
  const seen = Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null)) as BaseBackupRow
  if (seen.phase === undefined) return seen
  // Without --progress the size is not known: 0 says so (A.5.4).
  return { ...seen, backend_start: zulu(row.backend_start), backup_total: seen.backup_total ?? 0 }
}
