import type { Cluster } from '../../api/cluster.ts'
import { Labels } from '../../api/constants.ts'
import type { PodDisruptionBudget } from '../../api/objects.ts'
import { CliError } from '../../errors/cli-error.ts'
import type { Clock } from '../../host/types.ts'
import { canIAll } from '../../kube/access-review.ts'
import { pathOf, Resources } from '../../kube/resources.ts'
import type { MaintenanceScope, MaintenanceState } from '../../plan/maintenance-window.ts'
import { clusterNamed } from '../../snapshot/objects.ts'
import { partOf } from '../../snapshot/parts.ts'
import { ruleOf } from '../../snapshot/rules.ts'
import type { Reading } from '../change/run.ts'

/**
 * The clusters that are meant, in the order of the server's list, and their budgets. Throws CliError, also when there is none.
 *
 * @param barred where the user may not change clusters, when that is known; else it is asked
 */
export async function readMaintenance(
  scope: MaintenanceScope,
  { session, signal }: Reading,
  clock: Clock,
  barred?: readonly string[],
): Promise<MaintenanceState> {
  const { namespace } = session
  const where = scope.kind === 'all' ? {} : { namespace }
  const labelSelector = scope.kind === 'cluster' ? `${Labels.cluster}=${scope.name}` : Labels.cluster
  const [clusters, budgets] = await Promise.all([
    scope.kind === 'cluster'
      ? clusterNamed(session, namespace, scope.name, signal).then((cluster) => [cluster])
      : session.listAll<Cluster>(pathOf(Resources.clusters, where), { signal }).then(({ items }) => items),
    partOf(
      session
        .listAll<PodDisruptionBudget>(pathOf(Resources.podDisruptionBudgets, where), { labelSelector, signal })
        .then(({ items }) => items),
      { clock, rule: ruleOf(Resources.podDisruptionBudgets, 'list') },
    ),
  ])
  if (clusters.length === 0) {
    const place = scope.kind === 'all' ? 'in any namespace' : `in namespace ${namespace}`
    throw new CliError({ kind: 'missing', message: `there is no cluster ${place}`, hint: 'Nothing was changed.' })
  }
  return {
    takenAt: clock.now().toISOString(),
    namespace,
    clusters,
    budgets,
    barred: barred ?? (await barredNamespaces(clusters, { session, signal })),
  }
}

/** Asked before the first of several is changed; one alone says no by itself. */
async function barredNamespaces(clusters: readonly Cluster[], { session, signal }: Reading): Promise<string[]> {
  if (clusters.length < 2) return []
  const namespaces = [...new Set(clusters.map(({ metadata }) => metadata.namespace ?? ''))]
  try {
    const questions = namespaces.map((namespace) => ({ verb: 'patch', resource: Resources.clusters, namespace }))
    const answers = await canIAll(session, questions, signal)
    return namespaces.filter((_, index) => answers[index]?.allowed === false)
  } catch (error) {
    if (signal.aborted || !(error instanceof CliError)) throw error
    return []
  }
}
