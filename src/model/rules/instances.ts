import type { ClusterStatus, InstanceState } from '../cluster-status.ts'
import { goesToSleep, missingPrimary, podsKnown } from './facts.ts'
import type { Hit, Rule } from './types.ts'
import { because, counted, forSpan, names, since } from './words.ts'

/** Are all instances there and ready? */
export const INSTANCE_RULES: readonly Rule[] = [
  {
    id: 'instance-not-ready',
    title: 'instance not ready',
    scope: 'instance',
    severities: ['critical', 'warning'],
    blocks: { promote: 'force' },
    cause:
      'The pod exists but is not ready: its image cannot be pulled, no node takes it, its volume is pending, its container ends again ' +
      'and again (perhaps for lack of memory), its node is not ready, it is being replaced, or PostgreSQL is starting.',
    consequence: 'The services send no connections there. If it is the primary, nothing can be written.',
    next: ['kubectl describe pod INSTANCE', 'kubectl logs INSTANCE --previous', 'kubectl get events'],
    test: notReady,
  },
  {
    id: 'instances-not-ready',
    title: 'fewer ready instances than wanted',
    scope: 'cluster',
    severities: ['critical', 'warning'],
    cause: 'The operator counts fewer ready instances than wanted, and the pods may not be read to tell why.',
    consequence: 'Less or no protection against the loss of another instance.',
    next: ['kubectl cnpg doctor CLUSTER'],
    test: countedNotReady,
  },
  {
    id: 'instance-missing',
    title: 'instance missing',
    scope: 'instance',
    severities: ['warning'],
    blocks: { promote: 'refuse', restart: 'force' },
    cause:
      'An instance has no pod and no job makes one: the pod was deleted and the operator has not made it again, or cannot.',
    consequence: 'Less or no protection against the loss of another instance.',
    next: ['kubectl get events', 'kubectl cnpg report operator', 'kubectl get pvc'],
    test: missing,
  },
  {
    id: 'instance-joining',
    title: 'instance being made',
    scope: 'instance',
    severities: ['info'],
    blocks: { promote: 'refuse' },
    cause: 'A job copies the data for a new instance, after a scale-up or in place of a lost one.',
    consequence: 'Until it is done there is one copy less; the copying loads the instance it reads from.',
    next: ['kubectl cnpg status CLUSTER -v'],
    test: joining,
  },
  {
    id: 'instance-leaving',
    title: 'instance being removed',
    scope: 'instance',
    severities: ['info'],
    blocks: { promote: 'refuse', restart: 'force' },
    cause: 'The cluster was scaled down, or an instance destroyed.',
    consequence: 'None; its connections end.',
    next: [],
    test: leaving,
  },
  {
    id: 'job-failed',
    title: 'job failed',
    scope: 'cluster',
    severities: ['warning'],
    cause: 'A job that makes or upgrades an instance ended with an error.',
    consequence: 'The instance does not come up before the cause is removed.',
    next: ['kubectl get events', 'kubectl cnpg report cluster CLUSTER --logs'],
    test: failedJobs,
  },
]

/** Neither asleep nor in its first minutes. */
function awake(status: ClusterStatus): boolean {
  return !goesToSleep(status) && status.summary.transition !== 'initializing'
}

/** More pods than wanted without this one: it is on its way out. */
function isLeaving(status: ClusterStatus, instance: InstanceState): boolean {
  if (instance.pod?.deleting !== true) return false
  const staying = status.instances.filter((other) => other.pod !== null && !other.pod.deleting).length
  return staying >= (status.summary.instancesWanted ?? 1)
}

function notReady(status: ClusterStatus): Hit[] {
  if (!awake(status)) return []
  return status.instances.flatMap((instance) => {
    const { name, pod, fenced, isNamedPrimary } = instance
    const stopped = instance.presence === 'answered' && instance.mightBeUnavailable === true
    if (!pod || fenced || (pod.ready && !pod.deleting && !stopped) || isLeaving(status, instance)) return []
    const who = isNamedPrimary ? `${name} (primary)` : name
    const time = pod.ready ? '' : forSpan(since(status, pod.readySince))
    const severity = isNamedPrimary ? 'critical' : 'warning'
    return [{ severity, message: `${who} is not ready${time}: ${reasonOf(instance)}`, objects: [name] } satisfies Hit]
  })
}

/** The pod's own reason, and how its container ended before when that explains it. */
function reasonOf({ presence, statusText, detail, mightBeUnavailable, pod, problem }: InstanceState): string {
  const ended = pod?.lastTermination
  const abnormal = ended && ended.exitCode !== 0
  const past = abnormal
    ? `; it ended with ${ended.reason ?? 'an error'} (exit code ${ended.exitCode ?? '?'}) before`
    : ''
  const restarts = pod && pod.restarts > 1 && !pod.ready ? `, ${counted(pod.restarts, 'restart')}` : ''
  if (presence === 'not-asked') return `${statusText}${because(detail)}${restarts}${past}`
  // Since when the pod is not ready has been said.
  if (presence === 'silent') return `${statusText}${because(problem?.message)}${restarts}${past}`
  if (pod?.deleting === true) return 'its pod is being deleted'
  if (mightBeUnavailable === true) return `PostgreSQL does not run there now${because(detail)}`
  return `PostgreSQL answers, but the pod is not Ready${past}`
}

function countedNotReady(status: ClusterStatus): Hit[] {
  const { instancesReady: ready, instancesWanted: wanted } = status.summary
  if (podsKnown(status) || !awake(status) || ready === null || wanted === null || ready >= wanted) return []
  const severity = ready === 0 ? 'critical' : 'warning'
  return [
    { severity, message: `${ready} of ${counted(wanted, 'instance')} ready; the pods may not be read`, objects: [] },
  ]
}

function missing(status: ClusterStatus): Hit[] {
  if (!awake(status) || !podsKnown(status)) return []
  const { instancesWanted: wanted } = status.summary
  const primaryIsGone = missingPrimary(status) !== null
  const absent = status.instances.filter(
    (instance) =>
      instance.presence === 'absent' && instance.role !== 'joining' && !(primaryIsGone && instance.isNamedPrimary),
  )
  const hits: Hit[] = absent.map(({ name }) => ({
    severity: 'warning',
    message: `${name} has no pod`,
    objects: [name],
  }))
  const underWay = status.instances.some((instance) => instance.role === 'joining')
  const unknown = (wanted ?? 0) - status.instances.length
  if (unknown > 0 && !underWay) {
    const message = `${counted(unknown, 'instance')} of ${wanted} not there, and no job makes any`
    hits.push({ severity: 'warning', message, objects: [] })
  }
  return hits
}

function joining(status: ClusterStatus): Hit[] {
  if (!awake(status)) return []
  const known = status.instances.length
  return status.instances
    .filter((instance) => instance.role === 'joining')
    .map(({ name, statusText, detail }, index, all) => {
      const more = (status.summary.instancesWanted ?? 0) - known
      const rest = more > 0 && index === all.length - 1 ? `; ${more} more to come` : ''
      return {
        severity: 'info',
        message: `${name} is being made: ${statusText}${because(detail)}${rest}`,
        objects: [name],
      }
    })
}

function leaving(status: ClusterStatus): Hit[] {
  const going = status.instances.filter((instance) => isLeaving(status, instance)).map(({ name }) => name)
  if (goesToSleep(status) || going.length === 0) return []
  return [
    { severity: 'info', message: `${names(going)} ${going.length === 1 ? 'is' : 'are'} being removed`, objects: going },
  ]
}

function failedJobs(status: ClusterStatus): Hit[] {
  return (status.jobs?.items ?? [])
    .filter((job) => job.state === 'failed')
    .map((job) => {
      const what = `${job.role ?? 'a'} job ${job.name}${job.instance ? ` of ${job.instance}` : ''}`
      return { severity: 'warning', message: `the ${what} has failed`, objects: [job.name] }
    })
}
