import type { ClusterStatus, Schedule } from '../cluster-status.ts'
import { goesToSleep } from './facts.ts'
import { severityAt } from './thresholds.ts'
import type { Hit, Levels, Rule } from './types.ts'
import { because, since, span } from './words.ts'
import { secondsBetween } from '../time.ts'

/** Scheduled backups. */
export const SCHEDULE_RULES: readonly Rule[] = [
  {
    id: 'schedule-late',
    title: 'scheduled backup late',
    scope: 'cluster',
    severities: ['critical', 'warning'],
    threshold: {
      flag: 'schedule-delay',
      unit: 'seconds',
      summary: 'Time by which a scheduled backup is overdue',
      warning: '10m',
      critical: '1d',
      perfdata: { name: 'schedule_delay_seconds', value: worstDelay },
    },
    cause:
      'The moment has passed and the operator has not started the backup: it is down, or the backup before still runs.',
    consequence: 'The last backup gets older than wanted.',
    next: ['kubectl cnpg backup CLUSTER', 'kubectl cnpg report operator'],
    test: late,
  },
  {
    id: 'schedule-error',
    title: 'scheduled backup with an error',
    scope: 'cluster',
    severities: ['warning'],
    cause: 'The operator reports an error of the ScheduledBackup, for example a schedule it cannot read.',
    consequence: 'No backup is made by it.',
    next: ['kubectl get scheduledbackups.postgresql.cnpg.io -o yaml'],
    test: withError,
  },
  {
    id: 'schedule-suspended',
    title: 'scheduled backup suspended',
    scope: 'cluster',
    severities: ['info'],
    cause: 'Somebody set spec.suspend of the ScheduledBackup.',
    consequence: 'No backup is made by it until that is taken back.',
    next: ['kubectl cnpg backup schedules CLUSTER'],
    test: suspended,
  },
  {
    id: 'next-backup',
    title: 'next scheduled backup',
    scope: 'cluster',
    severities: ['info'],
    optional: true,
    cause: 'A ScheduledBackup is waiting for its moment.',
    consequence: 'None: it tells when.',
    next: ['kubectl cnpg backup CLUSTER'],
    test: upcoming,
  },
]

function active(status: ClusterStatus): Schedule[] {
  return (status.backup.schedules.items ?? []).filter((schedule) => !schedule.suspended)
}

/** Seconds by which a schedule is overdue, zero before its moment; null when the moment is not known. */
function delay(status: ClusterStatus, schedule: Schedule): number | null {
  return since(status, schedule.nextAt)
}

function worstDelay(status: ClusterStatus): number | null | undefined {
  if (status.backup.schedules.items === null) return null
  const known = active(status)
    .map((schedule) => delay(status, schedule))
    .filter((seconds) => seconds !== null)
  return known.length === 0 ? undefined : Math.max(...known)
}

function late(status: ClusterStatus, levels: Levels): Hit[] {
  if (goesToSleep(status)) return []
  return active(status).flatMap((schedule) => {
    const seconds = delay(status, schedule)
    const severity = seconds === null || seconds === 0 ? null : severityAt(levels, seconds)
    if (severity === null || seconds === null) return []
    const message = `the backup of schedule ${schedule.name} is ${span(seconds)} late (${schedule.schedule})`
    return [{ severity, message, objects: [schedule.name] }]
  })
}

function withError(status: ClusterStatus): Hit[] {
  return (status.backup.schedules.items ?? [])
    .filter((schedule) => schedule.error !== null)
    .map(({ name, error }) => ({
      severity: 'warning',
      message: `schedule ${name} does not work${because(error)}`,
      objects: [name],
    }))
}

function suspended(status: ClusterStatus): Hit[] {
  return (status.backup.schedules.items ?? [])
    .filter((schedule) => schedule.suspended)
    .map(({ name, lastAt }) => {
      const age = since(status, lastAt)
      const last = age === null ? '' : `; its last run was ${span(age)} ago`
      return { severity: 'info', message: `backup schedule ${name} is suspended${last}`, objects: [name] }
    })
}

function upcoming(status: ClusterStatus): Hit[] {
  return active(status).flatMap(({ name, nextAt }) => {
    const seconds = secondsBetween(status.takenAt, nextAt)
    if (seconds === null || seconds < 0) return []
    const message = `schedule ${name} makes the next backup in ${span(seconds)} (${nextAt})`
    return [{ severity: 'info', message, objects: [name] } satisfies Hit]
  })
}
