import type { ClusterSnapshot } from '../api/snapshot.ts'
import type { ClusterStatus } from '../model/cluster-status.ts'
import { isFenced } from '../model/fencing.ts'
import { buildStatus } from '../model/status.ts'
import { serverState } from '../model/server-state.ts'
import type { Goal, Phase } from './wait.ts'

export interface FencingGoal {
  on: boolean
  /** Names of the instances concerned. */
  instances: readonly string[]
  /** What was there when the change was planned: an instance that had a pod then has to be up again, in this or a new one. */
  before?: ClusterSnapshot
}

/**
 * Judges whether the servers are down, or up again. An instance without a pod has no server: down at once, and nothing to wait
 * for when the fence is taken off.
 */
export function goalOfFencing({ on, instances, before }: FencingGoal): Goal<ClusterSnapshot> {
  const earlier = before === undefined ? undefined : buildStatus(before)
  const had = instances.filter((name) => earlier !== undefined && hasPod(earlier, name))
  return (snapshot) => {
    const status = buildStatus(snapshot)
    const { fencing } = status.summary
    const turned = instances.find((name) => isFenced(fencing, name) !== on)
    if (turned !== undefined) {
      const reason = `${turned} is ${on ? 'not fenced any more' : 'fenced again'}: somebody else changed it meanwhile`
      return { phases: [], verdict: 'failed', reason }
    }
    const open = instances.filter(
      (name) => !isThere(status, name, on) || (!on && had.includes(name) && !hasPod(status, name)),
    )
    const phases = instances
      .filter((name) => !open.includes(name) && hasPod(status, name))
      .map((name): Phase => ({ id: name, text: `${name} ${on ? 'stopped' : 'answers'}` }))
    const [first] = open
    if (first === undefined) return { phases, verdict: 'proved', reason: null }
    return { phases, verdict: 'running', reason: waitsFor(status, first, on) }
  }
}

function isThere(status: ClusterStatus, name: string, on: boolean): boolean {
  const state = serverState(status, name)
  if (on) return state === 'down'
  if (!hasPod(status, name)) return state === 'down'
  const instance = status.instances.find((candidate) => candidate.name === name)
  // A primary is up again when it is one again; a designated primary stays in recovery.
  const asPrimary = instance?.isNamedPrimary !== true || status.summary.isReplicaCluster || instance.isPrimary === true
  return state === 'up' && asPrimary
}

function hasPod(status: ClusterStatus, name: string): boolean {
  return status.instances.some((instance) => instance.name === name && instance.presence !== 'absent')
}

function waitsFor(status: ClusterStatus, name: string, on: boolean): string {
  if (!on && !hasPod(status, name)) return `${name} has no pod`
  const instance = status.instances.find((candidate) => candidate.name === name)
  const said = [instance?.statusText, instance?.detail].filter(Boolean).join('; ')
  switch (serverState(status, name)) {
    case 'up':
      return on ? `PostgreSQL still runs on ${name}` : `${name} is not the primary again yet`
    case 'down':
      return `PostgreSQL does not run on ${name} yet (${said})`
    case 'unknown':
      return `whether PostgreSQL runs on ${name} is not known (${said || 'the pods cannot be read'})`
  }
}
