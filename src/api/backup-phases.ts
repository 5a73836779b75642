/** Phases of a Backup that will not succeed any more (spec/wire-formats.md B.6); one that waits for WAL archiving still may. */
const FAILED: ReadonlySet<string> = new Set(['failed', 'invalid backup definition'])

/** True for the phase of a Backup that will not succeed any more. */
export function isBackupFailed(phase: string | null | undefined): boolean {
  return FAILED.has(phase ?? '')
}

/** True for a phase after which nothing more happens to a Backup. */
export function isBackupEnded(phase: string | null | undefined): boolean {
  return phase === 'completed' || isBackupFailed(phase)
}
