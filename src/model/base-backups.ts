import type { BaseBackup } from './cluster-status.ts'
import type { ModelContext } from './context.ts'
import { toUtc } from './time.ts'

/** Base backups that run now, whichever instance sends them (spec/wire-formats.md A.5.4). */
export function baseBackups(context: ModelContext): BaseBackup[] {
  return context.answers.flatMap(({ name: instance, status }) =>
    (status.pgStatBasebackupsInfo ?? []).map((row) => ({
      instance,
      user: row.usename || null,
      name: row.application_name ?? '',
      phase: row.phase || null,
      startedAt: toUtc(row.backend_start) ?? null,
      // Zero stands for a size that is not known yet.
      totalBytes: row.backup_total || null,
      streamedBytes: row.backup_streamed ?? null,
      progress: row.backup_total ? ((row.backup_streamed ?? 0) / row.backup_total) * 100 : null,
      tablespacesTotal: row.tablespaces_total ?? null,
      tablespacesStreamed: row.tablespaces_streamed ?? null,
    })),
  )
}
