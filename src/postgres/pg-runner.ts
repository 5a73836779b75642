import type { InstanceStatus } from '../api/instance-status.ts'
import type { BaseBackupProgress, InstanceDetails, LiveSetting } from '../api/snapshot.ts'
import { BASE_BACKUPS_SQL, parseBaseBackups } from './base-backups-sql.ts'
import { detailsSql, parseDetails } from './details-sql.ts'
import { type Capabilities, CAPABILITIES_SQL, instanceStatusSql, parseInstanceStatus } from './instance-status-sql.ts'
import type { PgAccess } from './pg-access.ts'
import { withSession } from './pg-session.ts'
import { SESSION_SETTINGS } from './session-sql.ts'
import { parseSettings, settingsSql } from './settings-sql.ts'

export type { PgAccess } from './pg-access.ts'

/**
 * The fields of `/pg/status` by SQL over a stream; a role without pg_monitor gets fewer (spec/wire-formats.md A.7).
 * Throws as {@link withPg}.
 */
export async function statusByPg(access: PgAccess, cluster: string): Promise<InstanceStatus> {
  return withPg(access, async (query) => {
    const can = JSON.parse(await query(CAPABILITIES_SQL)) as Capabilities
    return parseInstanceStatus(await query(instanceStatusSql(can)), cluster)
  })
}

/** The details of one instance by SQL over a stream. Throws as {@link withPg}. */
export async function detailsByPg(access: PgAccess, cluster: string): Promise<InstanceDetails> {
  return withPg(access, async (query) => {
    const can = JSON.parse(await query(CAPABILITIES_SQL)) as Capabilities
    return parseDetails(await query(detailsSql(can)), cluster, can)
  })
}

/** Live values of settings by SQL over a stream; what a role must not see is absent. Throws as {@link withPg}. */
export async function settingsByPg(access: PgAccess, names: readonly string[]): Promise<LiveSetting[]> {
  return withPg(access, async (query) => {
    const can = JSON.parse(await query(CAPABILITIES_SQL)) as Capabilities
    return parseSettings(await query(settingsSql(names, can)), names)
  })
}

/** Base backups under way by SQL over a stream; a role without pg_monitor sees none. Throws as {@link withPg}. */
export async function baseBackupsByPg(access: PgAccess): Promise<BaseBackupProgress[]> {
  return withPg(access, async (query) => parseBaseBackups(await query(BASE_BACKUPS_SQL)))
}

/** Runs a statement of one row and one column and gives its text. */
export type ScalarQuery = (sql: string) => Promise<string>

/** Lets `work` use a session with the settings of our own statements; the limit is for everything. Throws as `withSession`. */
export async function withPg<T>(access: PgAccess, work: (query: ScalarQuery) => Promise<T>): Promise<T> {
  const options = { settings: SESSION_SETTINGS, timeoutCovers: 'everything' } as const
  return withSession(access, options, (session) => work((sql) => session.scalar(sql)))
}
