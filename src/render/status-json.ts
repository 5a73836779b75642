import type { InstanceStatus } from '../api/instance-status.ts'
import type { Cluster } from '../api/cluster.ts'
import type { ObjectMeta, PodDisruptionBudget } from '../api/objects.ts'
import type { Pod } from '../api/pod.ts'
import type { ClusterSnapshot, InstanceReading } from '../api/snapshot.ts'
import type { ClusterStatus, Problem } from '../model/cluster-status.ts'
import { sortFindings, type Finding } from '../model/finding.ts'
import { prettySize } from '../model/size.ts'
import { whole } from '../model/whole.ts'

/**
 * What `status -o json` prints: our model, and the keys of the official plugin, really filled. Its JSON schema is
 * generated from this type, its comments included (scripts/schema.ts).
 */
export interface StatusReport extends ClusterStatus, OfficialKeys {
  /** Worst first. */
  findings: Finding[]
}

/** Keys of the official plugin's JSON, for scripts that know them. */
export interface OfficialKeys {
  /** The Cluster as Kubernetes holds it, without apiVersion and kind. */
  cluster: WithoutKind<Cluster>
  instanceStatus: { items: InstanceItem[] }
  /** The pod of the primary that the Cluster names; without one an empty pod. */
  PrimaryPod: WithoutKind<Pod> | EmptyPod
  PodDisruptionBudgetList: { metadata: object; items: PodDisruptionBudget[] }
  /** The same as `problems`. */
  ErrorList: Problem[]
  /** Databases and WAL of the primary, e.g. `1246 MB`; empty when unknown. */
  TotalClusterSize: string
}

/** A Kubernetes object as the official plugin prints it. */
export interface WithoutKind<T extends { spec: unknown; status?: unknown }> {
  metadata: ObjectMeta
  spec: T['spec']
  status: NonNullable<T['status']> | Record<string, never>
}

/** Stands for no pod, as in the official's output. */
export interface EmptyPod {
  metadata: Record<string, never>
  spec: { containers: null }
  status: Record<string, never>
}

/** One instance as its manager words it, with its pod, and with its error when it did not answer. */
export interface InstanceItem extends InstanceStatus {
  /** Empty when it is not known. */
  node: string
  /** Only its name when it is not known. */
  pod: WithoutKind<Pod> | { metadata: { name: string } }
  isPodReady: boolean
  error?: Problem
}

/** The machine-readable form of a status: our model first, then the official keys (spec/commands-core.md 3.5). */
export function statusJson(
  snapshot: ClusterSnapshot,
  status: ClusterStatus,
  findings: readonly Finding[],
): StatusReport {
  const { schemaVersion, ...model } = status
  return { schemaVersion, findings: sortFindings(findings), ...model, ...officialKeys(snapshot, status) }
}

function officialKeys(snapshot: ClusterSnapshot, status: ClusterStatus): OfficialKeys {
  const { cluster, objects, instances } = whole(snapshot)
  const pods = objects.pods.ok ? objects.pods.value : []
  const budgets = objects.podDisruptionBudgets
  const primary = pods.find(({ metadata }) => metadata.name === status.summary.primary)
  return {
    cluster: withoutKind(cluster),
    instanceStatus: { items: instances.map((reading) => item(reading, pods, status)) },
    PrimaryPod: primary ? withoutKind(primary) : { metadata: {}, spec: { containers: null }, status: {} },
    PodDisruptionBudgetList: { metadata: {}, items: budgets.ok ? budgets.value : [] },
    ErrorList: status.problems,
    TotalClusterSize: totalSize(status),
  }
}

function item(reading: InstanceReading, pods: readonly Pod[], status: ClusterStatus): InstanceItem {
  const pod = pods.find(({ metadata }) => metadata.name === reading.pod)
  const state = status.instances.find(({ name }) => name === reading.pod)
  return {
    ...(reading.status.ok ? reading.status.value : {}),
    node: pod?.spec.nodeName ?? '',
    pod: pod ? withoutKind(pod) : { metadata: { name: reading.pod } },
    isPodReady: state?.pod?.ready ?? false,
    ...(state?.problem ? { error: state.problem } : {}),
  }
}

function withoutKind<T extends { metadata: ObjectMeta; spec: unknown; status?: unknown }>(object: T): WithoutKind<T> {
  return { metadata: object.metadata, spec: object.spec, status: object.status ?? {} }
}

function totalSize({ summary }: ClusterStatus): string {
  const { databaseBytes, walBytes } = summary.size
  return databaseBytes === null ? '' : prettySize(databaseBytes + (walBytes ?? 0))
}
