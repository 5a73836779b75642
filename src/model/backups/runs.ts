import type { Backup, BackupRun } from '../cluster-status.ts'
import { because } from '../rules/words.ts'
import { secondsBetween } from '../time.ts'

/** Seconds that a backup took; null while it is not done, or when it was not told. */
export function backupTook(run: Pick<BackupRun, 'startedAt' | 'stoppedAt'> | undefined): number | null {
  return run === undefined ? null : secondsBetween(run.startedAt, run.stoppedAt)
}

/** What the last failure means for the next backup, as sentences. */
export function backupFailures({ lastFailed }: Backup): string[] {
  return lastFailed === null ? [] : [`the last backup, ${lastFailed.name}, failed${because(lastFailed.error)}`]
}
