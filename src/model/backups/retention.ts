import { secondsBetween } from '../time.ts'

/** Days of the units of a retention policy, as Barman counts them. */
const DAYS: Readonly<Record<string, number>> = { d: 1, w: 7, m: 31 }

/** Seconds of a recovery window such as `30d`, `4w` or `3m` (months of 31 days); null when the policy is none. */
export function retentionSeconds(policy: string | null | undefined): number | null {
  const match = /^([1-9]\d*)([dwm])$/.exec(policy ?? '')
  return match === null ? null : Number(match[1]) * (DAYS[match[2] ?? ''] ?? 0) * 86_400
}

/**
 * What a recovery window makes of a backup: `within`: younger than the window; `needed`: the newest of the older ones, from
 * which the beginning of the window is recovered; `obsolete`: the next clean-up removes it.
 */
export type Retention = 'within' | 'needed' | 'obsolete'

/**
 * Judges the completed backups of one server, as Barman does.
 *
 * @param ends names and ends (ISO 8601 in UTC) of the backups, in any order
 * @param policy of the Cluster or the ObjectStore
 * @returns by name; empty without a policy that can be read
 */
export function retentionOf(
  ends: readonly { name: string; stoppedAt: string }[],
  policy: string | null,
  now: string,
): Map<string, Retention> {
  const window = retentionSeconds(policy)
  const verdicts = new Map<string, Retention>()
  if (window === null) return verdicts
  const newestFirst = [...ends].sort((a, b) => Date.parse(b.stoppedAt) - Date.parse(a.stoppedAt))
  let covered = false
  for (const { name, stoppedAt } of newestFirst) {
    const within = (secondsBetween(stoppedAt, now) ?? 0) <= window
    verdicts.set(name, within ? 'within' : covered ? 'obsolete' : 'needed')
    covered ||= !within
  }
  return verdicts
}
