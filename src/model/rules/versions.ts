import type { ClusterStatus } from '../cluster-status.ts'
import type { Hit, Rule } from './types.ts'
import { names, since, span } from './words.ts'

/** The newest operator that this build was made for. */
const NEWEST_KNOWN_OPERATOR = '1.30'

/** An operator at work writes a status within moments; this long without one it is not there, in seconds. */
const FIRST_REACTION = 60

/** Operator, instance managers and this program. */
export const VERSION_RULES: readonly Rule[] = [
  {
    id: 'operator-absent',
    title: 'no operator at work',
    scope: 'cluster',
    severities: ['critical'],
    cause:
      'The Deployment of the operator has no available replica; or the Cluster has existed for a while and nobody has written a status: the operator is not installed, or does not watch this namespace.',
    consequence:
      'The instances go on as they are, but nobody makes new ones, fails over, renews certificates or starts backups.',
    next: ['kubectl get deployments --all-namespaces -l app.kubernetes.io/name=cloudnative-pg', 'kubectl cnpg doctor'],
    test: noOperator,
  },
  {
    id: 'operator-version',
    title: 'instances of another version than the operator',
    scope: 'cluster',
    severities: ['info'],
    cause: 'The operator was upgraded or downgraded and has not replaced all instance managers, or waits to do so.',
    consequence: 'Instances behave like their own version; new features may be missing on some.',
    next: ['kubectl cnpg status CLUSTER --watch'],
    test: skewed,
  },
  {
    id: 'client-version',
    title: 'operator newer than this program',
    scope: 'cluster',
    severities: ['info'],
    cause: `The operator is newer than ${NEWEST_KNOWN_OPERATOR}, the newest that this program knows.`,
    consequence: 'What is new in it is not shown, or only in its own words.',
    next: ['kubectl cnpg version'],
    test: clientTooOld,
  },
]

function noOperator(status: ClusterStatus): Hit[] {
  const { phase, createdAt, instancesExisting, primary, operator } = status.summary
  // Without a namespace it may only go by other labels than ours looks for.
  if (operator !== null && operator.namespace !== null && operator.ready === 0) {
    const what = operator.replicas === 0 ? 'is scaled to 0' : `has no available replica of ${operator.replicas}`
    const message = `the operator in ${operator.namespace} ${what}: nobody fails over or changes anything`
    const next = `kubectl get pods -n ${operator.namespace} -l app.kubernetes.io/name=cloudnative-pg`
    return [{ severity: 'critical', message, objects: [], command: next }]
  }
  const age = since(status, createdAt)
  const untouched = phase === null && primary === null && status.conditions.length === 0 && !instancesExisting
  if (!untouched || age === null || age < FIRST_REACTION) return []
  return [
    {
      severity: 'critical',
      message: `no operator has taken up this cluster in the ${span(age)} since it was made`,
      objects: [],
    },
  ]
}

/** The operator's own version where it is known, else the newest told: it writes its version on every pod it makes. */
function skewed(status: ClusterStatus): Hit[] {
  const managers = status.instances.filter((instance) => instance.managerVersion !== null)
  const told = [
    ...managers.map(({ managerVersion }) => managerVersion!),
    ...status.instances.flatMap(({ pod }) => pod?.operatorVersion ?? []),
  ]
  const own = status.summary.operator?.version ?? null
  const wanted = own ?? [...new Set(told)].sort(compareVersions).at(-1)
  const others = managers.filter(({ managerVersion }) => managerVersion !== wanted)
  if (wanted === undefined || others.length === 0) return []
  const versions = [...new Set(others.map(({ managerVersion }) => managerVersion!))].sort(compareVersions)
  const groups = versions.map((version) => {
    const list = others.filter((instance) => instance.managerVersion === version).map(({ name }) => name)
    return `${version} (${names(list)})`
  })
  const message = `instance managers of version ${groups.join(' and ')}; ${own === null ? 'the newest is' : 'the operator is'} ${wanted}`
  return [{ severity: 'info', message, objects: others.map(({ name }) => name) }]
}

function clientTooOld(status: ClusterStatus): Hit[] {
  const { operatorVersion, clientVersion } = status
  if (operatorVersion === null) return []
  const minor = operatorVersion.split('.').slice(0, 2).join('.')
  if (compareVersions(minor, NEWEST_KNOWN_OPERATOR) <= 0) return []
  const message = `operator ${operatorVersion} is newer than this program (${clientVersion}) knows, which is ${NEWEST_KNOWN_OPERATOR}`
  return [{ severity: 'info', message, objects: [] }]
}

/** Orders by the numbers of a version text. */
function compareVersions(a: string, b: string): number {
  const numbers = (text: string) => (text.match(/\d+/g) ?? []).map(Number)
  const [left, right] = [numbers(a), numbers(b)]
  for (let index = 0; index < Math.max(left.length, right.length); index += 1) {
    const difference = (left[index] ?? 0) - (right[index] ?? 0)
    if (difference !== 0) return difference
  }
  return 0
}
