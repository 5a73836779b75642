import type { ContainerStatus, Pod } from '../../../../src/api/pod.ts'
import { list, text } from '../objects.ts'
import type { StoredObject } from '../objects.ts'
import { age } from './ages.ts'
import { AGE, NAME, column, wide } from './columns.ts'
import type { Column } from './columns.ts'

/** Columns of `kubectl get pods`. */
export const POD_COLUMNS: readonly Column[] = [
  NAME,
  column('Ready', (object) => {
    const pod = object as unknown as Pod
    return `${statuses(pod).filter((status) => status.ready).length}/${(pod.spec.containers ?? []).length}`
  }),
  column('Status', podStatus),
  column('Restarts', restarts),
  AGE,
  wide('IP', (object) => text(object, 'status', 'podIP') || '<none>'),
  wide('Node', (object) => text(object, 'spec', 'nodeName') || '<none>'),
  wide('Nominated Node', (object) => text(object, 'status', 'nominatedNodeName') || '<none>'),
  wide('Readiness Gates', (object) => (list(object, 'spec', 'readinessGates').length === 0 ? '<none>' : '0/1')),
]

function statuses(pod: Pod): ContainerStatus[] {
  return pod.status?.containerStatuses ?? []
}

/** The one word for a pod that kubectl shows: the phase, unless a container or a deletion says something better. */
export function podStatus(object: StoredObject): string {
  const pod = object as unknown as Pod
  const { phase = '', reason: podReason } = pod.status ?? {}
  let reason = podReason ?? phase
  const initial = initStatus(pod)
  if (initial !== undefined) reason = initial
  else reason = containerReason(pod, reason)
  if (pod.metadata.deletionTimestamp) {
    if (podReason === 'NodeLost') return 'Unknown'
    if (phase !== 'Succeeded' && phase !== 'Failed') return 'Terminating'
  }
  return reason
}

/** What the init containers are doing, as long as they are not all done. */
function initStatus(pod: Pod): string | undefined {
  const containers = pod.status?.initContainerStatuses ?? []
  for (const [index, { state, started }] of containers.entries()) {
    const terminated = state?.terminated
    if (terminated?.exitCode === 0 || started === true) continue
    if (terminated !== undefined) return `Init:${terminated.reason ?? `ExitCode:${terminated.exitCode ?? 0}`}`
    const waiting = state?.waiting?.reason
    if (waiting !== undefined && waiting !== 'PodInitializing') return `Init:${waiting}`
    return `Init:${index}/${containers.length}`
  }
  return undefined
}

function containerReason(pod: Pod, fallback: string): string {
  let reason = fallback
  let running = false
  for (const { state, ready } of statuses(pod).toReversed()) {
    if (state?.waiting?.reason) reason = state.waiting.reason
    else if (state?.terminated) reason = state.terminated.reason ?? `ExitCode:${state.terminated.exitCode ?? 0}`
    else if (ready === true && state?.running) running = true
  }
  if (reason !== 'Completed' || !running) return reason
  const ready = (pod.status?.conditions ?? []).some(({ type, status }) => type === 'Ready' && status === 'True')
  return ready ? 'Running' : 'NotReady'
}

function restarts(object: StoredObject, now: Date): string {
  const all = statuses(object as unknown as Pod)
  const count = all.reduce((sum, status) => sum + (status.restartCount ?? 0), 0)
  const ends = all.flatMap(({ lastState }) => lastState?.terminated?.finishedAt ?? [])
  const last = ends.sort().at(-1)
  return count === 0 || last === undefined ? String(count) : `${count} (${age(last, now)} ago)`
}
