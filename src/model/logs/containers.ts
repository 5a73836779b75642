import type { ContainerStatus, Pod } from '../../api/pod.ts'

/** One container of a pod, as far as its log is concerned. */
export interface LogSource {
  namespace: string
  pod: string
  /** Of the pod: another one of the same name is another source. */
  uid: string
  container: string
  /** Which run the server's log is of: how often the container was restarted. */
  run: number
  /** `none`: never started, so that there is no log. */
  state: 'running' | 'ended' | 'none'
  /** Why there is no log; empty when there is one. */
  reason: string
  /** There is a log of the run before. */
  hasPrevious: boolean
}

export interface SourceWish {
  /** Pods by name, or by the name of the job that made them; empty for all. */
  pods: readonly string[]
  /** Containers by name; empty for all. */
  containers: readonly string[]
}

/**
 * The containers whose logs belong to the pods: all but init containers that have done their work, which are shown when
 * they are asked for by name. Sidecars of plugins are init containers that keep running.
 */
export function logSources(pods: readonly Pod[], wish: SourceWish): LogSource[] {
  return pods.filter((pod) => isWanted(pod, wish.pods)).flatMap((pod) => sourcesOf(pod, wish.containers))
}

function isWanted({ metadata: { name, labels } }: Pod, wanted: readonly string[]): boolean {
  const job = labels?.['batch.kubernetes.io/job-name'] ?? labels?.['job-name']
  return wanted.length === 0 || wanted.includes(name) || (job !== undefined && wanted.includes(job))
}

function sourcesOf(pod: Pod, wanted: readonly string[]): LogSource[] {
  const { status, spec, metadata } = pod
  const known = new Map(
    [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])].map((each) => [each.name, each]),
  )
  const initial = (spec.initContainers ?? []).filter(
    ({ name, restartPolicy }) => wanted.includes(name) || restartPolicy === 'Always' || !isDone(known.get(name)),
  )
  const names = [...initial, ...(spec.containers ?? [])].map(({ name }) => name)
  return names
    .filter((name) => wanted.length === 0 || wanted.includes(name))
    .map((container) => ({
      namespace: metadata.namespace ?? '',
      pod: metadata.name,
      uid: metadata.uid ?? '',
      container,
      ...stateOf(known.get(container), status?.phase),
    }))
}

function isDone(status: ContainerStatus | undefined): boolean {
  return status?.state?.terminated?.exitCode === 0 && (status.restartCount ?? 0) === 0
}

type State = Pick<LogSource, 'run' | 'state' | 'reason' | 'hasPrevious'>

/** What the kubelet would give out: the log of the run that goes on or ended last (its rule for a waiting container). */
function stateOf(status: ContainerStatus | undefined, phase: string | undefined): State {
  const { running, terminated, waiting } = status?.state ?? {}
  const run = status?.restartCount ?? 0
  const hasPrevious = status?.lastState?.terminated !== undefined
  if (running !== undefined) return { run, state: 'running', reason: '', hasPrevious }
  if (terminated !== undefined || hasPrevious) {
    return { run, state: 'ended', reason: '', hasPrevious: hasPrevious && terminated !== undefined }
  }
  return { run, state: 'none', reason: waiting?.reason ?? phase ?? 'not started', hasPrevious: false }
}
