import { Phases } from '../api/constants.ts'
import type { ClusterSnapshot, InstanceDetails } from '../api/snapshot.ts'
import type { ClusterStatus, InstanceState } from '../model/cluster-status.ts'
import { command } from '../model/rules/words.ts'
import { buildStatus } from '../model/status.ts'
import { notPermitted } from './proof.ts'
import type { Goal, Phase } from './wait.ts'

export interface RestartGoal {
  /** Names of the instances concerned. */
  instances: readonly string[]
  before: ClusterSnapshot
  /** The operator restarts all of them, and leaves the primary to the user where the strategy says so. */
  byOperator: boolean
}

/** Judges restarts by the start time of each server: it must be another one than before, and the instance well again. */
export function goalOfRestart({ instances, before, byOperator }: RestartGoal): Goal<ClusterSnapshot> {
  return (snapshot) => {
    const status = buildStatus(snapshot)
    const states = instances.map((name) => {
      const instance = status.instances.find((candidate) => candidate.name === name)
      return {
        name,
        instance,
        anew: hasRestarted(name, before, snapshot),
        missing: whatIsMissing(status, instance),
      }
    })
    const phases = states.flatMap(({ name, instance, anew, missing }): Phase[] => {
      if (anew && missing === null) return [{ id: `up ${name}`, text: `${name} restarted` }]
      return !anew && !answers(instance) ? [{ id: `down ${name}`, text: `${name} stopped` }] : []
    })
    const open = states.filter(({ anew, missing }) => !anew || missing !== null)
    const [first] = open
    if (first === undefined) return { phases, verdict: 'proved', reason: null }
    if (byOperator && open.every(({ name }) => name === status.summary.primary) && leftToUser(status)) {
      const next = command(status, 'kubectl cnpg restart CLUSTER INSTANCE', first.name) ?? ''
      const reason = `the standbys are done, the primary ${first.name} is left to you: ${next}`
      return { phases, verdict: 'failed', reason }
    }
    const barred = notPermitted(
      snapshot,
      open.filter(({ instance }) => answers(instance)).map(({ name }) => name),
    )
    if (barred !== null)
      return { phases, verdict: 'failed', reason: `the start of the server cannot be read: ${barred}` }
    const why = first.anew
      ? first.missing
      : first.instance?.serverStartedAt === null
        ? 'no start time'
        : 'not restarted yet'
    return { phases, verdict: 'running', reason: `${first.name}: ${why ?? 'not restarted yet'}` }
  }
}

/**
 * A start time never changes while a server runs, so another one is another start; whether it is later does not count, for the
 * node of a new pod may have another clock. Where the earlier one is not known (the server did not answer), it must have started
 * after we looked, told by its age and thus on our own clock alone.
 */
function hasRestarted(name: string, before: ClusterSnapshot, now: ClusterSnapshot): boolean {
  const [earlier, details] = [startOf(before, name), startOf(now, name)]
  if (details?.postmasterStartedAt === undefined) return false
  if (earlier?.postmasterStartedAt !== undefined) {
    return Date.parse(details.postmasterStartedAt) !== Date.parse(earlier.postmasterStartedAt)
  }
  const age = details.postmasterAgeSeconds
  return age !== undefined && Date.parse(now.takenAt) - age * 1000 > Date.parse(before.takenAt)
}

function startOf({ instances }: ClusterSnapshot, name: string): InstanceDetails | undefined {
  const details = instances.find(({ pod }) => pod === name)?.details
  return details?.ok === true ? details.value : undefined
}

function answers(instance: InstanceState | undefined): boolean {
  return instance?.presence === 'answered' && instance.mightBeUnavailable !== true
}

/** What a restarted instance still lacks; null when it is as it should be. */
function whatIsMissing(status: ClusterStatus, instance: InstanceState | undefined): string | null {
  if (instance === undefined || !answers(instance)) return instance?.statusText ?? 'no pod'
  if (instance.pod !== null && (!instance.pod.ready || instance.pod.deleting)) return 'its pod is not Ready'
  if (instance.isPrimary === true) return null
  if (instance.isNamedPrimary) return status.summary.isReplicaCluster ? null : 'it is not the primary again yet'
  const { replication } = status
  if (replication.state === 'replica-cluster') return instance.walReceiverActive === false ? 'it does not stream' : null
  const row = replication.standbys.find((standby) => standby.name === instance.name)
  return row?.state === 'streaming' ? null : 'it does not stream yet'
}

function leftToUser({ summary }: ClusterStatus): boolean {
  return summary.phase === Phases.waitingForUser && summary.primaryUpdateStrategy === 'supervised'
}
