import type { ClusterStatus } from '../cluster-status.ts'
import { POD_DELETION } from './facts.ts'
import type { Hit, Rule } from './types.ts'
import { because, command, forSpan, since } from './words.ts'

/** States that somebody wanted: hibernation, maintenance, the first start. */
export const LIFECYCLE_RULES: readonly Rule[] = [
  {
    id: 'hibernated',
    title: 'cluster hibernated',
    scope: 'cluster',
    severities: ['info'],
    blocks: { promote: 'refuse', restart: 'refuse', destroy: 'refuse', backup: 'refuse' },
    cause: 'Somebody hibernated it. The pods are gone, the volumes and the Cluster object stay.',
    consequence: 'The database is not available; no backups are made.',
    next: ['kubectl cnpg hibernate off CLUSTER'],
    test: hibernated,
  },
  {
    id: 'hibernation-running',
    title: 'hibernation under way',
    scope: 'cluster',
    severities: ['info'],
    blocks: { promote: 'refuse', restart: 'refuse', destroy: 'refuse', backup: 'refuse' },
    cause: 'Hibernation was asked for, and the operator is deleting the pods.',
    consequence: 'The database goes down.',
    next: ['kubectl cnpg hibernate status CLUSTER'],
    test: hibernating,
  },
  {
    id: 'hibernation-blocked',
    title: 'hibernation does not begin',
    scope: 'cluster',
    severities: ['warning'],
    blocks: { promote: 'force', backup: 'force' },
    cause: 'Hibernation was asked for, but the operator waits for the cluster to be healthy first.',
    consequence:
      'The cluster goes on running, and goes down as soon as it is healthy. Fencing all instances stops PostgreSQL at once.',
    next: ['kubectl cnpg hibernate off CLUSTER', "kubectl cnpg fencing on CLUSTER '*'"],
    test: blocked,
  },
  {
    id: 'maintenance',
    title: 'node maintenance window open',
    scope: 'cluster',
    severities: ['info'],
    cause: 'spec.nodeMaintenanceWindow.inProgress is true.',
    consequence:
      'The disruption budgets are removed: a drain may stop every instance. Without reusePVC the volumes of drained nodes are made anew.',
    next: ['kubectl cnpg maintenance unset CLUSTER'],
    test: maintenance,
  },
  {
    id: 'initializing',
    title: 'cluster being set up',
    scope: 'cluster',
    severities: ['info'],
    blocks: { promote: 'refuse', restart: 'refuse', destroy: 'force', backup: 'refuse' },
    cause: 'The first instance is made: initialised, copied from another server or restored from a backup.',
    consequence: 'There is no database yet.',
    next: ['kubectl cnpg status CLUSTER --watch', 'kubectl cnpg logs cluster CLUSTER'],
    test: initializing,
  },
]

function hibernated(status: ClusterStatus): Hit[] {
  if (!status.hibernation?.hibernated) return []
  const time = forSpan(since(status, status.hibernation.since))
  if (!status.hibernation.requested) {
    return [{ severity: 'info', message: `hibernated${time}, and asked to wake up`, objects: [], command: null }]
  }
  const off = command(status, 'kubectl cnpg hibernate off CLUSTER')!
  return [{ severity: 'info', message: `hibernated${time}; \`${off}\` wakes it`, objects: [], command: off }]
}

function hibernating(status: ClusterStatus): Hit[] {
  const { hibernation } = status
  if (!hibernation?.requested || hibernation.hibernated || !POD_DELETION.includes(hibernation.reason ?? '')) return []
  const message = `hibernation under way${forSpan(since(status, hibernation.since))}${because(hibernation.message)}`
  return [{ severity: 'info', message, objects: [] }]
}

function blocked(status: ClusterStatus): Hit[] {
  const { hibernation } = status
  if (!hibernation?.requested || hibernation.hibernated || POD_DELETION.includes(hibernation.reason ?? '')) return []
  const reason = hibernation.message ?? 'the operator has not reacted yet'
  const message = `hibernation was asked for and has not begun${forSpan(since(status, hibernation.since))}${because(reason)}`
  return [{ severity: 'warning', message, objects: [] }]
}

function maintenance(status: ClusterStatus): Hit[] {
  const window = status.summary.maintenance
  if (!window?.inProgress) return []
  const off = command(status, 'kubectl cnpg maintenance unset CLUSTER')!
  const volumes = window.reusePVC ? 'volumes are reused' : 'volumes are not reused'
  const message = `node maintenance is in progress (${volumes}; no disruption budgets); \`${off}\` ends it`
  return [{ severity: 'info', message, objects: [], command: off }]
}

function initializing(status: ClusterStatus): Hit[] {
  const { summary, jobs } = status
  if (summary.transition !== 'initializing') return []
  const origin = summary.bootstrap?.origin
  const how =
    summary.bootstrap?.method === 'recovery'
      ? `is being restored${origin ? ` from ${origin}` : ''}`
      : summary.bootstrap?.method === 'pg_basebackup'
        ? `is being copied${origin ? ` from ${origin}` : ''}`
        : 'is being made'
  const job = jobs?.items?.find((candidate) => candidate.state === 'active')
  const doing = job ? ` (job ${job.name})` : ''
  const message = `the first instance ${how}${forSpan(since(status, summary.targetSetAt))}${doing}`
  return [{ severity: 'info', message, objects: summary.targetPrimary === null ? [] : [summary.targetPrimary] }]
}
