import { Labels } from '../api/constants.ts'
import type { AppliedStatus, Pooler } from '../api/companions.ts'
import type { Job, KubeObject, PersistentVolumeClaim, PodDisruptionBudget } from '../api/objects.ts'
import type { Part } from '../api/part.ts'
import type {
  AppliedObject,
  DisruptionBudget,
  JobStatus,
  Listing,
  ManagedRoles,
  Plugin,
  PoolerStatus,
  Tablespace,
  VolumeStatus,
} from './cluster-status.ts'
import { listing, type ModelContext } from './context.ts'
import { podTrouble } from './pod-trouble.ts'
import { isReady } from './pods.ts'
import { toUtc } from './time.ts'

/** Role of a budget; operators before 1.24 select by the older label. */
export function disruptionBudget(object: PodDisruptionBudget): DisruptionBudget {
  const labels = object.spec.selector?.matchLabels ?? {}
  return {
    name: object.metadata.name,
    role: labels[Labels.instanceRole] ?? labels[Labels.role] ?? null,
    expectedPods: object.status?.expectedPods ?? null,
    currentHealthy: object.status?.currentHealthy ?? null,
    desiredHealthy: object.status?.desiredHealthy ?? null,
    disruptionsAllowed: object.status?.disruptionsAllowed ?? null,
  }
}

export function pooler(context: ModelContext, object: Pooler): PoolerStatus {
  const pods = context.allPods.filter((pod) => pod.metadata.labels?.[Labels.poolerName] === object.metadata.name)
  const troubles = pods.map((pod) => podTrouble(pod, context.nodes)?.status).filter((trouble) => trouble !== undefined)
  return {
    ready: pods.length === 0 ? null : pods.filter(isReady).length,
    trouble: troubles[0] ?? null,
    name: object.metadata.name,
    type: object.spec.type ?? null,
    instancesWanted: object.spec.instances ?? null,
    instances: object.status ? (object.status.instances ?? 0) : null,
    phase: object.status?.phase ?? null,
    phaseReason: object.status?.phaseReason ?? null,
    poolMode: object.spec.pgbouncer?.poolMode ?? null,
    paused: object.spec.pgbouncer?.paused ?? false,
    error: object.status?.error ?? null,
  }
}

/** Objects with the common status of spec/wire-formats.md B.9; null when they were not asked for. */
export function applied<T extends Applied>(
  subject: string,
  part: Part<T[]> | undefined,
  cluster: string,
): Listing<AppliedObject> | null {
  if (!part) return null
  const mine = part.ok ? { ...part, value: part.value.filter((item) => item.spec.cluster.name === cluster) } : part
  return listing(subject, mine, (object) => ({
    name: object.metadata.name,
    target: object.spec.name,
    owner: object.spec.owner ?? null,
    applied: object.status?.applied ?? null,
    stale: (object.status?.observedGeneration ?? 0) < (object.metadata.generation ?? 0),
    message: object.status?.message || null,
  }))
}

interface Applied extends KubeObject {
  spec: { cluster: { name: string }; name: string; owner?: string }
  status?: AppliedStatus
}

export function job(object: Job): JobStatus {
  const { status, metadata } = object
  const state = status?.active ? 'active' : status?.succeeded ? 'succeeded' : status?.failed ? 'failed' : 'waiting'
  return {
    name: metadata.name,
    role: metadata.labels?.[Labels.jobRole] ?? null,
    instance: metadata.labels?.[Labels.instanceName] ?? null,
    state,
    startedAt: toUtc(status?.startTime) ?? null,
  }
}

/** What the operator says of the claim stands in lists of the Cluster's status. */
export function volume(context: ModelContext, object: PersistentVolumeClaim): VolumeStatus {
  const { status } = context.cluster
  const { name } = object.metadata
  const lists = [
    ['unusable', status?.unusablePVC],
    ['dangling', status?.danglingPVC],
    ['resizing', status?.resizingPVC],
    ['initializing', status?.initializingPVC],
    ['healthy', status?.healthyPVC],
  ] as const
  return {
    name,
    // The claims of old operators carry no labels; the one for the data has the instance's name.
    instance: object.metadata.labels?.[Labels.instanceName] ?? (context.pods.has(name) ? name : null),
    role: object.metadata.labels?.[Labels.pvcRole] ?? null,
    phase: object.metadata.deletionTimestamp ? 'Terminating' : (object.status?.phase ?? null),
    requested: object.spec?.resources?.requests?.['storage'] ?? null,
    capacity: object.status?.capacity?.['storage'] ?? null,
    storageClass: object.spec?.storageClassName ?? null,
    operatorState: lists.find(([, names]) => names?.includes(name))?.[0] ?? null,
  }
}

/** Managed roles in a stable order: the operator's maps have none. */
export function managedRoles({ cluster }: ModelContext): ManagedRoles {
  const { byStatus = {}, cannotReconcile = {} } = cluster.status?.managedRolesStatus ?? {}
  return {
    byStatus: sorted(byStatus).map(([status, roles]) => ({ status, roles: [...roles].sort() })),
    cannotReconcile: sorted(cannotReconcile).map(([role, errors]) => ({ role, errors })),
  }
}

function sorted<T>(map: Record<string, T>): [string, T][] {
  return Object.entries(map).sort(([a], [b]) => (a < b ? -1 : 1))
}

/** Tablespaces of the status, then those the spec asks for and the status does not know yet. */
export function tablespaces({ cluster }: ModelContext): Tablespace[] {
  const wanted = cluster.spec.tablespaces ?? []
  const known = (cluster.status?.tablespacesStatus ?? []).map((entry) => ({
    name: entry.name,
    owner: entry.owner ?? null,
    state: entry.state ?? null,
    temporary: wanted.find((candidate) => candidate.name === entry.name)?.temporary ?? false,
    error: entry.error || null,
  }))
  const missing = wanted.filter((candidate) => !known.some((entry) => entry.name === candidate.name))
  return [
    ...known,
    ...missing.map((entry) => ({
      name: entry.name,
      owner: entry.owner?.name ?? null,
      state: null,
      temporary: entry.temporary ?? false,
      error: null,
    })),
  ]
}

export function plugins({ cluster }: ModelContext): Plugin[] {
  return (cluster.status?.pluginStatus ?? []).map((entry) => ({
    name: entry.name,
    version: entry.version || null,
    status: entry.status || null,
    capabilities: entry.capabilities ?? [],
  }))
}
