import { Phases } from '../../api/constants.ts'
import type { ClusterStatus, InstanceState, StandbyRow } from '../cluster-status.ts'

/** Reasons of the hibernation condition while the operator deletes the pods (spec/wire-formats.md G.3). */
export const POD_DELETION: readonly string[] = ['DeletingPods', 'WaitingPodsDeletion']

/** Could the pods be read? Without them, "no pod" means nothing. */
export function podsKnown(status: ClusterStatus): boolean {
  return !status.problems.some((problem) => problem.subject === 'pods')
}

/** Nothing runs, or soon will not, on purpose. */
export function goesToSleep(status: ClusterStatus): boolean {
  const { hibernation } = status
  if (!hibernation) return false
  return hibernation.hibernated || (hibernation.requested && POD_DELETION.includes(hibernation.reason ?? ''))
}

/** The instance that the Cluster names as its primary (of a replica cluster: as the designated primary). */
export function namedPrimary(status: ClusterStatus): InstanceState | undefined {
  return status.instances.find((instance) => instance.isNamedPrimary)
}

/**
 * Instances that answered and say that they are the primary. A fenced one and one that may be unavailable can say so without
 * being it (recorded state fenced-all).
 */
export function claimants(status: ClusterStatus): InstanceState[] {
  return status.instances.filter(
    (instance) =>
      instance.presence === 'answered' &&
      instance.isPrimary === true &&
      !instance.fenced &&
      instance.mightBeUnavailable !== true,
  )
}

/**
 * Why nobody can be the primary now; null when somebody is, when that is not known, or when it is on purpose or the cluster
 * has not got so far. An instance that merely could not be asked is no missing primary.
 */
export function missingPrimary(status: ClusterStatus): string | null {
  const { summary } = status
  if (goesToSleep(status) || summary.fencing.primaryFenced || summary.transition === 'initializing') return null
  if (claimants(status).length > 0) return null
  if (summary.transition === 'electing') return 'the operator looks for a new one'
  const named = namedPrimary(status)
  if (!named) return null
  if (named.presence === 'absent') return podsKnown(status) ? `${named.name} has no pod` : null
  if (named.pod?.deleting === true && named.presence !== 'answered') return `${named.name} is being deleted`
  const demoted = !summary.isReplicaCluster && named.presence === 'answered' && named.isPrimary === false
  return demoted ? `${named.name} runs as a standby` : null
}

/** A switchover or failover is under way: its finding tells how long, and the standbys turn to the new primary meanwhile. */
export function primaryMoves({ summary }: ClusterStatus): boolean {
  return summary.transition === 'electing' || summary.transition === 'switching' || summary.phase === Phases.failover
}

/** Nobody can be followed now: there is no primary, or its pod is not ready and it did not answer as one. */
export function nothingToFollow(status: ClusterStatus): boolean {
  if (missingPrimary(status) !== null) return true
  return claimants(status).length === 0 && namedPrimary(status)?.pod?.ready === false
}

/** The primary's row of a standby while it streams, or is connected and its state may not be seen. */
export function streamingRow(status: ClusterStatus, instance: string): StandbyRow | undefined {
  return status.replication.standbys.find(
    ({ name, state }) => name === instance && (state === 'streaming' || state === null),
  )
}

/** Standbys that should follow the primary now: their pod is ready (or not known and they answered) and they run on purpose. */
export function expectedStandbys(status: ClusterStatus): InstanceState[] {
  return status.instances.filter((instance) => {
    if (instance.isNamedPrimary || instance.isPrimary === true || instance.fenced) return false
    if (instance.mightBeUnavailable === true) return false
    return instance.pod ? instance.pod.ready && !instance.pod.deleting : instance.presence === 'answered'
  })
}

/** The best standby to promote: synchronous first, then the least behind. */
export function bestStandby(status: ClusterStatus): string | undefined {
  const ready = new Set(expectedStandbys(status).map((instance) => instance.name))
  const rows = status.replication.standbys.filter((row) => row.state === 'streaming' && ready.has(row.name))
  const synchronous = (row: StandbyRow) => Number(row.syncState === 'sync' || row.syncState === 'quorum')
  const behind = (row: StandbyRow) => row.replayLagBytes ?? Number.MAX_SAFE_INTEGER
  return [...rows].sort((a, b) => synchronous(b) - synchronous(a) || behind(a) - behind(b))[0]?.name
}

/** All wanted instances are ready, by the operator's count. */
export function allReady(status: ClusterStatus): boolean {
  const { instancesReady, instancesWanted } = status.summary
  return instancesReady !== null && instancesWanted !== null && instancesReady >= instancesWanted
}
