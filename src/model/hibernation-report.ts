import { Annotations } from '../api/constants.ts'
import type { ClusterSnapshot } from '../api/snapshot.ts'
import type { ClusterStatus, VolumeStatus } from './cluster-status.ts'
import { POD_DELETION } from './rules/facts.ts'
import { command } from './rules/words.ts'
import { serverState } from './server-state.ts'
import { buildStatus } from './status.ts'

/**
 * `hibernated`: asleep; `hibernating`: the pods are being deleted; `waiting`: asked for, and the operator has not begun;
 * `waking`: asked to wake up, and no primary answers yet; `awake`: none of these.
 */
export type HibernationState = 'hibernated' | 'hibernating' | 'waiting' | 'waking' | 'awake'

/** The answer of `hibernate status`. */
export interface HibernationReport {
  schemaVersion: 1
  namespace: string
  name: string
  state: HibernationState
  /** The annotation asks for it. */
  requested: boolean
  /** Of the operator's condition. */
  reason: string | null
  message: string | null
  since: string | null
  /** Instances whose pods exist. */
  pods: { name: string; role: string; status: string }[]
  /** Null: they could not be read. */
  volumes: VolumeStatus[] | null
  /** The command that leads out of this state; null where there is nothing to do. */
  command: string | null
}

/** Reports the hibernation of a cluster; pure. */
export function hibernationReport(snapshot: ClusterSnapshot): HibernationReport {
  const status = buildStatus(snapshot)
  const { hibernation, summary } = status
  const state = hibernationState(status, snapshot.cluster.metadata.annotations?.[Annotations.hibernation])
  const asleep = state === 'hibernated' || state === 'waiting' || state === 'hibernating'
  return {
    schemaVersion: 1,
    namespace: summary.namespace,
    name: summary.name,
    state,
    requested: hibernation?.requested ?? false,
    reason: hibernation?.reason ?? null,
    message: hibernation?.message ?? null,
    since: hibernation?.since ?? null,
    pods: status.instances
      .filter(({ presence }) => presence !== 'absent')
      .map(({ name, roleText, statusText }) => ({ name, role: roleText, status: statusText })),
    volumes: status.volumes?.items ?? null,
    command: asleep ? command(status, 'kubectl cnpg hibernate off CLUSTER') : null,
  }
}

/** @param annotation value of the annotation; null or undefined: there is none */
export function hibernationState(status: ClusterStatus, annotation: string | null | undefined): HibernationState {
  const { hibernation } = status
  if (hibernation?.requested === true) {
    if (hibernation.hibernated) return 'hibernated'
    return POD_DELETION.includes(hibernation.reason ?? '') ? 'hibernating' : 'waiting'
  }
  if (hibernation !== null) return 'waking'
  return annotation === 'off' && !primaryAnswers(status) ? 'waking' : 'awake'
}

/** Somebody answers as the primary; where it is fenced, as far as a fenced one can. */
export function primaryAnswers(status: ClusterStatus): boolean {
  const { summary } = status
  const primary = status.instances.find((instance) => instance.isNamedPrimary)
  if (primary?.presence !== 'answered') return false
  if (summary.fencing.primaryFenced) return true
  return serverState(status, primary.name) === 'up' && (primary.isPrimary === true || summary.isReplicaCluster)
}
