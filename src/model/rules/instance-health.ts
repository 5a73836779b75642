import type { ClusterStatus, InstanceState } from '../cluster-status.ts'
import { severityAt } from './thresholds.ts'
import type { Hit, Levels, Rule } from './types.ts'
import { names, quote, since, span } from './words.ts'

/** Do instances that should be up answer, and do they stay up? */
export const INSTANCE_HEALTH_RULES: readonly Rule[] = [
  {
    id: 'instance-not-answering',
    title: 'instance not answering',
    scope: 'instance',
    severities: ['warning'],
    blocks: { promote: 'force' },
    cause:
      'Neither the instance manager nor PostgreSQL answered by any of the ways, for another reason than a missing right: a network ' +
      'policy, a frozen server, a node that is about to vanish.',
    consequence: 'Its state is unknown; what is shown of it comes from Kubernetes and from the primary.',
    next: ['kubectl cnpg doctor CLUSTER', 'kubectl logs INSTANCE --tail=50'],
    test: notAnswering,
  },
  {
    id: 'instance-manager-frozen',
    title: 'instance manager does not answer',
    scope: 'instance',
    severities: ['warning'],
    blocks: { promote: 'force' },
    cause:
      'PostgreSQL answers, but the instance manager in the same pod does not, not even its own command inside the container.',
    consequence:
      'The operator cannot see, fence, promote or reload this instance; the kubelet will restart the pod when its liveness probe has failed long enough.',
    next: ['kubectl logs INSTANCE --tail=50', 'kubectl cnpg restart CLUSTER INSTANCE'],
    test: frozenManager,
  },
  {
    id: 'instance-crashed',
    title: 'instance ended with an error lately',
    scope: 'instance',
    severities: ['critical', 'warning'],
    threshold: {
      flag: 'crash-age',
      unit: 'seconds',
      summary: 'Age of the last abnormal end of an instance that is running again',
      warning: '1h:',
      critical: '',
    },
    cause:
      'The container ended with an error and was started again; OOMKilled means that it used more memory than its limit.',
    consequence: 'Connections were lost; it may happen again, and on the primary it may cause a failover.',
    next: ['kubectl logs INSTANCE --previous', 'kubectl describe pod INSTANCE'],
    test: crashed,
  },
]

/** One finding per reason: a network policy silences all instances alike. */
function notAnswering(status: ClusterStatus): Hit[] {
  const groups = new Map<string, InstanceState[]>()
  for (const instance of status.instances) {
    const { presence, problem, pod } = instance
    // A pod that is not ready has its own finding, and a missing right is no fault of the cluster.
    if (presence !== 'silent' || !problem || problem.reason === 'forbidden' || pod?.ready === false) continue
    const reason = instance.statusText
    groups.set(reason, [...(groups.get(reason) ?? []), instance])
  }
  return [...groups].map(([reason, instances]) => {
    const list = instances.map(({ name }) => name)
    const { detail } = instances[0]!
    const why = list.length === 1 && detail ? `: ${quote(detail)}` : ''
    return { severity: 'warning', message: `${names(list)}: ${reason}${why}`, objects: list }
  })
}

function frozenManager(status: ClusterStatus): Hit[] {
  return status.instances.flatMap(({ name, via, failures }) => {
    // Its own command inside the container is past every network: when that hangs too, the manager does.
    const hangs = (way: 'proxy' | 'exec') =>
      failures.some((failure) => failure.way === way && failure.kind === 'timeout')
    if (via !== 'sql' || !hangs('exec') || !failures.some((failure) => failure.way === 'proxy')) return []
    const message = `the instance manager of ${name} does not answer, PostgreSQL does (asked by SQL)`
    return [{ severity: 'warning', message, objects: [name] } satisfies Hit]
  })
}

function crashed(status: ClusterStatus, levels: Levels): Hit[] {
  return status.instances.flatMap(({ name, pod }) => {
    const ended = pod?.lastTermination
    if (!pod?.ready || !ended || ended.exitCode === 0) return []
    const age = since(status, ended.at)
    const severity = age === null ? null : severityAt(levels, age)
    if (severity === null || age === null) return []
    const message = `${name} ended with ${ended.reason ?? 'an error'} (exit code ${ended.exitCode ?? '?'}) ${span(age)} ago and runs again`
    return [{ severity, message, objects: [name] }]
  })
}
