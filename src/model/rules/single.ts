import type { ClusterStatus } from '../cluster-status.ts'
import type { Hit, Rule } from './types.ts'

/** Choices that are no faults, told only to those who ask. */
export const SINGLE_RULES: readonly Rule[] = [
  {
    id: 'single-instance',
    title: 'one instance only',
    scope: 'cluster',
    severities: ['warning'],
    optional: true,
    cause: 'spec.instances is 1.',
    consequence: 'No failover: with its node or volume the database is gone until it is restored.',
    next: [],
    test: single,
  },
]

function single(status: ClusterStatus): Hit[] {
  if (status.summary.instancesWanted !== 1) return []
  return [{ severity: 'warning', message: 'there is one instance only, and no standby to fail over to', objects: [] }]
}
