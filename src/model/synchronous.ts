import type { Replication, Synchronous } from './cluster-status.ts'
import type { ModelContext } from './context.ts'

/** Synchronous replication as the spec asks for it, the older form by numbers included; null when it does not. */
export function synchronous(context: ModelContext, replication: Replication): Synchronous | null {
  const { spec } = context.cluster
  const modern = spec.postgresql?.synchronous
  const wanted = modern ? (modern.number ?? 0) : (spec.minSyncReplicas ?? 0)
  if (wanted === 0) return null
  const confirming = replication.standbys.filter(
    (row) => row.state === 'streaming' && (row.syncState === 'sync' || row.syncState === 'quorum'),
  )
  // Without the right to see more the rows only tell that there are connections.
  const hidden = replication.standbys.some((row) => row.state === null)
  return {
    method: modern?.method ?? 'any',
    wanted,
    confirming: context.primary && !hidden ? confirming.length : null,
    dataDurability: modern?.dataDurability ?? 'required',
  }
}
