import { byName } from '../api/by-name.ts'
import type { ClusterSnapshot } from '../api/snapshot.ts'
import type { ClusterStatus, InstanceState } from './cluster-status.ts'
import { podsKnown } from './rules/facts.ts'

/** Whether PostgreSQL runs in an instance; `unknown` where nobody could tell. */
export type ServerState = 'up' | 'down' | 'unknown'

/** Words of psql and of the instance manager about a socket or port on which nobody listens. */
const NOBODY_LISTENS = /No such file or directory|Connection refused/i

/**
 * Does PostgreSQL run there? The manager's flag that it may be unavailable is set before the server has stopped, so down is
 * only where the manager (recorded states fenced-*) or SQL finds nobody listening, or where there is no pod. A server that is
 * shutting down refuses connections in words of its own and may still hold sessions that write.
 */
export function serverState(status: ClusterStatus, name: string): ServerState {
  const instance = status.instances.find((candidate) => candidate.name === name)
  if (instance === undefined || instance.presence === 'absent') return podsKnown(status) ? 'down' : 'unknown'
  if (instance.presence === 'answered') return answeredState(instance)
  if (instance.presence === 'not-asked') return instance.pod?.phase === 'Pending' ? 'down' : 'unknown'
  const refused = instance.failures.some(({ way, reason }) => way === 'sql' && NOBODY_LISTENS.test(reason))
  return refused ? 'down' : 'unknown'
}

function answeredState({ mightBeUnavailable, maskedError }: InstanceState): ServerState {
  if (mightBeUnavailable !== true) return 'up'
  return NOBODY_LISTENS.test(maskedError ?? '') ? 'down' : 'unknown'
}

/** In the order of their names, numbers as numbers: one that does not move with the lag, as that of `status` does. */
export function sortedByName<T extends { name: string }>(items: readonly T[]): T[] {
  return items.toSorted((a, b) => byName(a.name, b.name))
}

/** Every instance there is, also of a cluster that sleeps. */
export function instanceNames({ cluster }: ClusterSnapshot, status: ClusterStatus): string[] {
  const names = new Set([...(cluster.status?.instanceNames ?? []), ...status.instances.map(({ name }) => name)])
  return [...names].sort(byName)
}
