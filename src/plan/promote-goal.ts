import type { ClusterSnapshot } from '../api/snapshot.ts'
import type { ClusterStatus, InstanceState } from '../model/cluster-status.ts'
import { buildStatus } from '../model/status.ts'
import type { Goal, Judgement, Phase } from './wait.ts'

/** The two instances of a switchover. */
export interface Roles {
  from: string | null
  to: string
  /** Whether the old primary can be expected back as a standby. */
  returns: boolean
}

/** Who hands over to whom, from the state before; the old primary is expected back unless it was lost or fenced already. */
export function rolesOf(before: ClusterSnapshot, to: string): Roles {
  const status = buildStatus(before)
  const from = status.summary.primary
  const old = status.instances.find(({ name }) => name === from)
  return { from, to, returns: old !== undefined && old.presence !== 'absent' && !old.fenced }
}

/** Judges whether a switchover has come to its end (spec/screens.md 5). */
export function goalOfPromote({ from, to, returns }: Roles): Goal<ClusterSnapshot> {
  return (snapshot) => {
    const status = buildStatus(snapshot)
    const { summary } = status
    const find = (name: string | null) => status.instances.find((instance) => instance.name === name)
    const [old, target] = [find(from), find(to)]
    const promoted = hasRole(status, target)
    const phases: Phase[] = []
    if (from !== null && !isPrimary(old)) phases.push({ id: 'shutdown', text: `${from} shutting down` })
    if (!isPrimary(old) && !promoted && target?.walReceiverActive === false) {
      phases.push({ id: 'promotion', text: `${to} promoting` })
    }
    if (promoted) phases.push({ id: 'primary', text: `${to} is ${roleWords(status)}${timelineWords(target)}` })
    const follows = promoted && from !== null && follow(status, old)
    if (follows) phases.push({ id: 'follows', text: `${from} follows${timelineOn(target)}` })
    if (summary.transition === 'electing') {
      // The old primary died on the way: the choice may still fall on the target.
      return { phases, verdict: 'running', reason: 'the operator looks for a new primary (failover)' }
    }
    if (summary.targetPrimary !== to) return { phases, ...turnedAway(status, to, promoted) }
    const named = summary.primary === to
    const settled = follows || !returns || from === to
    if (promoted && named && settled && rivalOf(status, to) === undefined)
      return { phases, verdict: 'proved', reason: null }
    return { phases, verdict: 'running', reason: waitsFor(status, { from, to, returns }, promoted, old) }
  }
}

function isPrimary(instance: InstanceState | undefined): boolean {
  return instance?.presence === 'answered' && instance.isPrimary === true && instance.mightBeUnavailable !== true
}

/** Somebody else who answers as a primary. */
function rivalOf({ instances }: ClusterStatus, to: string): InstanceState | undefined {
  return instances.find((instance) => instance.name !== to && isPrimary(instance))
}

/** A designated primary stays in recovery: that it is named and answers is all there is to see. */
function hasRole({ summary }: ClusterStatus, target: InstanceState | undefined): boolean {
  if (target?.pod?.deleting === true) return false
  if (!summary.isReplicaCluster) return isPrimary(target)
  return target !== undefined && summary.primary === target.name && target.presence === 'answered'
}

function follow({ replication }: ClusterStatus, old: InstanceState | undefined): boolean {
  if (old?.presence !== 'answered' || old.isPrimary !== false || old.mightBeUnavailable === true) return false
  return replication.standbys.some((row) => row.name === old.name && row.state === 'streaming')
    ? true
    : replication.state === 'replica-cluster' && old.walReceiverActive === true
}

/** The operator took it back, or the primary moves on: to a third instance, or away in a failover. */
function turnedAway({ summary }: ClusterStatus, to: string, promoted: boolean): Omit<Judgement, 'phases'> {
  const { targetPrimary, phase, phaseReason } = summary
  const says = phase === null ? '' : `; the operator says: ${phase}${phaseReason === null ? '' : ` (${phaseReason})`}`
  const is = promoted ? `${to} is the primary, but not for long` : `${to} is not the primary`
  const reason = `the target primary was set to ${targetPrimary ?? 'nobody'}, and ${is}${says}`
  return { verdict: 'failed', reason }
}

function waitsFor(
  status: ClusterStatus,
  { from, to }: Roles,
  promoted: boolean,
  old: InstanceState | undefined,
): string {
  const { summary } = status
  const rival = rivalOf(status, to)
  if (promoted && rival !== undefined) return `${rival.name} still answers as a primary, too`
  if (promoted && summary.primary !== to) return `the operator does not name ${to} as the primary yet`
  if (promoted) return `${from ?? 'the old primary'} does not follow yet (${old?.statusText ?? 'no pod'})`
  if (isPrimary(old)) return `${from ?? 'the old primary'} still runs as the primary`
  return `${to} is not promoted yet`
}

function roleWords({ summary }: ClusterStatus): string {
  return summary.isReplicaCluster ? 'the designated primary' : 'primary'
}

function timelineWords(target: InstanceState | undefined): string {
  return target?.timeline ? `, timeline ${target.timeline}` : ''
}

function timelineOn(target: InstanceState | undefined): string {
  return target?.timeline ? ` on timeline ${target.timeline}` : ''
}
