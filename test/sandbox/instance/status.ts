import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { PostgresServer } from '../postgres/server.ts'
import { exists } from '../postgres/files.ts'
import type { Wire } from '../postgres/config.ts'
import { controlSettings } from './control-data.ts'
import { executableHash } from './identity.ts'

/** What the instance manager knows besides what its server says. */
export interface ManagerState {
  pod: string
  cluster: string
  wire: Wire
  fenced: boolean
  /** Down by order: fenced, or being restarted in place. */
  held: boolean
  sessionId: string
}

type Json = Record<string, unknown>

/**
 * Body of `/pg/status`, field by field as managers 1.30.0 and 1.15.1 send it (spec/wire-formats.md A.5 and A.5.8): key order included,
 * empty fields left out. Throws the manager's error text when the server does not answer and nothing excuses that.
 */
export async function instanceStatus(server: PostgresServer, manager: ManagerState): Promise<string> {
  if (manager.held && !server.running) return JSON.stringify(await fencedStatus(server, manager))
  const facts = await readFacts(server, manager).catch((error: unknown) => {
    if (manager.held) return undefined
    throw new Error(connectionError(server, error))
  })
  if (facts === undefined) return JSON.stringify(await fencedStatus(server, manager))
  return JSON.stringify(manager.wire === '1.15.1' ? oldForm(facts, manager) : newForm(facts, manager))
}

interface Facts {
  systemId: string
  primary: boolean
  timeline: number
  currentLsn: string | null
  currentWal: string | null
  receivedLsn: string | null
  replayLsn: string | null
  paused: boolean
  receiver: boolean
  pending: boolean
  /** Sensitive settings that wait to be lowered, with their new values. */
  decreases: Record<string, number>
  /** Whether the control file has those values already. */
  decreasesArrived: boolean
  hash: string | null
  size: string
  archiving: boolean
  archivedWal: string | null
  archivedAt: string
  failedWal: string | null
  failedAt: string
  replication: Json[]
  slots: Json[]
  backups: Json[]
  ready: number
}

const factsQuery = `
WITH role AS MATERIALIZED (SELECT pg_is_in_recovery() AS standby)
SELECT
  (SELECT system_identifier::text FROM pg_control_system()) AS "systemId",
  NOT standby AS "primary",
  (SELECT timeline_id FROM pg_control_checkpoint()) AS timeline,
  CASE WHEN NOT standby THEN pg_current_wal_lsn()::text END AS "currentLsn",
  CASE WHEN NOT standby THEN pg_walfile_name(pg_current_wal_lsn()) END AS "currentWal",
  CASE WHEN standby THEN greatest(pg_last_wal_receive_lsn(), pg_last_wal_replay_lsn())::text END AS "receivedLsn",
  CASE WHEN standby THEN pg_last_wal_replay_lsn()::text END AS "replayLsn",
  CASE WHEN standby THEN pg_is_wal_replay_paused() ELSE false END AS paused,
  EXISTS (SELECT FROM pg_stat_wal_receiver) AS receiver,
  EXISTS (SELECT FROM pg_settings WHERE pending_restart) AS pending,
  (SELECT coalesce(json_object_agg(s.name, f.setting::int), '{}')
     FROM pg_settings s JOIN pg_file_settings f ON f.name = s.name
    WHERE s.pending_restart AND f.setting ~ '^[0-9]+$' AND f.setting::bigint < s.setting::bigint
      AND s.name IN ('max_connections', 'max_prepared_transactions', 'max_wal_senders', 'max_worker_processes',
                     'max_locks_per_transaction')) AS decreases,
  current_setting('cnpg.config_sha256', true) AS hash,
  (SELECT pg_size_pretty(sum(pg_database_size(oid))) FROM pg_database) AS size,
  coalesce(last_archived_time, '-infinity') > coalesce(last_failed_time, '-infinity') AS archiving,
  last_archived_wal AS "archivedWal", coalesce(to_json(last_archived_time) #>> '{}', '-infinity') AS "archivedAt",
  last_failed_wal AS "failedWal", coalesce(to_json(last_failed_time) #>> '{}', '-infinity') AS "failedAt",
  (SELECT coalesce(json_agg(json_build_object(
     'applicationName', application_name, 'state', state,
     'receivedLsn', sent_lsn, 'writeLsn', write_lsn, 'flushLsn', flush_lsn, 'replayLsn', replay_lsn,
     'writeLag', coalesce(write_lag, '0'::interval)::text, 'flushLag', coalesce(flush_lag, '0'::interval)::text,
     'replayLag', coalesce(replay_lag, '0'::interval)::text,
     'syncState', sync_state, 'syncPriority', sync_priority::text)
     ORDER BY sync_state, state, sent_lsn DESC, write_lsn DESC, application_name), '[]')
     FROM pg_stat_replication WHERE usename = 'streaming_replica' AND application_name ~ $1) AS replication,
  (SELECT coalesce(json_agg(json_build_object(
     'slotName', slot_name, 'plugin', plugin, 'slotType', slot_type, 'datoid', datoid::text, 'database', database,
     'xmin', xmin::text, 'catalogXmin', catalog_xmin::text, 'restartLsn', restart_lsn, 'walStatus', wal_status,
     'safeWalSize', safe_wal_size, 'active', active)), '[]') FROM pg_replication_slots) AS slots,
  (SELECT coalesce(json_agg(json_build_object(
     'usename', a.usename, 'application_name', a.application_name, 'backend_start', a.backend_start, 'phase', phase,
     'backup_total', coalesce(backup_total, 0), 'backup_streamed', coalesce(backup_streamed, 0),
     'backup_total_pretty', pg_size_pretty(coalesce(backup_total, 0)),
     'backup_streamed_pretty', pg_size_pretty(coalesce(backup_streamed, 0)),
     'tablespaces_total', coalesce(tablespaces_total, 0), 'tablespaces_streamed', coalesce(tablespaces_streamed, 0))
     ORDER BY a.usename, a.application_name), '[]')
     FROM pg_stat_progress_basebackup b JOIN pg_stat_activity a USING (pid) WHERE a.application_name ~ '-join$') AS backups
FROM role, pg_stat_archiver`

async function readFacts(server: PostgresServer, manager: ManagerState): Promise<Facts> {
  const pattern = manager.wire === '1.15.1' ? `^${manager.cluster}-` : `${manager.cluster}-[0-9]+$`
  const [row] = await server.query<Omit<Facts, 'ready' | 'decreasesArrived'>>(factsQuery, [pattern])
  if (row === undefined) throw new Error('no row')
  const arrived = await controlSettings(server.layout.data)
  const decreasesArrived = Object.entries(row.decreases).every(([name, value]) => arrived[name] === value)
  const files = await readdir(join(server.layout.data, 'pg_wal', 'archive_status'))
  return { ...row, decreasesArrived, ready: files.filter((name) => name.endsWith('.ready')).length }
}

function newForm(facts: Facts, manager: ManagerState): Json {
  const primary = <T>(value: T) => (facts.primary ? value : undefined)
  return withoutEmpty({
    currentLsn: facts.currentLsn,
    receivedLsn: facts.receivedLsn,
    replayLsn: facts.replayLsn,
    ...roleFields(facts),
    pendingRestartForDecrease: Object.keys(facts.decreases).length > 0,
    isWalReceiverActive: facts.receiver,
    isPgRewindRunning: false,
    mightBeUnavailable: false,
    isArchivingWAL: facts.archiving || undefined,
    node: '',
    pod: { metadata: { name: manager.pod }, spec: { containers: null }, status: {} },
    loadedConfigurationHash: facts.hash,
    lastArchivedWAL: facts.archivedWal,
    lastArchivedWALTime: universal(facts.archivedAt),
    lastFailedWAL: facts.failedWal,
    lastFailedWALTime: universal(facts.failedAt),
    currentWAL: facts.currentWal,
    readyWalFiles: primary(facts.ready || undefined),
    timeLineID: facts.timeline,
    replicationInfo: primary(filled(facts.replication)),
    replicationSlotsInfo: primary(filled(facts.slots.map(slotFields))),
    pgStatBasebackupsInfo: filled(facts.backups),
    executableHash: executableHash(manager.wire),
    instanceManagerVersion: manager.wire,
    instanceArch: 'amd64',
    isInstanceManagerUpgrading: false,
    sessionID: manager.sessionId,
    isPodReady: false,
  })
}

/** 1.15.1: archiver and timeline on the primary only, a size, no slots; `readyWalFiles` of every instance. */
function oldForm(facts: Facts, manager: ManagerState): Json {
  const primary = <T>(value: T) => (facts.primary ? value : undefined)
  return withoutEmpty({
    currentLsn: facts.currentLsn,
    receivedLsn: facts.receivedLsn,
    replayLsn: facts.replayLsn,
    ...roleFields(facts),
    pendingRestartForDecrease: Object.keys(facts.decreases).length > 0,
    isWalReceiverActive: facts.receiver,
    node: '',
    pod: { metadata: { name: manager.pod, creationTimestamp: null }, spec: { containers: null }, status: {} },
    isPgRewindRunning: false,
    totalInstanceSize: facts.size,
    mightBeUnavailable: false,
    lastArchivedWAL: primary(facts.archivedWal),
    lastArchivedWALTime: primary(facts.archivedAt),
    lastFailedWAL: primary(facts.failedWal),
    lastFailedWALTime: primary(facts.failedAt),
    isArchivingWAL: primary(facts.archiving || undefined),
    currentWAL: facts.currentWal,
    readyWalFiles: facts.ready || undefined,
    timeLineID: primary(facts.timeline),
    isReady: false,
    executableHash: executableHash(manager.wire),
    isInstanceManagerUpgrading: false,
    instanceManagerVersion: manager.wire,
    instanceArch: 'amd64',
    replicationInfo: filled(facts.replication),
  })
}

function roleFields(facts: Facts): Json {
  // On a standby a decrease counts only when the primary has it already (A.5.1): before that a restart would fail.
  const pending = facts.pending && (facts.primary || facts.decreasesArrived)
  return { systemID: facts.systemId, isPrimary: facts.primary, replayPaused: facts.paused, pendingRestart: pending }
}

/** spec/wire-formats.md A.5.7; at 1.15.1 the fields it does not know are missing. */
async function fencedStatus(server: PostgresServer, manager: ManagerState): Promise<Json> {
  const primary = !(await exists(join(server.layout.data, 'standby.signal')))
  const old = manager.wire === '1.15.1'
  return withoutEmpty({
    systemID: '',
    isPrimary: primary,
    replayPaused: false,
    pendingRestart: false,
    pendingRestartForDecrease: false,
    isWalReceiverActive: false,
    isPgRewindRunning: old ? undefined : false,
    mightBeUnavailable: old ? undefined : true,
    node: '',
    pod: {
      metadata: { name: manager.pod, ...(old && { creationTimestamp: null }) },
      spec: { containers: null },
      status: {},
    },
    ...(old ? { isPgRewindRunning: false, totalInstanceSize: '', mightBeUnavailable: true } : {}),
    mightBeUnavailableMaskedError: connectionError(server, undefined),
    ...(old ? { isReady: false } : {}),
    executableHash: '',
    instanceManagerVersion: manager.wire,
    instanceArch: '',
    isInstanceManagerUpgrading: false,
    ...(old ? {} : { sessionID: '', isPodReady: false }),
  })
}

/** What the manager's SQL driver says: about the socket that is not there, or what the server answered. */
function connectionError(server: PostgresServer, error: unknown): string {
  const socket = '/controller/run/.s.PGSQL.5432'
  const start = `failed to connect to \`user=postgres database=postgres\`: ${socket} (/controller/run)`
  const code = (error as { code?: string } | undefined)?.code ?? ''
  if (!server.running || code === 'ENOENT' || code === 'ECONNREFUSED') {
    const reason = code === 'ECONNREFUSED' ? 'connection refused' : 'no such file or directory'
    return `${start}: dial error: dial unix ${socket}: connect: ${reason}`
  }
  const message = error instanceof Error ? error.message : 'unknown error'
  return code === '57P03' ? `${start}: server error: FATAL: ${message} (SQLSTATE 57P03)` : message
}

function slotFields(slot: Json): Json {
  return withoutEmpty({ ...slot, active: slot['active'] === true ? true : undefined })
}

function withoutEmpty(fields: Json): Json {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined && value !== null))
}

function filled<T>(list: T[]): T[] | undefined {
  return list.length === 0 ? undefined : list
}

/** An RFC 3339 time in UTC with its microseconds, trailing zeros cut; "-infinity" stays. */
function universal(text: string): string {
  const found = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(\.\d+)?(Z|[+-]\d\d:\d\d)$/.exec(text)
  if (found === null) return text
  const [, seconds = '', fraction = '', zone = ''] = found
  return `${new Date(`${seconds}${zone}`).toISOString().slice(0, 19)}${fraction}Z`
}
