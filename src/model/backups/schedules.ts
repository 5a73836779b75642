import { Cron } from 'croner'
import type { ScheduledBackup } from '../../api/companions.ts'
import type { BackupMethod } from './method.ts'
import { secondsBetween, toUtc } from '../time.ts'

/** One ScheduledBackup; null is unknown or not there. */
export interface ScheduleFacts {
  namespace: string
  cluster: string
  name: string
  /** Six fields, seconds first (spec/wire-formats.md B.7). */
  schedule: string
  method: BackupMethod
  plugin: string | null
  target: string | null
  /** `late`: its moment has passed and the operator has not acted. */
  state: 'active' | 'suspended' | 'late' | 'failing'
  lastAt: string | null
  nextAt: string | null
  /** Seconds until the next run; of a late one since its moment. */
  seconds: number | null
  error: string | null
}

/** The operator may need so long to act, in seconds. */
const GRACE = 60

/** Tells when a schedule runs next, and whether it is late, at a moment. */
export function scheduleFacts({ metadata, spec, status }: ScheduledBackup, now: string): ScheduleFacts {
  const suspended = spec.suspend === true
  const lastAt = toUtc(status?.lastScheduleTime) ?? null
  const told = toUtc(status?.nextScheduleTime) ?? null
  const nextAt = suspended ? null : (told ?? nextRun(spec.schedule, now))
  const left = secondsBetween(now, nextAt)
  const late = left !== null && left < -GRACE
  const error = status?.error ?? null
  return {
    namespace: metadata.namespace ?? '',
    cluster: spec.cluster.name,
    name: metadata.name,
    schedule: spec.schedule,
    method: (spec.method ?? 'barmanObjectStore') as BackupMethod,
    plugin: spec.pluginConfiguration?.name ?? null,
    target: spec.target ?? null,
    state: suspended ? 'suspended' : error !== null ? 'failing' : late ? 'late' : 'active',
    lastAt,
    nextAt,
    seconds: left === null ? null : Math.abs(left),
    error,
  }
}

/**
 * The next moment of a schedule after `now`, for operators that do not tell. In UTC, as operators run; null for what only
 * their own parser knows (`@every 1h`).
 */
export function nextRun(schedule: string, now: string): string | null {
  try {
    return (
      toUtc(
        new Cron(schedule, { mode: schedule.startsWith('@') ? 'auto' : '6-part', timezone: 'UTC' })
          .nextRun(new Date(now))
          ?.toISOString(),
      ) ?? null
    )
  } catch {
    return null
  }
}
