import type { LiveSetting } from '../api/snapshot.ts'
import type { Capabilities } from './instance-status-sql.ts'

/** A name that PostgreSQL can know: others are not asked for. */
const NAME = /^[A-Za-z_][\w.$]*$/

/**
 * The statement for the live values of settings: one row, one JSON value, read by {@link parseSettings}. The text of the files
 * and values as SHOW prints them need a superuser; others see the values only.
 */
export function settingsSql(names: readonly string[], can: Pick<Capabilities, 'fileSettings'>): string {
  const list = names.filter((name) => NAME.test(name)).map((name) => `('${name}')`)
  const wanted = list.length === 0 ? '(SELECT NULL::text AS name WHERE false)' : `(VALUES ${list.join(', ')})`
  const files = can.fileSettings ? FILES : NO_FILES
  return `WITH files AS (${files})
SELECT coalesce(json_agg(json_build_object(
  'name', n.name, 'setting', s.setting, 'unit', s.unit, 'type', s.vartype,
  'shown', ${can.fileSettings ? 'current_setting(n.name, true)' : 'NULL'},
  'pendingRestart', coalesce(s.pending_restart, false), 'source', s.source,
  'inFile', f.setting, 'file', f.sourcefile,
  'error', CASE WHEN coalesce(s.pending_restart, false) THEN NULL ELSE f.error END,
  'loaded', ${can.fileSettings ? LOADED : 'NULL'}
)), '[]') FROM ${wanted} n (name)
  LEFT JOIN pg_settings s ON lower(s.name) = lower(n.name)
  LEFT JOIN LATERAL (SELECT * FROM files WHERE lower(files.name) = lower(n.name) ORDER BY seqno DESC LIMIT 1) f ON true`
}

/**
 * Whether the file as it is now has been read. Its time has no fractions: in the second in which it was written nobody can
 * tell whether it was read before or after. Where a value that needs a restart would look like one that is refused, the
 * reload, which follows at once, is given the time.
 */
const LOADED = `(SELECT pg_conf_load_time() >= modification AND (f.error IS NULL OR s.context <> 'postmaster'
      OR clock_timestamp() >= modification + interval '2 seconds') FROM pg_stat_file(f.sourcefile, true))`

/** A setting that waits for a restart is marked with an error of its own there, which is none. */
const FILES = 'SELECT name, setting, sourcefile, error, seqno FROM pg_file_settings'
const NO_FILES = `SELECT ''::text AS name, ''::text AS setting, ''::text AS sourcefile, ''::text AS error, 0 AS seqno WHERE false`

/** Reads the statement's JSON text; every name that was asked for has an entry. Throws SyntaxError when it is no JSON. */
export function parseSettings(json: string, names: readonly string[]): LiveSetting[] {
  const rows = new Map((JSON.parse(json) as LiveSetting[]).map((row) => [row.name, row]))
  return names.map((name) => rows.get(name) ?? { ...UNKNOWN, name })
}

const UNKNOWN: Omit<LiveSetting, 'name'> = {
  setting: null,
  unit: null,
  type: null,
  shown: null,
  pendingRestart: false,
  source: null,
  inFile: null,
  file: null,
  error: null,
  loaded: null,
}
