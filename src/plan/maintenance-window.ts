import type { Cluster } from '../api/cluster.ts'
import type { PodDisruptionBudget } from '../api/objects.ts'
import type { Part } from '../api/part.ts'

export interface MaintenanceIntent {
  /** Open the window, or close it. */
  open: boolean
  /** Value for `reusePVC`; null leaves it as it is. */
  reusePVC: boolean | null
  /** Which clusters are meant. */
  scope: MaintenanceScope
}

export type MaintenanceScope =
  { kind: 'cluster'; name: string } | { kind: 'namespace'; namespace: string } | { kind: 'all' }

/** Everything that is read for it. */
export interface MaintenanceState {
  takenAt: string
  /** The context's namespace. */
  namespace: string
  clusters: readonly Cluster[]
  budgets: Part<PodDisruptionBudget[]>
  /** Namespaces of these clusters in which the user may not change clusters. */
  barred: readonly string[]
}

/** The window as the operator takes it: closed and reusing volumes unless it says otherwise (spec/commands-core.md 12). */
export function windowOf({ spec }: Cluster): { inProgress: boolean; reusePVC: boolean } {
  const { inProgress = false, reusePVC = true } = spec.nodeMaintenanceWindow ?? {}
  return { inProgress, reusePVC }
}

/** `namespace/name` */
export function fullName({ metadata }: Cluster): string {
  return `${metadata.namespace ?? ''}/${metadata.name}`
}
