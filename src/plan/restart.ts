import { byName } from '../api/by-name.ts'
import { Annotations } from '../api/constants.ts'
import type { Pod } from '../api/pod.ts'
import type { ClusterSnapshot } from '../api/snapshot.ts'
import type { ClusterStatus, InstanceState } from '../model/cluster-status.ts'
import { command } from '../model/rules/words.ts'
import { sortedByName } from '../model/server-state.ts'
import { buildStatus } from '../model/status.ts'
import type { Check, Fact, Plan, Step } from './plan.ts'
import { checksOfRules, unknownInstance } from './preflight.ts'
import { annotationPatch, statusPatch, wholeSeconds } from './status-change.ts'

/** What shall be restarted. */
export type RestartIntent =
  | { kind: 'cluster' }
  | { kind: 'instance'; instance: string }
  /** Those that wait for a restart, one after the other. */
  | { kind: 'pending' }

const IN_PLACE = 'Primary instance is being restarted in-place'
const BY_USER = 'Requested by the user'

/** The plan of a restart (spec/commands-core.md 5): the same requests as the official's, and never of a foreign pod. */
export function planRestart(snapshot: ClusterSnapshot, intent: RestartIntent, at: Date): Plan {
  const status = buildStatus(snapshot)
  const { namespace, name, primary } = status.summary
  const target = `${namespace}/${name}`
  const concerned = concernedBy(status, intent)
  const names = concerned.map((instance) => instance.name)
  const facts = concerned.map((instance, index) => factOf(instance, index === 0))
  const what = intent.kind === 'cluster' ? 'all instances' : names.join(', ') || 'nothing'
  const base = {
    change: 'restart',
    target,
    instances: names,
    title: `Restart of ${intent.kind === 'instance' ? `${intent.instance} in ${target}` : `${target}: ${what}`}`,
    facts,
    warnings: warningsOf(status, intent, concerned),
    staged: intent.kind === 'pending',
    premise: { 'the primary': primary, 'what is restarted': names.join(', ') },
    consent: { question: questionOf(status, intent, names), typed: null, always: null },
    proof: `${names.join(', ') || 'nothing'} ${names.length === 1 ? 'has' : 'have'} a new start time`,
    follow: command(status, 'kubectl cnpg status CLUSTER -w') ?? '',
  }
  if (intent.kind === 'pending' && concerned.length === 0) return { ...base, ...nonePending(status), steps: [] }
  const checks =
    intent.kind === 'cluster' ? checksOfRules(status, 'restart', null) : checksOf(status, intent, concerned)
  const steps =
    intent.kind === 'cluster'
      ? [clusterStep(snapshot, at)]
      : concerned.flatMap((instance) => instanceStep(snapshot, instance, at) ?? [])
  return { ...base, checks, steps, nothing: null }
}

/** The instances that have to have a new start time in the end, in the order of their restarts. */
export function concernedBy(status: ClusterStatus, intent: RestartIntent): InstanceState[] {
  const existing = status.instances.filter((instance) => instance.presence !== 'absent')
  switch (intent.kind) {
    case 'cluster':
      return sortedByName(existing.filter((instance) => !instance.fenced))
    case 'instance':
      return status.instances.filter((instance) => instance.name === intent.instance)
    case 'pending': {
      const waiting = existing.filter((each) => each.pendingRestart === true || each.pendingRestartForDecrease === true)
      // A standby must not have less than its primary: where a value was lowered the primary goes first.
      const primaryFirst = waiting.some((each) => each.isNamedPrimary && each.pendingRestartForDecrease === true)
      const rank = (each: InstanceState) => Number(each.isNamedPrimary === primaryFirst ? 0 : 1)
      return waiting.toSorted((a, b) => rank(a) - rank(b) || byName(a.name, b.name))
    }
  }
}

/** `max_connections 100 -> 90`, or that the parameters are not known. */
function pendingWords({ pendingRestart, pendingRestartForDecrease, pendingSettings }: InstanceState): string {
  if (pendingRestart !== true && pendingRestartForDecrease !== true) return ''
  const list = (pendingSettings ?? []).map(({ name, current, pending }) => `${name} ${current} -> ${pending ?? '?'}`)
  return list.length === 0 ? 'waits for a restart' : `waits for a restart: ${list.join(', ')}`
}

/** Nothing waits for a restart, as far as the instances told. */
function nonePending(status: ClusterStatus): Pick<Plan, 'checks' | 'nothing'> {
  const { namespace, name } = status.summary
  const inGeneral = checksOfRules(status, 'restart', '').filter((check) => !check.forcible)
  if (inGeneral.length > 0) return { checks: inGeneral, nothing: null }
  const silent = status.instances.filter((instance) => instance.presence === 'silent')
  if (silent.length > 0 && silent.length === status.instances.length) {
    const message = 'no instance answered: whether a restart is pending is not known'
    return { checks: [{ id: 'instances-not-known', message, forcible: false }], nothing: null }
  }
  const who =
    silent.length === 0 ? `no instance of ${namespace}/${name}` : `of ${namespace}/${name} no instance that answered`
  return { checks: [], nothing: `${who} waits for a restart` }
}

function clusterStep({ cluster }: ClusterSnapshot, at: Date): Step {
  const present = cluster.metadata.annotations?.[Annotations.restartedAt]
  // Twice in one second would be no change, thus no restart.
  const second = wholeSeconds(at) === present ? wholeSeconds(new Date(at.getTime() + 1000)) : wholeSeconds(at)
  const { name } = cluster.metadata
  return {
    id: 'restarted-at',
    description: `set the annotation ${Annotations.restartedAt}; the operator restarts one instance after the other`,
    requested: `restart of ${name} requested`,
    request: annotationPatch(cluster, Annotations.restartedAt, second),
    evidence: {
      kind: 'members',
      members: [{ path: ['metadata', 'annotations', Annotations.restartedAt], value: second }],
    },
    undo: null,
  }
}

/** The primary is restarted by the operator in its pod, a standby by deleting its pod; undefined where there is none. */
function instanceStep(snapshot: ClusterSnapshot, instance: InstanceState, at: Date): Step | undefined {
  const { cluster, objects } = snapshot
  const { name } = instance
  const id = `restart ${name}`
  if (instance.isNamedPrimary) {
    const change = { phase: IN_PLACE, phaseReason: BY_USER }
    return {
      id,
      instance: name,
      description: `ask the operator to restart the primary ${name} in place`,
      requested: `restart of ${name} requested`,
      request: statusPatch(cluster, change, at),
      evidence: {
        kind: 'members',
        passes: true,
        members: [
          { path: ['status', 'phase'], value: IN_PLACE },
          { path: ['status', 'phaseReason'], value: BY_USER },
        ],
      },
      undo: null,
    }
  }
  const pods: readonly Pod[] = objects.pods.ok ? objects.pods.value : []
  const pod = pods.find((candidate) => candidate.metadata.name === name)
  if (pod?.metadata.uid === undefined) return undefined
  const { namespace = '', uid, resourceVersion } = pod.metadata
  return {
    id,
    instance: name,
    description: `delete the pod of the standby ${name}; the operator makes it anew on the same volume`,
    requested: `restart of ${name} requested: its pod is being deleted`,
    request: {
      method: 'DELETE',
      object: { kind: 'pods', namespace, name },
      body: {
        kind: 'DeleteOptions',
        apiVersion: 'v1',
        // It must still be the pod that was looked at: a standby, of this cluster.
        preconditions: { uid, ...(resourceVersion === undefined ? {} : { resourceVersion }) },
      },
    },
    evidence: { kind: 'gone', uid },
    undo: null,
  }
}

function checksOf(status: ClusterStatus, intent: RestartIntent, concerned: readonly InstanceState[]): Check[] {
  if (intent.kind === 'instance' && concerned.length === 0) {
    const inGeneral = checksOfRules(status, 'restart', '').filter((check) => !check.forcible)
    return inGeneral.length > 0 ? inGeneral : [unknownInstance(status, intent.instance)]
  }
  const unlisted = status.problems.find(({ subject }) => subject === 'pods')
  if (unlisted !== undefined && concerned.some((instance) => !instance.isNamedPrimary)) {
    return [{ id: 'pods-not-known', message: `the pods cannot be listed: ${unlisted.message}`, forcible: false }]
  }
  const checks = new Map<string, Check>()
  for (const instance of concerned) {
    for (const check of [...checksOfRules(status, 'restart', instance.name), ...ownChecks(status, instance)]) {
      checks.set(`${check.id} ${check.message}`, check)
    }
  }
  return [...checks.values()].sort((a, b) => Number(a.forcible) - Number(b.forcible))
}

function ownChecks(status: ClusterStatus, instance: InstanceState): Check[] {
  const { name, presence, isNamedPrimary } = instance
  if (!isNamedPrimary && presence === 'absent') {
    return [{ id: 'no-pod', message: `${name} has no pod that could be deleted`, forcible: false }]
  }
  const sync = status.synchronous
  const row = status.replication.standbys.find((standby) => standby.name === name)
  const confirms = row?.state === 'streaming' && (row.syncState === 'sync' || row.syncState === 'quorum')
  if (!confirms || sync?.dataDurability !== 'required' || sync.confirming === null) return []
  if (sync.confirming - 1 >= sync.wanted) return []
  const message = `without ${name} only ${sync.confirming - 1} of ${sync.wanted} wanted synchronous standbys are left: commits wait until it is back`
  return [{ id: 'last-sync-standby', message, forcible: true }]
}

function warningsOf(status: ClusterStatus, intent: RestartIntent, concerned: readonly InstanceState[]): string[] {
  const { primaryUpdateStrategy, primaryUpdateMethod, instancesWanted, primary } = status.summary
  const warnings: string[] = []
  const hasPrimary = concerned.some((instance) => instance.isNamedPrimary)
  if (intent.kind === 'cluster' && primaryUpdateStrategy === 'supervised' && instancesWanted !== 1) {
    const next = command(status, 'kubectl cnpg restart CLUSTER INSTANCE', primary ?? undefined)
    warnings.push(
      `primaryUpdateStrategy is supervised: the operator leaves the primary to you${next ? ` (${next})` : ''}`,
    )
  } else if (hasPrimary) {
    const moves = intent.kind === 'cluster' && primaryUpdateMethod === 'switchover' && instancesWanted !== 1
    const how = moves ? 'moves to a standby (primaryUpdateMethod is switchover)' : 'is down for a moment'
    warnings.push(`the primary ${how}: connections end, and nothing can be written meanwhile`)
  }
  const silent = status.instances.filter((instance) => instance.presence === 'silent').map(({ name }) => name)
  if (intent.kind === 'pending' && silent.length > 0) {
    warnings.push(`${silent.join(', ')} did not answer: whether a restart is pending there is not known`)
  }
  return warnings
}

function factOf(instance: InstanceState, first: boolean): Fact {
  const started = instance.serverStartedAt === null ? '' : `started ${instance.serverStartedAt.replace(/\.\d+/, '')}`
  const words = [instance.roleText, instance.statusText, started, pendingWords(instance)].filter((text) => text !== '')
  return {
    label: first ? 'instances' : '',
    text: `${instance.name}: ${words.join(', ')}`,
    tone: instance.statusKind === 'good' ? 'plain' : instance.statusKind,
  }
}

function questionOf({ summary }: ClusterStatus, intent: RestartIntent, names: readonly string[]): string {
  if (intent.kind === 'cluster') return `Restart all instances of ${summary.name}, one after the other?`
  const [only] = names
  if (names.length === 1 && only === summary.primary) return `Restart the primary ${only}?`
  return `Restart ${names.join(', ')}?`
}
