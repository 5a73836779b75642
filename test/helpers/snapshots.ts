import type { InstanceStatus } from '../../src/api/instance-status.ts'
import type { Cluster } from '../../src/api/cluster.ts'
import type { Pod } from '../../src/api/pod.ts'
import type { MissingPart } from '../../src/api/part.ts'
import type { ClusterSnapshot, InstanceReading } from '../../src/api/snapshot.ts'
import { buildStatus } from '../../src/model/status.ts'
import type { ClusterStatus, InstanceState } from '../../src/model/cluster-status.ts'
import { recordedSnapshot } from './recorded-snapshot.ts'

/** A recorded state with changes: a variation that was not recorded. */
export function varied(state: string, change: (snapshot: ClusterSnapshot) => void, verbosity = 0): ClusterStatus {
  const snapshot = recordedSnapshot(state, verbosity)
  change(snapshot)
  return buildStatus(snapshot)
}

export function clusterOf(snapshot: ClusterSnapshot): Cluster & { status: NonNullable<Cluster['status']> } {
  return snapshot.cluster as Cluster & { status: NonNullable<Cluster['status']> }
}

export function readingOf(snapshot: ClusterSnapshot, pod: string): InstanceReading {
  const reading = snapshot.instances.find((candidate) => candidate.pod === pod)
  if (!reading) throw new Error(`no reading of ${pod}`)
  return reading
}

/** The instance's own answer, to be changed in place. */
export function answerOf(snapshot: ClusterSnapshot, pod: string): InstanceStatus {
  const { status } = readingOf(snapshot, pod)
  if (!status.ok) throw new Error(`${pod} did not answer`)
  return status.value
}

export function podOf(snapshot: ClusterSnapshot, name: string): Pod {
  const { pods } = snapshot.objects
  const pod = pods.ok ? pods.value.find((candidate) => candidate.metadata.name === name) : undefined
  if (!pod) throw new Error(`no pod ${name}`)
  return pod
}

/** Lets an instance fall silent. */
export function silence(snapshot: ClusterSnapshot, pod: string, part?: Partial<MissingPart>): void {
  readingOf(snapshot, pod).status = { ok: false, reason: 'timeout', message: 'no answer within 3 s', ...part }
}

export function instance(status: ClusterStatus, name: string): InstanceState {
  const state = status.instances.find((candidate) => candidate.name === name)
  if (!state) throw new Error(`no instance ${name}`)
  return state
}
