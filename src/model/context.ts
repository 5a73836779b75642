import { Annotations } from '../api/constants.ts'
import type { InstanceStatus } from '../api/instance-status.ts'
import type { Cluster } from '../api/cluster.ts'
import type { KubeNode } from '../api/objects.ts'
import type { Pod } from '../api/pod.ts'
import type { MissingPart, Part } from '../api/part.ts'
import type { ClusterSnapshot, InstanceReading } from '../api/snapshot.ts'
import type { Fencing, Listing, Problem } from './cluster-status.ts'
import { fencingOf } from './fencing.ts'
import { isInstancePod } from './pods.ts'
import { findPrimary } from './primary.ts'

/** One instance's answer. */
export interface Answer {
  name: string
  status: InstanceStatus
}

/** What every part of the model needs, taken from the snapshot once. */
export interface ModelContext {
  snapshot: ClusterSnapshot
  cluster: Cluster
  now: string
  /** Pods of instances by name; empty when pods could not be read. */
  pods: ReadonlyMap<string, Pod>
  /** All pods that carry the cluster's label, those of jobs and poolers too. */
  allPods: readonly Pod[]
  nodes: readonly KubeNode[] | undefined
  readings: ReadonlyMap<string, InstanceReading>
  answers: readonly Answer[]
  /** The record that speaks for the primary (of a replica cluster: the designated primary). */
  primary: Answer | undefined
  isReplicaCluster: boolean
  hibernated: boolean
  fencing: Fencing
}

export function modelContext(snapshot: ClusterSnapshot): ModelContext {
  const { cluster } = snapshot
  const allPods = snapshot.objects.pods.ok ? snapshot.objects.pods.value : []
  const pods = new Map(allPods.filter(isInstancePod).map((pod) => [pod.metadata.name, pod]))
  const readings = new Map(snapshot.instances.map((reading) => [reading.pod, reading]))
  const answers = snapshot.instances.flatMap((reading) =>
    reading.status.ok ? [{ name: reading.pod, status: reading.status.value }] : [],
  )
  const isReplica = isReplicaCluster(cluster)
  const names = new Set([...(cluster.status?.instanceNames ?? []), ...pods.keys(), ...readings.keys()])
  return {
    snapshot,
    cluster,
    now: snapshot.takenAt,
    pods,
    allPods,
    nodes: snapshot.objects.nodes?.ok ? snapshot.objects.nodes.value : undefined,
    readings,
    answers,
    primary: findPrimary(cluster, answers, isReplica),
    isReplicaCluster: isReplica,
    hibernated: cluster.status?.conditions?.some(isHibernated) ?? false,
    fencing: fencingOf(
      cluster.metadata.annotations?.[Annotations.fencedInstances],
      [...names],
      cluster.status?.currentPrimary,
    ),
  }
}

/** Replica cluster test of spec/wire-formats.md B.2. */
export function isReplicaCluster(cluster: Cluster): boolean {
  const { replica } = cluster.spec
  if (!replica) return false
  return replica.enabled ?? (replica.self ?? cluster.metadata.name) !== replica.primary
}

function isHibernated(condition: { type: string; status: string }): boolean {
  return condition.type === Annotations.hibernation && condition.status === 'True'
}

/** A missing part as the model shows it. */
export function problemOf(subject: string, part: MissingPart): Problem {
  return { subject, reason: part.reason, message: part.message, hint: part.hint ?? null, code: part.code ?? null }
}

/** The items of a part, or why they are not known. */
export function listing<T, U>(subject: string, part: Part<T[]>, build: (item: T) => U): Listing<U> {
  if (part.ok) return { items: part.value.map(build), problem: null }
  return { items: null, problem: problemOf(subject, part) }
}
