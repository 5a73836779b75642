import { compareLsn } from '../lsn.ts'

/** What is asked of a backup that may be the base of a recovery. */
export interface BaseCandidate {
  phase: string | null
  stoppedAt: string | null
  endLsn: string | null
}

/** Up to where is recovered; without a limit to the end of the archive, or of the backup. */
export type RecoveryLimit = { time: string } | { lsn: string } | undefined

/**
 * The backup from which a recovery begins: the newest one that ended before the limit, as the operator chooses
 * (CloudNativePG documentation, Recovery targets). Undefined: there is none.
 */
export function recoveryBase<T extends BaseCandidate>(backups: readonly T[], limit: RecoveryLimit): T | undefined {
  const fitting = backups.filter((each) => each.phase === 'completed' && each.stoppedAt !== null && before(each, limit))
  return fitting.sort((a, b) => Date.parse(b.stoppedAt ?? '') - Date.parse(a.stoppedAt ?? ''))[0]
}

function before({ stoppedAt, endLsn }: BaseCandidate, limit: RecoveryLimit): boolean {
  if (limit === undefined) return true
  if ('time' in limit) return Date.parse(stoppedAt ?? '') <= Date.parse(limit.time)
  return endLsn !== null && compareLsn(endLsn, limit.lsn) <= 0
}
