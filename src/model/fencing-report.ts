import type { ClusterSnapshot } from '../api/snapshot.ts'
import { instanceNames, serverState } from './server-state.ts'
import type { ServerState } from './server-state.ts'
import { buildStatus } from './status.ts'

/** What is fenced in one cluster, and what became of it: the answer of `fencing status`. */
export interface FencingReport {
  namespace: string
  name: string
  /** The annotation says `*`: instances that are made later are fenced, too. */
  all: boolean
  /** Names of the fenced instances, also of those without a pod. */
  fenced: string[]
  /** The database cannot be written because of it. */
  primaryFenced: boolean
  /** Why the annotation cannot be read; null when it can. */
  error: string | null
  instances: FencedInstance[]
}

export interface FencedInstance {
  name: string
  role: string
  fenced: boolean
  /** Whether PostgreSQL runs there. */
  postgres: ServerState
  status: string
}

/** Reports the fencing of a cluster; pure. */
export function fencingReport(snapshot: ClusterSnapshot): FencingReport {
  const status = buildStatus(snapshot)
  const { fencing, namespace, name } = status.summary
  const names = new Set([...instanceNames(snapshot, status), ...fencing.instances])
  return {
    namespace,
    name,
    all: fencing.all,
    fenced: fencing.instances,
    primaryFenced: fencing.primaryFenced,
    error: fencing.error,
    instances: [...names].map((each) => {
      const instance = status.instances.find((candidate) => candidate.name === each)
      return {
        name: each,
        role: instance?.roleText ?? 'Unknown',
        fenced: fencing.all || fencing.instances.includes(each),
        postgres: serverState(status, each),
        status: instance?.statusText ?? 'no pod',
      }
    }),
  }
}
