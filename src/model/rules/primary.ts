import type { ClusterStatus } from '../cluster-status.ts'
import { claimants, missingPrimary, namedPrimary } from './facts.ts'
import type { Hit, Rule } from './types.ts'
import { forSpan, names, since } from './words.ts'

/** Who is, who says to be and who should be the primary. */
export const PRIMARY_RULES: readonly Rule[] = [
  {
    id: 'no-primary',
    title: 'no primary',
    scope: 'cluster',
    severities: ['critical'],
    blocks: { promote: 'force', restart: 'force', destroy: 'force', backup: 'force' },
    cause:
      'The pod of the primary is gone or being deleted, its server runs as a standby, or the operator still looks for a successor. ' +
      'A primary that only could not be asked is not meant here.',
    consequence: 'Nothing can be written, and the service CLUSTER-rw leads nowhere.',
    next: ['kubectl cnpg status CLUSTER --watch', 'kubectl get events', 'kubectl cnpg report cluster CLUSTER --logs'],
    test: noPrimary,
  },
  {
    id: 'primary-differs',
    title: 'another primary than the Cluster names',
    scope: 'cluster',
    severities: ['critical'],
    blocks: { promote: 'force', restart: 'force', destroy: 'force', backup: 'force' },
    cause:
      'An instance runs as the primary although the Cluster object names another one and no switchover is under way.',
    consequence: 'Services may lead to the wrong server; a later failover can lose what was written there.',
    next: ['kubectl cnpg report cluster CLUSTER --logs', 'kubectl cnpg fencing on CLUSTER INSTANCE'],
    test: primaryDiffers,
  },
  {
    id: 'two-primaries',
    title: 'two primaries',
    scope: 'cluster',
    severities: ['critical'],
    blocks: { promote: 'refuse', restart: 'force', destroy: 'force', backup: 'force' },
    cause: 'Two instances accept writes, for example after a network partition or when a fence was lifted too early.',
    consequence: 'Their data diverge: what one of them accepts will be lost.',
    next: ['kubectl cnpg fencing on CLUSTER INSTANCE', 'kubectl cnpg report cluster CLUSTER --logs'],
    test: twoPrimaries,
  },
  {
    id: 'system-id-mismatch',
    title: 'instances of different databases',
    scope: 'cluster',
    severities: ['critical'],
    blocks: { promote: 'refuse' },
    cause:
      'Instances report different system identifiers: a volume of another cluster was taken over, or one was initialised anew.',
    consequence: 'Such an instance can never replicate; promoting it would replace the data of the cluster.',
    next: ['kubectl cnpg report cluster CLUSTER', 'kubectl get pvc'],
    test: systemIds,
  },
]

function noPrimary(status: ClusterStatus): Hit[] {
  const reason = missingPrimary(status)
  if (reason === null) return []
  const { primary, targetPrimary, primaryFailingSince, targetSetAt, transition } = status.summary
  const begun = primaryFailingSince ?? (transition === 'none' ? null : targetSetAt)
  const successor = transition === 'switching' && targetPrimary ? `; ${targetPrimary} is to take over` : ''
  return [
    {
      severity: 'critical',
      message: `no primary${forSpan(since(status, begun))}: ${reason}${successor}`,
      objects: primary === null ? [] : [primary],
    },
  ]
}

function primaryDiffers(status: ClusterStatus): Hit[] {
  const named = namedPrimary(status)
  const other = claimants(status).filter((instance) => !instance.isNamedPrimary)
  const [first] = other
  if (status.summary.transition !== 'none' || !named || !first || other.length > 1 || named.isPrimary === true)
    return []
  return [
    {
      severity: 'critical',
      message: `${first.name} runs as the primary, the Cluster names ${named.name}`,
      objects: [first.name, named.name],
      command: null,
    },
  ]
}

function twoPrimaries(status: ClusterStatus): Hit[] {
  const claiming = claimants(status)
  if (claiming.length < 2) return []
  // Answers are not simultaneous: while the role moves, the old primary may have answered just before and the new one just after.
  const { transition, primary, targetPrimary } = status.summary
  const moving = claiming.every(({ name }) => name === primary || name === targetPrimary)
  if (transition === 'switching' && moving) return []
  const intruder = claiming.find((instance) => !instance.isNamedPrimary) ?? claiming[0]!
  const others = claiming.filter((instance) => instance !== intruder).map(({ name }) => name)
  return [
    {
      severity: 'critical',
      message: `${names([...others, intruder.name])} ${claiming.length === 2 ? 'both' : 'all'} say that they are the primary${primary ? `; the Cluster names ${primary}` : ''}`,
      objects: [intruder.name, ...others],
    },
  ]
}

function systemIds(status: ClusterStatus): Hit[] {
  const told = status.instances.filter((instance) => instance.systemId !== null)
  const ids = [...new Set(told.map((instance) => instance.systemId))]
  const condition = status.conditions.find((entry) => entry.type === 'ConsistentSystemID')
  const reported = condition?.status === 'False' && condition.reason === 'Mismatch'
  if (ids.length < 2 && !reported) return []
  const groups = ids.map(
    (id) => `${id} (${names(told.filter((entry) => entry.systemId === id).map(({ name }) => name))})`,
  )
  const list = ids.length < 2 ? '' : `: ${groups.join(', ')}`
  return [
    {
      severity: 'critical',
      message: `the instances are not copies of one database, their system identifiers differ${list}`,
      objects: ids.length < 2 ? [] : told.map(({ name }) => name),
    },
  ]
}
