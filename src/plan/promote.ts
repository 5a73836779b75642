import { Phases } from '../api/constants.ts'
import type { ClusterSnapshot } from '../api/snapshot.ts'
import type { ClusterStatus, InstanceState } from '../model/cluster-status.ts'
import { podsKnown } from '../model/rules/facts.ts'
import { command } from '../model/rules/words.ts'
import { serverState } from '../model/server-state.ts'
import { prettyLag } from '../model/size.ts'
import { buildStatus } from '../model/status.ts'
import { rankCandidates } from './candidates.ts'
import type { Check, Fact, Plan, Step } from './plan.ts'
import { checksOfRules, unknownInstance } from './preflight.ts'
import { microseconds, statusPatch } from './status-change.ts'

/** Which instance shall become the primary; null: the best one. */
export interface PromoteIntent {
  instance: string | null
}

/** The plan of a switchover (spec/commands-core.md 4): the same patch of the Cluster's status as the official's. */
export function planPromote(snapshot: ClusterSnapshot, intent: PromoteIntent, at: Date): Plan {
  const status = buildStatus(snapshot)
  const { namespace, name, primary, targetPrimary } = status.summary
  const ranked = rankCandidates(status)
  const target = intent.instance ?? ranked[0]?.name ?? null
  const instance = status.instances.find((candidate) => candidate.name === target)
  const chosen = intent.instance === null
  const base = {
    change: 'promote',
    target: `${namespace}/${name}`,
    instances: target === null ? [] : [target],
    title: `Switchover of ${namespace}/${name}: ${primary ?? 'no primary'} (primary) -> ${target ?? 'nobody'}`,
    facts: [...(instance === undefined ? [] : factsOf(status, instance)), ...(chosen ? ranking(ranked) : [])],
    checks: target === null ? nobody(status) : checksOf(status, target, instance),
    warnings: warningsOf(status),
    staged: false,
    premise: { 'the primary': primary, 'the target primary': targetPrimary, 'the candidate': target },
    consent: {
      question: `Promote ${target ?? 'nobody'}?`,
      typed: chosen ? target : null,
      always: chosen ? `chooses ${target ?? 'nobody'} as the new primary by itself` : null,
    },
    proof: proofOf(status, target ?? 'nobody'),
    follow: command(status, 'kubectl cnpg status CLUSTER -w') ?? '',
  }
  if (target !== null && isPrimaryAlready(status, target)) {
    const nothing = `${target} is already the primary node in the cluster ${namespace}/${name}`
    return { ...base, checks: [], steps: [], nothing }
  }
  const steps = target === null || instance === undefined ? [] : [stepOf(snapshot, status, target, at)]
  return { ...base, steps, nothing: null }
}

function isPrimaryAlready(status: ClusterStatus, target: string): boolean {
  const { answeringPrimary, isReplicaCluster } = status.summary
  if (!isNamedAlready(status, target) || serverState(status, target) !== 'up') return false
  const instance = status.instances.find(({ name }) => name === target)
  return isReplicaCluster || (instance?.isPrimary === true && answeringPrimary === target)
}

function isNamedAlready({ summary }: ClusterStatus, target: string): boolean {
  return summary.primary === target && summary.targetPrimary === target
}

function stepOf(snapshot: ClusterSnapshot, status: ClusterStatus, target: string, at: Date): Step {
  const targetPrimaryTimestamp = microseconds(at)
  const { primary } = status.summary
  return {
    id: 'target-primary',
    description: `set ${target} as the target primary in the Cluster's status`,
    requested: `${target} requested as primary`,
    request: statusPatch(
      snapshot.cluster,
      {
        targetPrimary: target,
        targetPrimaryTimestamp,
        phase: Phases.switchover,
        phaseReason: `Switching over to ${target}`,
      },
      at,
    ),
    evidence: {
      kind: 'members',
      members: [
        { path: ['status', 'targetPrimary'], value: target },
        { path: ['status', 'targetPrimaryTimestamp'], value: targetPrimaryTimestamp },
      ],
    },
    undo:
      primary === null
        ? null
        : `${command(status, 'kubectl cnpg promote CLUSTER INSTANCE', primary)} (--force while it still runs)`,
  }
}

function checksOf(status: ClusterStatus, target: string, instance: InstanceState | undefined): Check[] {
  const { summary } = status
  const { namespace, name, primary, targetPrimary } = summary
  if (instance === undefined) {
    const inGeneral = checksOfRules(status, 'promote', '').filter((check) => !check.forcible)
    return inGeneral.length > 0 ? inGeneral : [unknownInstance(status, target)]
  }
  const checks = checksOfRules(status, 'promote', target)
  if (isNamedAlready(status, target) && summary.answeringPrimary === null) {
    // To name it again would change nothing but the phase.
    const look = command(status, 'kubectl cnpg status CLUSTER') ?? ''
    const message = `${target} is named as the primary already, but does not answer as one (${instance.statusText})`
    return [{ id: 'named-already', message, forcible: false, command: look }, ...checks]
  }
  if (targetPrimary === target && primary !== null && primary !== target) {
    const running = ['switchover-running', 'failover-running']
    const [kind = 'switchover-running'] = running.filter((id) => checks.some((check) => check.id === id))
    const follow = command(status, 'kubectl cnpg status CLUSTER -w') ?? ''
    const message = `a ${kind.split('-')[0] ?? ''} to ${target} is under way already`
    return [
      { id: kind, message, forcible: false, command: follow },
      ...checks.filter(({ id }) => !running.includes(id)),
    ]
  }
  if (status.replication.state === 'unknown' && checks.every((check) => check.id !== 'no-primary')) {
    const message = `the primary did not tell whether ${target} streams, and how far it is behind`
    checks.push({ id: 'replication-not-known', message, forcible: true })
  }
  if (summary.isReplicaCluster) {
    const message =
      `${namespace}/${name} is a replica cluster: this would only move its designated primary; ` +
      'it becomes independent by its spec.replica (primary and promotionToken, or enabled: false)'
    checks.push({ id: 'replica-cluster', message, forcible: true })
  }
  if (summary.fencing.primaryFenced && primary !== null) {
    const message = `${primary} (primary) is fenced: the operator does not move its role`
    checks.push({ id: 'primary-fenced', message, forcible: true })
  }
  return checks
}

function nobody(status: ClusterStatus): Check[] {
  const inGeneral = checksOfRules(status, 'promote', '').filter((check) => !check.forcible)
  const { namespace, name } = status.summary
  const message = `${namespace}/${name} has no standby to promote`
  return inGeneral.length > 0 ? inGeneral : [{ id: 'no-standby', message, forcible: false }]
}

function warningsOf({ summary }: ClusterStatus): string[] {
  return summary.maintenance?.inProgress === true
    ? ['a node maintenance window is open: nodes may be drained at any moment']
    : []
}

function factsOf(status: ClusterStatus, instance: InstanceState): Fact[] {
  const row = status.replication.standbys.find((standby) => standby.name === instance.name)
  const timeline = status.summary.timeline
  const streaming = row?.state === 'streaming'
  const known = status.replication.state === 'rows' || status.replication.state === 'none'
  const streams = streaming
    ? ['yes', ...(timeline === null ? [] : [`timeline ${timeline}`]), row.syncState ?? 'sync state unknown'].join(', ')
    : known
      ? `no${row?.state ? ` (${row.state})` : ''}`
      : 'not known: the primary did not tell'
  const pod = instance.pod
  const without = podsKnown(status) ? 'no pod' : 'pod not known'
  const ready = pod === null ? without : `pod ${pod.ready ? 'Ready' : 'not ready'}${pod.node ? ` on ${pod.node}` : ''}`
  const fenced = instance.fenced ? 'fenced' : 'not fenced'
  return [
    { label: 'streaming', text: streams, tone: streaming ? 'plain' : known ? 'bad' : 'warn' },
    { label: 'lag', text: lagText(row), tone: 'plain' },
    {
      label: 'readiness',
      text: `${ready}, ${fenced}`,
      tone: pod?.ready === true && !instance.fenced ? 'plain' : 'bad',
    },
    archiveFact(status),
  ]
}

/** Seconds count only while bytes are behind: the time of the last transaction grows on an idle standby, too. */
function lagText(row: ClusterStatus['replication']['standbys'][number] | undefined): string {
  if (row === undefined || row.replayLagBytes === null) return 'unknown'
  const seconds = row.replayLagBytes === 0 ? 0 : row.replayLagSeconds
  return `${prettyLag(row.replayLagBytes)}, ${seconds === null ? 'unknown' : seconds.toFixed(0)} s`
}

const ARCHIVE_WORDS = {
  ok: 'OK',
  failing: 'failing',
  disabled: 'off',
  starting: 'nothing archived yet',
  unknown: 'not known',
} as const

function archiveFact({ archiving }: ClusterStatus): Fact {
  const waiting = archiving.waiting === null ? '' : `, ${archiving.waiting} waiting`
  return {
    label: 'WAL archive',
    text: `${ARCHIVE_WORDS[archiving.state]}${waiting}`,
    tone: archiving.state === 'failing' ? 'bad' : 'plain',
  }
}

function ranking(ranked: ReturnType<typeof rankCandidates>): Fact[] {
  return ranked.map(({ name, words }, index) => ({
    label: index === 0 ? 'candidates' : '',
    text: `${index + 1}. ${name}: ${words}`,
    tone: 'plain',
  }))
}

function proofOf({ summary }: ClusterStatus, target: string): string {
  const role = summary.isReplicaCluster ? 'designated primary' : 'primary'
  const old = summary.primary
  return `${target} answers as the ${role}${old === null || old === target ? '' : ` and ${old} follows it`}`
}
