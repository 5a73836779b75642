import type { InstanceDetails } from '../api/snapshot.ts'
import type { Capabilities } from './instance-status-sql.ts'
import { isInstanceName, isOwnStandby, type WalSenderRow } from './wal-senders.ts'

/**
 * The statement behind the details that only SQL can tell: one row, one JSON value, read by {@link parseDetails}. For
 * PostgreSQL 11 to 18 and any role; pending values and errors of the configuration files need a superuser.
 */
export function detailsSql(can: Capabilities): string {
  return `SELECT json_build_object(
  'serverVersion', current_setting('server_version'),
  'postmasterStartedAt', pg_postmaster_start_time(),
  'postmasterAgeSeconds', extract(epoch FROM clock_timestamp() - pg_postmaster_start_time())::float8,
  'pendingRestart', (SELECT json_agg(json_build_object(
      'name', s.name, 'current', current_setting(s.name), 'pending', ${can.fileSettings ? PENDING_VALUE : 'NULL'})
      ORDER BY s.name) FROM pg_settings s WHERE s.pending_restart),
  'errors', ${can.fileSettings ? CONFIGURATION_ERRORS : 'NULL'},
  'walSenders', (SELECT json_agg(s ORDER BY application_name, pid) FROM pg_stat_replication s
                 WHERE NOT EXISTS (SELECT FROM pg_replication_slots t
                                   WHERE t.active_pid = s.pid AND t.slot_type = 'logical')))`
}

/** The last line of the files wins; a setting that was removed from them falls back to its default. */
const PENDING_VALUE = `coalesce((SELECT f.setting FROM pg_file_settings f WHERE f.name = s.name
                                 ORDER BY f.seqno DESC LIMIT 1), s.boot_val)`

/** A setting that waits for a restart is marked with an error of its own there, which is none. */
const CONFIGURATION_ERRORS = `(SELECT json_agg(json_build_object(
      'file', sourcefile, 'line', sourceline, 'name', name, 'error', error) ORDER BY seqno)
    FROM pg_file_settings f WHERE error IS NOT NULL
      AND NOT EXISTS (SELECT FROM pg_settings s WHERE s.name = f.name AND s.pending_restart))`

interface Answer {
  serverVersion: string
  postmasterStartedAt: string
  postmasterAgeSeconds?: number
  pendingRestart: { name: string; current: string; pending: string | null }[] | null
  errors: { file: string; line: number | null; name: string | null; error: string }[] | null
  walSenders: WalSenderRow[] | null
}

/**
 * Builds the details from the statement's JSON text; `can` are the capabilities it was made for, `cluster` the
 * Cluster's name. What the role must not see is absent. Standbys of the cluster itself, its joining instances and
 * logical subscribers are left out of `foreignStandbys`. Throws SyntaxError when the text is no JSON.
 */
export function parseDetails(json: string, cluster: string, can: Capabilities): InstanceDetails {
  const answer = JSON.parse(json) as Answer
  return {
    pendingRestartSettings: (answer.pendingRestart ?? []).map(({ name, current, pending }) => ({
      name,
      current,
      ...(pending === null ? {} : { pending }),
    })),
    ...(can.fileSettings ? { configurationErrors: (answer.errors ?? []).map(configurationError) } : {}),
    serverVersion: answer.serverVersion,
    postmasterStartedAt: answer.postmasterStartedAt.replace(/\+00:00$/, 'Z'),
    ...(answer.postmasterAgeSeconds === undefined ? {} : { postmasterAgeSeconds: answer.postmasterAgeSeconds }),
    foreignStandbys: (answer.walSenders ?? []).filter((row) => isForeign(row, cluster)).map(foreignStandby),
  }
}

function configurationError(row: NonNullable<Answer['errors']>[number]): {
  file: string
  line?: number
  name?: string
  error: string
} {
  return {
    file: row.file,
    ...(row.line === null ? {} : { line: row.line }),
    ...(row.name === null ? {} : { name: row.name }),
    error: row.error,
  }
}

function isForeign(row: WalSenderRow, cluster: string): boolean {
  const name = row.application_name ?? ''
  const joining = name.endsWith('-join') && isInstanceName(name.slice(0, -'-join'.length), cluster)
  return !isOwnStandby(row, cluster) && !joining
}

function foreignStandby(row: WalSenderRow): NonNullable<InstanceDetails['foreignStandbys']>[number] {
  return {
    applicationName: row.application_name ?? '',
    state: row.state ?? '',
    ...(row.client_addr === null ? {} : { clientAddress: row.client_addr }),
    ...(row.sent_lsn === null ? {} : { sentLsn: row.sent_lsn }),
    ...(row.replay_lsn === null ? {} : { replayLsn: row.replay_lsn }),
  }
}
