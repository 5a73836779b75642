import type { ClusterSnapshot, InstanceReading } from '../api/snapshot.ts'
import type { Pod } from '../api/pod.ts'
import type { ClusterStatus, Problem } from '../model/cluster-status.ts'
import { sortFindings, type Finding } from '../model/finding.ts'
import { prettySize } from '../model/size.ts'

/**
 * The machine-readable form: our model first, then the keys of the official plugin (spec/commands-core.md 3.5), really
 * filled: errors with their texts, the size, each instance's own error in its item.
 */
export function statusJson(snapshot: ClusterSnapshot, status: ClusterStatus, findings: readonly Finding[]) {
  const { schemaVersion, ...model } = status
  return { schemaVersion, findings: sortFindings(findings), ...model, ...officialKeys(snapshot, status) }
}

function officialKeys(snapshot: ClusterSnapshot, status: ClusterStatus) {
  const { cluster, objects } = snapshot
  const pods = objects.pods.ok ? objects.pods.value : []
  const budgets = objects.podDisruptionBudgets
  return {
    cluster: { metadata: cluster.metadata, spec: cluster.spec, status: cluster.status ?? {} },
    instanceStatus: { items: snapshot.instances.map((reading) => item(reading, pods, status)) },
    PrimaryPod: withoutKind(pods.find(({ metadata }) => metadata.name === status.summary.primary)),
    PodDisruptionBudgetList: { metadata: {}, items: budgets.ok ? budgets.value : [] },
    ErrorList: status.problems.map(errorObject),
    TotalClusterSize: totalSize(status),
  }
}

/** One instance as `/pg/status` words it, with its pod, and with its error where it did not answer. */
function item(reading: InstanceReading, pods: readonly Pod[], status: ClusterStatus) {
  const pod = pods.find(({ metadata }) => metadata.name === reading.pod)
  const state = status.instances.find(({ name }) => name === reading.pod)
  const own = reading.status.ok ? reading.status.value : {}
  return {
    ...own,
    node: pod?.spec.nodeName ?? '',
    pod: pod ? withoutKind(pod) : { metadata: { name: reading.pod } },
    isPodReady: state?.pod?.ready ?? false,
    ...(state?.problem ? { error: errorObject(state.problem) } : {}),
  }
}

/** An empty pod stands for none, as in the official's output. */
function withoutKind(pod: Pod | undefined) {
  return pod
    ? { metadata: pod.metadata, spec: pod.spec, status: pod.status ?? {} }
    : { metadata: {}, spec: { containers: null }, status: {} }
}

function errorObject({ subject, code, reason, message, hint }: Problem) {
  return { subject, code, reason, message, hint }
}

function totalSize({ summary }: ClusterStatus): string {
  const { databaseBytes, walBytes } = summary.size
  return databaseBytes === null ? '' : prettySize(databaseBytes + (walBytes ?? 0))
}
