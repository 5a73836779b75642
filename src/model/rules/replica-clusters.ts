import type { ClusterStatus, Token } from '../cluster-status.ts'
import { goesToSleep, namedPrimary } from './facts.ts'
import type { Hit, Rule } from './types.ts'
import { because } from './words.ts'

/** Clusters that follow another cluster. */
export const REPLICA_CLUSTER_RULES: readonly Rule[] = [
  {
    id: 'replica-source',
    title: 'replica cluster does not receive',
    scope: 'cluster',
    severities: ['warning'],
    cause:
      'The designated primary has no connection to the source: address, certificate or slot there, or the network between.',
    consequence: 'The replica cluster falls behind, unless it is fed from the archive; taking over with it loses data.',
    next: ['kubectl logs INSTANCE --tail=50'],
    test: source,
  },
  {
    id: 'token-invalid',
    title: 'promotion or demotion token not valid',
    scope: 'cluster',
    severities: ['warning'],
    cause: 'The token cannot be read, misses parts, or belongs to another database.',
    consequence: 'The replica cluster will not be promoted with it.',
    next: ['kubectl cnpg status CLUSTER -v'],
    test: tokens,
  },
  {
    id: 'replica-cluster',
    title: 'replica cluster',
    scope: 'cluster',
    severities: ['info'],
    cause: 'spec.replica makes this cluster follow another one.',
    consequence: 'It cannot be written to; a promotion moves the designated primary only.',
    next: [],
    test: follows,
  },
]

function source(status: ClusterStatus): Hit[] {
  const { summary, replication } = status
  const designated = namedPrimary(status)
  if (!summary.isReplicaCluster || replication.sourceStreaming !== false || !designated || goesToSleep(status))
    return []
  if (designated.fenced || designated.pod?.ready === false) return []
  const message = `${designated.name} does not receive from ${summary.source ?? 'its source'}`
  return [{ severity: 'warning', message, objects: [designated.name] }]
}

function tokens(status: ClusterStatus): Hit[] {
  return [invalid('promotion token', status.promotionToken), invalid('demotion token', status.demotionToken)].flatMap(
    (hit) => hit ?? [],
  )
}

function invalid(what: string, token: Token | null): Hit | null {
  if (!token) return null
  if (token.error !== null)
    return { severity: 'warning', message: `the ${what} is not valid${because(token.error)}`, objects: [] }
  if (token.systemIdMatches !== false) return null
  return {
    severity: 'warning',
    message: `the ${what} belongs to another database (system identifier ${token.systemId})`,
    objects: [],
  }
}

function follows(status: ClusterStatus): Hit[] {
  const { isReplicaCluster, source: origin, primary } = status.summary
  if (!isReplicaCluster) return []
  const through = primary === null ? '' : `, designated primary ${primary}`
  return [{ severity: 'info', message: `replica cluster${origin ? ` of ${origin}` : ''}${through}`, objects: [] }]
}
