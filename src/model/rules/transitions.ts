import type { ClusterStatus } from '../cluster-status.ts'
import { severityOr } from './thresholds.ts'
import type { Hit, Levels, Rule } from './types.ts'
import { because, forSpan, since } from './words.ts'

/** The primary moves. */
export const TRANSITION_RULES: readonly Rule[] = [
  {
    id: 'failover-running',
    title: 'failover under way',
    scope: 'cluster',
    severities: ['critical', 'warning'],
    threshold: {
      flag: 'failover-seconds',
      unit: 'seconds',
      summary: 'Time that a failover takes; one is always at least a warning',
      warning: '',
      critical: '5m',
    },
    blocks: { promote: 'force', restart: 'force', destroy: 'force', backup: 'force' },
    cause: 'The operator found the primary failing and moves its role to a standby.',
    consequence: 'Nothing can be written until the new primary is up.',
    next: ['kubectl cnpg status CLUSTER --watch', 'kubectl get events'],
    test: failover,
  },
  {
    id: 'switchover-running',
    title: 'switchover under way',
    scope: 'cluster',
    severities: ['critical', 'warning', 'info'],
    threshold: {
      flag: 'switchover-seconds',
      unit: 'seconds',
      summary: 'Time that a switchover takes',
      warning: '2m',
      critical: '10m',
    },
    blocks: { promote: 'force', restart: 'force', destroy: 'force', backup: 'force' },
    cause:
      'A promotion was asked for, or a rollout replaces the primary. The old primary first shuts down and archives its WAL.',
    consequence:
      'Nothing can be written until the new primary is up. One that takes long hangs on a shutdown, on the archive or on an operator that is down.',
    next: ['kubectl cnpg status CLUSTER --watch', 'kubectl cnpg report operator'],
    test: switchover,
  },
]

const FAILING_OVER = 'Failing over'

function isFailover({ summary }: ClusterStatus): boolean {
  if (summary.phase === FAILING_OVER || summary.transition === 'electing') return true
  return summary.transition === 'switching' && summary.primaryFailingSince !== null
}

function failover(status: ClusterStatus, levels: Levels): Hit[] {
  if (!isFailover(status)) return []
  const { primaryFailingSince, targetSetAt, primary, targetPrimary, phaseReason, transition } = status.summary
  const seconds = since(status, primaryFailingSince ?? targetSetAt)
  const target = transition === 'electing' ? 'a standby yet to be chosen' : targetPrimary
  const objects = [...new Set([primary, targetPrimary])].filter(
    (name) => name !== null && name !== 'pending',
  ) as string[]
  const time = forSpan(seconds)
  // Once the new primary is named, only the operator's own sentence knows the old one.
  const known = primary !== null && primary !== targetPrimary
  const message = known
    ? `a failover from ${primary}${target === null ? '' : ` to ${target}`} has been under way${time}`
    : `a failover has been under way${time}${because(phaseReason)}`
  return [{ severity: severityOr(levels, seconds, 'warning'), message, objects }]
}

function switchover(status: ClusterStatus, levels: Levels): Hit[] {
  const { transition, targetSetAt, primary, targetPrimary } = status.summary
  if (transition !== 'switching' || isFailover(status)) return []
  const seconds = since(status, targetSetAt)
  return [
    {
      severity: severityOr(levels, seconds, 'info'),
      message: `a switchover from ${primary} to ${targetPrimary} has been under way${forSpan(seconds)}`,
      objects: [primary, targetPrimary].filter((name) => name !== null),
    },
  ]
}
