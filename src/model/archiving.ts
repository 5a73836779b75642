import { Annotations } from '../api/constants.ts'
import type { Archiving } from './cluster-status.ts'
import type { ModelContext } from './context.ts'
import { toUtc } from './time.ts'

/** WAL archiving as the primary and the Cluster's condition tell it (spec/wire-formats.md G.6). */
export function archiving(context: ModelContext): Archiving {
  const status = context.primary?.status
  const condition = context.cluster.status?.conditions?.find((candidate) => candidate.type === 'ContinuousArchiving')
  const failing = condition !== undefined && condition.status !== 'True'
  return {
    state: stateOf(context),
    waiting: waiting(context),
    lastArchivedWal: status?.lastArchivedWAL || null,
    lastArchivedAt: toUtc(status?.lastArchivedWALTime) ?? null,
    lastFailedWal: status?.lastFailedWAL || null,
    lastFailedAt: toUtc(status?.lastFailedWALTime) ?? null,
    conditionMessage: failing ? (condition.message ?? null) : null,
    conditionSince: failing ? (toUtc(condition.lastTransitionTime) ?? null) : null,
  }
}

/** WAL files that wait. The manager of a primary leaves out a zero; a standby and SQL without the right do not tell. */
function waiting(context: ModelContext): number | null {
  const reading = context.primary && context.readings.get(context.primary.name)
  if (!reading?.status.ok) return null
  const { value, via } = reading.status
  const told = value.readyWalFiles ?? (reading.metrics.ok ? reading.metrics.value.walFilesWaiting : undefined)
  return told ?? (value.isPrimary && via !== 'sql' ? 0 : null)
}

function stateOf(context: ModelContext): Archiving['state'] {
  if (context.cluster.metadata.annotations?.[Annotations.skipWalArchiving] === 'enabled') return 'disabled'
  const status = context.primary?.status
  if (!status) return 'unknown'
  if (status.isArchivingWAL) return 'ok'
  return status.lastFailedWAL ? 'failing' : 'starting'
}
