import type { KubeNode } from '../api/objects.ts'
import type { Container, ContainerStatus, Pod } from '../api/pod.ts'
import { postgresContainer } from './pods.ts'

/** What Kubernetes itself says about a pod that cannot answer. */
export interface PodTrouble {
  /** Short, for the status column, e.g. `ErrImagePull`. */
  status: string
  /** The cluster's own words, one line; null when there are none. */
  detail: string | null
}

/**
 * Why nobody need ask this pod: being deleted, not scheduled, waiting, ended, or on a node that is gone (design 5).
 * Null for a pod whose container `postgres` (of a job or pooler: its only one) runs.
 */
export function podTrouble(pod: Pod, nodes: readonly KubeNode[] | undefined): PodTrouble | null {
  if (pod.metadata.deletionTimestamp) return { status: 'being deleted', detail: null }
  return nodeTrouble(pod, nodes) ?? phaseTrouble(pod) ?? containerTrouble(pod)
}

function nodeTrouble(pod: Pod, nodes: readonly KubeNode[] | undefined): PodTrouble | null {
  const node = nodes?.find((candidate) => candidate.metadata.name === pod.spec.nodeName)
  const ready = node?.status?.conditions?.find((condition) => condition.type === 'Ready')
  if (!node || !ready || ready.status === 'True') return null
  return { status: 'node not ready', detail: `node ${node.metadata.name} is NotReady: ${line(ready.message) ?? '-'}` }
}

function phaseTrouble(pod: Pod): PodTrouble | null {
  const { phase, reason, message } = pod.status ?? {}
  if (phase === 'Failed' || phase === 'Succeeded') {
    return { status: reason ?? phase, detail: line(message) }
  }
  const scheduled = pod.status?.conditions?.find((condition) => condition.type === 'PodScheduled')
  if (scheduled?.status === 'False') {
    return { status: `Pending (${scheduled.reason ?? 'not scheduled'})`, detail: line(scheduled.message) }
  }
  return null
}

function containerTrouble(pod: Pod): PodTrouble | null {
  // Pods of jobs and poolers have one container of another name.
  const started = postgresContainer(pod) ?? pod.status?.containerStatuses?.[0]
  if (started?.state?.running) return null
  const initial = (pod.status?.initContainerStatuses ?? []).find((container) => !container.ready)
  const trouble = (initial && stateTrouble(initial, true)) ?? (started && stateTrouble(started, false))
  if (trouble) return trouble
  const expected: Container[] = pod.spec.containers ?? []
  return { status: pod.status?.phase ?? (expected.length > 0 ? 'not started' : 'no container'), detail: null }
}

function stateTrouble(container: ContainerStatus, initial: boolean): PodTrouble | null {
  const { waiting, terminated, running } = container.state ?? {}
  const prefix = initial ? 'Init: ' : ''
  if (waiting) {
    const last = container.lastState?.terminated
    const before = last ? `last ended with ${last.reason ?? 'an error'}, exit code ${last.exitCode ?? '?'}` : null
    return { status: prefix + (waiting.reason ?? 'waiting'), detail: line(waiting.message) ?? before }
  }
  if (terminated && (terminated.exitCode !== 0 || !initial)) {
    const status = `${prefix}${terminated.reason ?? 'terminated'}`
    return { status, detail: line(terminated.message) ?? `exit code ${terminated.exitCode ?? '?'}` }
  }
  return initial && running ? { status: 'Init: running', detail: null } : null
}

/** One line of a message that may hold several. */
function line(message: string | undefined): string | null {
  const text = message?.replace(/\s+/g, ' ').trim()
  return text ? text : null
}
