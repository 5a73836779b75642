import type { ClusterStatus } from '../cluster-status.ts'
import { allReady } from './facts.ts'
import type { Hit, Rule } from './types.ts'

/** Pod disruption budgets. */
export const DISRUPTION_RULES: readonly Rule[] = [
  {
    id: 'pdb-blocking',
    title: 'disruption budget blocks drains',
    scope: 'cluster',
    severities: ['warning'],
    cause:
      'A PodDisruptionBudget allows no eviction although all pods are healthy: it asks for as many as there are. Not meant is the one of the primary, which never ' +
      'allows any: on a drain the operator moves the primary away first.',
    consequence: 'Nodes with these pods cannot be drained.',
    next: ['kubectl get poddisruptionbudgets', 'kubectl cnpg maintenance set CLUSTER'],
    test: blocking,
  },
]

function blocking(status: ClusterStatus): Hit[] {
  // With an instance missing a budget does what it is for, and the missing instance is the finding.
  if (!allReady(status)) return []
  return (status.disruptionBudgets.items ?? []).flatMap((budget) => {
    const { name, role, expectedPods: expected, currentHealthy: healthy, disruptionsAllowed } = budget
    if (role === 'primary' || disruptionsAllowed !== 0 || !expected || (healthy ?? 0) < expected) return []
    const message = `budget ${name} allows no eviction with ${healthy} of ${expected} pods healthy: nodes cannot be drained`
    return [{ severity: 'warning', message, objects: [name] } satisfies Hit]
  })
}
