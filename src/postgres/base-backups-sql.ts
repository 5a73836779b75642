import type { BaseBackupProgress } from '../api/snapshot.ts'

/**
 * The statement for the base backups that a server sends: one row, one JSON value, read by {@link parseBaseBackups}. From
 * PostgreSQL 13 on. Copies for new instances are left out: the instance manager tells of those (spec/wire-formats.md A.5.4).
 */
export const BASE_BACKUPS_SQL = `SELECT coalesce(json_agg(json_build_object(
  'name', a.application_name, 'phase', b.phase, 'streamed', b.backup_streamed, 'total', b.backup_total)
  ORDER BY a.backend_start), '[]')
FROM pg_stat_progress_basebackup b JOIN pg_stat_activity a USING (pid)
WHERE a.application_name NOT LIKE '%-join'`

interface Row {
  name: string | null
  phase: string | null
  streamed: number | null
  total: number | null
}

/** Reads the statement's JSON text; what the role must not see is left out. Throws SyntaxError when it is no JSON. */
export function parseBaseBackups(json: string): BaseBackupProgress[] {
  return (JSON.parse(json) as Row[]).flatMap(({ name, phase, streamed, total }) =>
    phase === null || streamed === null
      ? []
      : [{ name: name ?? '', phase, streamedBytes: streamed, totalBytes: total }],
  )
}
