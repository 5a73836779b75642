import type { Cluster, ClusterStatusObject } from '../api/cluster.ts'
import type { Condition } from '../api/objects.ts'
import { Phases } from '../api/constants.ts'
import { MERGE_PATCH } from './plan.ts'
import type { PlannedRequest } from './plan.ts'

/** Members of a Cluster's status that a change sets. */
export type StatusChange = Pick<ClusterStatusObject, 'phase' | 'phaseReason'> &
  Partial<Pick<ClusterStatusObject, 'targetPrimary' | 'targetPrimaryTimestamp'>>

/**
 * The patch of the official plugin (spec/commands-core.md 1.12): what differs of the wanted members, the whole list of conditions
 * when Ready changes with the phase, and the version that was read as the lock.
 */
export function statusPatch(cluster: Cluster, change: StatusChange, at: Date): PlannedRequest {
  const status = cluster.status ?? {}
  const conditions = withReady(status.conditions ?? [], change.phase, at)
  const wanted = { ...change, ...(conditions === undefined ? {} : { conditions }) }
  const differing = Object.entries(wanted).filter(
    ([key, value]) => JSON.stringify(status[key as keyof ClusterStatusObject]) !== JSON.stringify(value),
  )
  const { name, namespace = '', resourceVersion } = cluster.metadata
  return {
    method: 'PATCH',
    object: { kind: 'clusters', namespace, name, subresource: 'status' },
    contentType: MERGE_PATCH,
    body: {
      metadata: { ...(resourceVersion === undefined ? {} : { resourceVersion }) },
      status: Object.fromEntries(differing.sort(([a], [b]) => (a < b ? -1 : 1))),
    },
  }
}

/** The conditions with Ready as it follows from the phase; undefined when that changes nothing. */
function withReady(conditions: readonly Condition[], phase: string | undefined, at: Date): Condition[] | undefined {
  const ready =
    phase === Phases.healthy
      ? { status: 'True', reason: 'ClusterIsReady', message: 'Cluster is Ready' }
      : { status: 'False', reason: 'ClusterIsNotReady', message: 'Cluster Is Not Ready' }
  const present = conditions.find((condition) => condition.type === 'Ready')
  if (present === undefined) return [...conditions, { type: 'Ready', ...ready, lastTransitionTime: wholeSeconds(at) }]
  const { status, reason, message } = present
  if (status === ready.status && reason === ready.reason && message === ready.message) return undefined
  const lastTransitionTime = status === ready.status ? present.lastTransitionTime : wholeSeconds(at)
  const next = { ...present, ...ready, ...(lastTransitionTime === undefined ? {} : { lastTransitionTime }) }
  return conditions.map((condition) => (condition === present ? next : condition))
}

/** A patch of one annotation of the Cluster. Without the lock as the official sends it, for values that only have to be new. */
export function annotationPatch(cluster: Cluster, annotation: string, value: string): PlannedRequest {
  const { name, namespace = '' } = cluster.metadata
  return {
    method: 'PATCH',
    object: { kind: 'clusters', namespace, name },
    contentType: MERGE_PATCH,
    body: { metadata: { annotations: { [annotation]: value } } },
  }
}

/** `2026-11-23T06:01:36Z` */
export function wholeSeconds(at: Date): string {
  return `${at.toISOString().slice(0, 19)}Z`
}

/** `2026-11-23T06:01:36.321000Z`: six digits, of which a clock of milliseconds fills three (spec/commands-core.md 4). */
export function microseconds(at: Date): string {
  return `${at.toISOString().slice(0, 23)}000Z`
}
