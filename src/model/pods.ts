import { Annotations, Labels, POSTGRES_CONTAINER } from '../api/constants.ts'
import type { KubeNode } from '../api/objects.ts'
import type { ContainerStatus, Pod } from '../api/pod.ts'
import type { PodFacts } from './cluster-status.ts'
import { toUtc } from './time.ts'

/** True for the pod of an instance: not one of a Pooler or of a job that prepares an instance (spec/wire-formats.md C, E). */
export function isInstancePod(pod: Pod): boolean {
  const labels = pod.metadata.labels ?? {}
  const podRole = labels[Labels.podRole]
  if (podRole !== undefined) return podRole === 'instance'
  if (labels[Labels.jobRole] !== undefined || labels[Labels.poolerName] !== undefined) return false
  return pod.metadata.ownerReferences?.every((owner) => owner.kind === 'Cluster') ?? true
}

/** The role that the operator wrote on the pod; the older label wins when both are there. */
export function labelledRole(pod: Pod): string | undefined {
  return pod.metadata.labels?.[Labels.role] || pod.metadata.labels?.[Labels.instanceRole]
}

/** Facts of a pod that the screens show. `nodes` is undefined when nodes were not read. */
export function podFacts(pod: Pod, nodes: readonly KubeNode[] | undefined, zone: string | null): PodFacts {
  const container = postgresContainer(pod)
  const ready = pod.status?.conditions?.find((condition) => condition.type === 'Ready')
  const terminated = container?.lastState?.terminated
  return {
    phase: pod.status?.phase ?? null,
    ready: isReady(pod),
    readySince: toUtc(ready?.lastTransitionTime) ?? null,
    deleting: Boolean(pod.metadata.deletionTimestamp),
    createdAt: toUtc(pod.metadata.creationTimestamp) ?? null,
    startedAt: toUtc(container?.state?.running?.startedAt) ?? null,
    restarts: container?.restartCount ?? 0,
    lastTermination: terminated
      ? {
          reason: terminated.reason ?? null,
          exitCode: terminated.exitCode ?? null,
          at: toUtc(terminated.finishedAt) ?? null,
        }
      : null,
    qos: pod.status?.qosClass ?? null,
    node: pod.spec.nodeName ?? null,
    nodeReady: nodeReady(pod.spec.nodeName, nodes),
    zone,
    podIP: pod.status?.podIP ?? null,
    hostIP: pod.status?.hostIP ?? null,
    image: runningImage(pod),
    operatorVersion: pod.metadata.annotations?.[Annotations.operatorVersion] ?? null,
  }
}

/** True when the pod's condition Ready is True. */
export function isReady(pod: Pod): boolean {
  return pod.status?.conditions?.some((condition) => condition.type === 'Ready' && condition.status === 'True') ?? false
}

/** The image of the container `postgres` as its spec names it (the runtime's own name may be a digest). */
export function runningImage(pod: Pod): string | null {
  const spec = pod.spec.containers?.find((container) => container.name === POSTGRES_CONTAINER)
  return spec?.image ?? postgresContainer(pod)?.image ?? null
}

export function postgresContainer(pod: Pod): ContainerStatus | undefined {
  return pod.status?.containerStatuses?.find((container) => container.name === POSTGRES_CONTAINER)
}

function nodeReady(name: string | undefined, nodes: readonly KubeNode[] | undefined): boolean | null {
  const node = nodes?.find((candidate) => candidate.metadata.name === name)
  const condition = node?.status?.conditions?.find((candidate) => candidate.type === 'Ready')
  return condition ? condition.status === 'True' : null
}
