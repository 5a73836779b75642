import type { Cluster } from '../api/cluster.ts'
import { Annotations, Labels } from '../api/constants.ts'
import type { PodDisruptionBudget } from '../api/objects.ts'
import { fullName } from './maintenance-window.ts'
import type { MaintenanceIntent, MaintenanceState } from './maintenance-window.ts'
import type { Goal, Phase } from './wait.ts'

/**
 * Judges whether the specs say so and the operator has brought the disruption budgets in line.
 *
 * @param concerned `namespace/name` of the clusters
 */
export function goalOfMaintenance(
  { open, reusePVC }: Pick<MaintenanceIntent, 'open' | 'reusePVC'>,
  concerned: readonly string[],
): Goal<Pick<MaintenanceState, 'clusters' | 'budgets'>> {
  return ({ clusters, budgets }) => {
    const mine = clusters.filter((cluster) => concerned.includes(fullName(cluster)))
    const turned = mine.find(
      ({ spec: { nodeMaintenanceWindow: window } }) =>
        (window?.inProgress ?? false) !== open || (reusePVC !== null && (window?.reusePVC ?? true) !== reusePVC),
    )
    if (turned !== undefined) {
      const reason = `somebody else has changed the window of ${turned.metadata.name} meanwhile`
      return { phases: [], verdict: 'failed', reason }
    }
    if (!budgets.ok) {
      return { phases: [], verdict: 'proved', reason: 'the disruption budgets could not be read' }
    }
    const pending = mine.flatMap((cluster) => {
      const reason = unexpectedBudgets(cluster, budgets.value)
      return reason === null ? [] : [{ cluster, reason }]
    })
    const phases = mine
      .filter((cluster) => !pending.some((each) => each.cluster === cluster))
      .map((cluster): Phase => ({ id: fullName(cluster), text: `${fullName(cluster)} done` }))
    const [first] = pending
    if (first !== undefined) return { phases, verdict: 'running', reason: first.reason }
    return { phases, verdict: 'proved', reason: null }
  }
}

/**
 * In what the budgets of a cluster differ from what the operator makes of its spec; null when they do not. Kept as recorded in
 * state maintenance: while a window is open that reuses volumes, there is none for standbys, and none for a lone instance; a
 * budget for standbys exists from three instances on.
 */
function unexpectedBudgets(cluster: Cluster, all: readonly PodDisruptionBudget[]): string | null {
  const { metadata, spec } = cluster
  // What the operator does then about budgets is not known to us.
  if (metadata.annotations?.[Annotations.hibernation] === 'on') return null
  const names = all
    .filter(
      (budget) =>
        budget.metadata.namespace === metadata.namespace && budget.metadata.labels?.[Labels.cluster] === metadata.name,
    )
    .map((budget) => budget.metadata.name)
  const { inProgress = false, reusePVC = true } = spec.nodeMaintenanceWindow ?? {}
  const instances = spec.instances ?? 1
  const enabled = spec.enablePDB !== false
  const drained = inProgress && reusePVC
  const wanted: Record<string, boolean> = {
    [metadata.name]: enabled && !drained && instances >= 3,
    [`${metadata.name}-primary`]: enabled && !(drained && instances === 1),
  }
  for (const [name, exists] of Object.entries(wanted)) {
    if (names.includes(name) === exists) continue
    return `the operator has not ${exists ? 'made' : 'removed'} the disruption budget ${name} yet`
  }
  return null
}
