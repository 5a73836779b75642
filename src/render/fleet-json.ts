import type { UnreadCluster } from '../api/snapshot.ts'
import type { Problem } from '../model/cluster-status.ts'
import { unreadProblem } from '../model/fleet.ts'
import type { StatusReport } from './status-json.ts'

/**
 * What `status -o json` prints for several clusters: the report of each, and what could not be read. Its JSON schema is generated
 * from this type, its comments included.
 */
export interface FleetReport {
  schemaVersion: 1
  kind: 'Fleet'
  /** When the program began to read. */
  takenAt: string
  /** In the order of the table: worst first. */
  items: StatusReport[]
  /** Clusters, and whole contexts, that could not be read. */
  errors: FleetError[]
}

/** Something that was asked for and could not be read. */
export interface FleetError extends Problem {
  context: string | null
  namespace: string | null
  /** null: all clusters of the context. */
  name: string | null
}

/** The machine-readable form of a fleet. */
export function fleetJson(takenAt: string, items: StatusReport[], unread: readonly UnreadCluster[]): FleetReport {
  const errors = unread.map((each) => ({
    ...unreadProblem(each),
    context: each.context ?? null,
    namespace: each.namespace ?? null,
    name: each.name ?? null,
  }))
  return { schemaVersion: 1, kind: 'Fleet', takenAt, items, errors }
}
