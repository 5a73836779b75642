import type { InstanceStatus } from '../api/instance-status.ts'
import type { Cluster } from '../api/cluster.ts'

interface Named {
  name: string
  status: InstanceStatus
}

/**
 * The answer that speaks for the primary. A fenced instance can say `isPrimary`, so `mightBeUnavailable` never makes a
 * primary; of two, the one the Cluster names counts, then the target, then the higher timeline. In a replica cluster
 * the designated primary is the one that the Cluster names (spec/wire-formats.md G.1).
 */
export function findPrimary<T extends Named>(
  cluster: Cluster,
  answers: readonly T[],
  isReplica: boolean,
): T | undefined {
  const usable = answers.filter((answer) => !answer.status.mightBeUnavailable)
  const named = [cluster.status?.currentPrimary, cluster.status?.targetPrimary]
  if (isReplica) return usable.find((answer) => answer.name === named[0])
  const primaries = usable.filter((answer) => answer.status.isPrimary)
  for (const name of named) {
    const match = primaries.find((answer) => answer.name === name)
    if (match) return match
  }
  return [...primaries].sort((a, b) => timelineOf(b.status) - timelineOf(a.status))[0]
}

/**
 * Timeline of an answer: that of the WAL file being written, which is exact, else that of the last checkpoint, which is
 * stale right after a promotion (spec/wire-formats.md A.7). Zero when unknown.
 */
export function timelineOf(status: InstanceStatus): number {
  const written = /^[0-9A-Fa-f]{24}$/.test(status.currentWAL ?? '') ? parseInt(status.currentWAL!.slice(0, 8), 16) : 0
  return written || status.timeLineID || 0
}
