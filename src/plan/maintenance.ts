import type { Cluster } from '../api/cluster.ts'
import { goalOfMaintenance } from './maintenance-goal.ts'
import { fullName, windowOf } from './maintenance-window.ts'
import type { MaintenanceIntent, MaintenanceScope, MaintenanceState } from './maintenance-window.ts'
import { MERGE_PATCH } from './plan.ts'
import type { Check, Fact, Plan, Step } from './plan.ts'

/**
 * The plan of maintenance (spec/commands-core.md 12): the official's patch of each cluster that has to change. `reusePVC` is
 * changed when it was given and never else, and nobody's whole namespace without a word.
 */
export function planMaintenance(state: MaintenanceState, intent: MaintenanceIntent): Plan {
  const { open, scope } = intent
  const where = whereWords(scope, state)
  const names = state.clusters.map(fullName)
  const differing = state.clusters.filter((cluster) => Object.keys(differences(cluster, intent)).length > 0)
  const steps = differing.map((cluster) => stepOf(cluster, intent))
  const wide = scope.kind !== 'cluster'
  const count = names.length === 1 ? 'one cluster' : `all ${names.length} clusters`
  const whole = wide ? `${count} in ${where}` : where
  const plan = {
    change: `maintenance ${open ? 'set' : 'unset'}`,
    target: scope.kind === 'cluster' ? (names[0] ?? where) : where,
    instances: [],
    title: `${open ? 'Open' : 'Close'} the node maintenance window of ${whole}`,
    facts: state.clusters.map((cluster, index) => factOf(cluster, intent, index === 0)),
    checks: checksOf(state, differing),
    warnings: warningsOf(state, intent, differing),
    staged: false,
    // What is changed step by step is no premise: each step is a step's own.
    premise: { 'the clusters': names.join(', ') },
    consent: {
      question: `${open ? 'Open' : 'Close'} the maintenance window of ${whole}?`,
      typed: wide ? (scope.kind === 'all' ? 'all' : state.namespace) : null,
      always: wide ? `changes ${whole}` : null,
    },
    proof: `the window is ${open ? 'open' : 'closed'} and the disruption budgets are as it wants them`,
    follow: `kubectl get poddisruptionbudgets ${scope.kind === 'all' ? '-A' : `-n ${state.namespace}`}`,
  }
  if (steps.length > 0) return { ...plan, steps, nothing: null }
  const proved = goalOfMaintenance(intent, names)(state).verdict === 'proved'
  const nothing = proved ? `the maintenance window of ${whole} is ${open ? 'open' : 'closed'} already` : null
  return { ...plan, checks: [], steps: [], nothing }
}

function whereWords(scope: MaintenanceScope, { namespace }: MaintenanceState): string {
  switch (scope.kind) {
    case 'cluster':
      return `${namespace}/${scope.name}`
    case 'namespace':
      return `namespace ${scope.namespace}`
    case 'all':
      return 'all namespaces'
  }
}

/** What of the window has to be written: closing takes the key away, as the official does. */
function differences(cluster: Cluster, { open, reusePVC }: MaintenanceIntent): Record<string, boolean | null> {
  const now = windowOf(cluster)
  const present = cluster.spec.nodeMaintenanceWindow
  return {
    ...(now.inProgress === open ? {} : { inProgress: open ? true : null }),
    ...(reusePVC === null || (present?.reusePVC ?? !reusePVC) === reusePVC ? {} : { reusePVC }),
  }
}

function stepOf(cluster: Cluster, intent: MaintenanceIntent): Step {
  const { name, namespace = '', resourceVersion } = cluster.metadata
  const change = differences(cluster, intent)
  const words = Object.entries(change).map(([key, value]) => `${key} ${String(value ?? false)}`)
  return {
    id: fullName(cluster),
    description: `set spec.nodeMaintenanceWindow of ${fullName(cluster)}: ${words.join(', ')}`,
    requested: `${fullName(cluster)}: ${words.join(', ')}`,
    request: {
      method: 'PATCH',
      object: { kind: 'clusters', namespace, name },
      contentType: MERGE_PATCH,
      body: {
        metadata: { ...(resourceVersion === undefined ? {} : { resourceVersion }) },
        spec: { nodeMaintenanceWindow: change },
      },
    },
    evidence: {
      kind: 'members',
      members: Object.entries(change).map(([key, value]) => ({
        path: ['spec', 'nodeMaintenanceWindow', key],
        value: value ?? undefined,
      })),
    },
    undo: undoOf(cluster, intent),
  }
}

function undoOf(cluster: Cluster, { open, reusePVC }: MaintenanceIntent): string {
  const { name, namespace = '' } = cluster.metadata
  const before = windowOf(cluster)
  const verb = before.inProgress === open ? (open ? 'set' : 'unset') : open ? 'unset' : 'set'
  const reuse = reusePVC === null || before.reusePVC === reusePVC ? '' : ` --reusePVC=${String(before.reusePVC)}`
  return `kubectl cnpg maintenance ${verb} ${name} -n ${namespace}${reuse}`
}

function factOf(cluster: Cluster, intent: MaintenanceIntent, first: boolean): Fact {
  const now = windowOf(cluster)
  const then = { inProgress: intent.open, reusePVC: intent.reusePVC ?? now.reusePVC }
  const cell = (before: boolean, after: boolean): string =>
    before === after ? `${String(before)} (stays)` : `${String(before)} => ${String(after)}`
  return {
    label: first ? 'clusters' : '',
    text:
      `${fullName(cluster)}: maintenance ${cell(now.inProgress, then.inProgress)}, ` +
      `reusePVC ${cell(now.reusePVC, then.reusePVC)}`,
    tone: 'plain',
  }
}

function checksOf({ barred }: MaintenanceState, differing: readonly Cluster[]): Check[] {
  // Said before the first of several is changed.
  const needed = barred.filter((namespace) => differing.some(({ metadata }) => metadata.namespace === namespace))
  return needed.map((namespace) => ({
    id: 'forbidden',
    message: `you may not patch clusters in namespace ${namespace}`,
    forcible: false,
    command: `kubectl auth can-i patch clusters.postgresql.cnpg.io -n ${namespace}`,
  }))
}

function warningsOf({ budgets }: MaintenanceState, intent: MaintenanceIntent, differing: readonly Cluster[]): string[] {
  const warnings: string[] = []
  if (!budgets.ok) warnings.push(`the disruption budgets could not be read (${budgets.message}): they cannot be proved`)
  if (!intent.open || differing.length === 0) return warnings
  const reuse = differing.map((cluster) => intent.reusePVC ?? windowOf(cluster).reusePVC)
  if (reuse.includes(true)) {
    warnings.push(
      'with reusePVC true the budget of the standbys is removed, of a lone instance its own, too: a drain may stop them all at once; ' +
        'drained instances wait for their node',
    )
  }
  if (reuse.includes(false)) {
    warnings.push('with reusePVC false drained instances are made anew elsewhere, and their volumes are given up')
  }
  return [...warnings, 'close the window when the nodes are back: kubectl cnpg maintenance unset']
}
