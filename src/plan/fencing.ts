import { Annotations, FENCE_ALL } from '../api/constants.ts'
import type { ClusterSnapshot } from '../api/snapshot.ts'
import type { ClusterStatus } from '../model/cluster-status.ts'
import { command } from '../model/rules/words.ts'
import { buildStatus } from '../model/status.ts'
import { goalOfFencing } from './fencing-goal.ts'
import { annotationEvidence, lockedAnnotation } from './locked-annotation.ts'
import type { Check, Fact, Plan, Step } from './plan.ts'
import { instanceNames, serverState } from '../model/server-state.ts'
import { commitsWouldWait } from './sync-standbys.ts'

export interface FencingIntent {
  on: boolean
  /** Name of an instance, or `*` for all. */
  instance: string
}

/** The plan of fencing (spec/commands-core.md 10): the official's change of the annotation, which never loses another one's. */
export function planFencing(snapshot: ClusterSnapshot, intent: FencingIntent): Plan {
  const status = buildStatus(snapshot)
  const { namespace, name, fencing, primary } = status.summary
  const { on, instance } = intent
  const target = `${namespace}/${name}`
  const known = instanceNames(snapshot, status)
  const concerned = concernedBy(intent, known)
  const [before, after] = [fencedList(status), wantedList(intent, status, known)]
  const what = instance === FENCE_ALL ? 'all instances' : instance
  const isPrimary = instance === primary
  const role = isPrimary ? ' (primary)' : ''
  const base = {
    change: `fencing ${on ? 'on' : 'off'}`,
    target,
    instances: concerned,
    title: `${on ? 'Fence' : 'Unfence'} ${what}${role} of ${target}`,
    facts: factsOf(status, concerned, before, after),
    warnings: warningsOf(status, intent, concerned, after),
    staged: false,
    premise: instance === FENCE_ALL ? {} : { [`the role of ${instance}`]: isPrimary ? 'primary' : 'standby' },
    consent: {
      question: `${on ? 'Fence' : 'Unfence'} ${what}${role}?`,
      typed: null,
      always: null,
    },
    proof: proofOf(status, on, concerned),
    follow: command(status, 'kubectl cnpg fencing status CLUSTER') ?? '',
  }
  const checks = checksOf(status, intent, known)
  if (checks.some((check) => !check.forcible)) return { ...base, checks, steps: [], nothing: null }
  if (fencing.error === null && sameList(before, after)) {
    const proved = goalOfFencing({ on, instances: concerned })(snapshot).verdict === 'proved'
    const state = on ? 'fenced' : 'unfenced'
    const verb = instance === FENCE_ALL ? 'are' : 'is'
    const nothing = proved ? `${what} of ${target} ${verb} ${state} already` : null
    return { ...base, checks: [], steps: [], nothing }
  }
  return { ...base, checks, steps: [stepOf(snapshot, status, intent, after)], nothing: null }
}

/** The instances whose servers prove the outcome. */
export function concernedBy({ instance }: FencingIntent, known: readonly string[]): string[] {
  return instance === FENCE_ALL ? [...known] : [instance]
}

/** What the annotation lists. */
function fencedList({ summary }: ClusterStatus): string[] {
  return summary.fencing.all ? [FENCE_ALL] : summary.fencing.instances
}

/** What it shall list; `*` without one of them becomes the list of the others. */
function wantedList({ on, instance }: FencingIntent, status: ClusterStatus, known: readonly string[]): string[] {
  const { all, instances } = status.summary.fencing
  if (instance === FENCE_ALL) return on ? [FENCE_ALL] : []
  if (on) return all ? [FENCE_ALL] : [...new Set([...instances, instance])]
  return (all ? known : instances).filter((name) => name !== instance)
}

function sameList(before: readonly string[], after: readonly string[]): boolean {
  return before.length === after.length && before.every((name) => after.includes(name))
}

/** As the operator's own library writes it: sorted by bytes, compact; nothing fenced is no annotation. */
function annotationOf(list: readonly string[]): string | null {
  return list.length === 0 ? null : JSON.stringify([...list].sort())
}

function stepOf(
  { cluster }: ClusterSnapshot,
  status: ClusterStatus,
  { on, instance }: FencingIntent,
  after: readonly string[],
): Step {
  const value = annotationOf(after)
  const what = instance === FENCE_ALL ? 'all instances' : instance
  return {
    id: 'fenced-instances',
    description:
      value === null
        ? `remove the annotation ${Annotations.fencedInstances}`
        : `set the annotation ${Annotations.fencedInstances} to ${value}`,
    requested: `${on ? 'fencing' : 'unfencing'} of ${what} requested`,
    request: lockedAnnotation(cluster, Annotations.fencedInstances, value),
    evidence: annotationEvidence(Annotations.fencedInstances, value),
    undo: undoOf(status, on, instance),
  }
}

/** The commands that lead back to what was fenced before. */
function undoOf(status: ClusterStatus, on: boolean, instance: string): string | null {
  const { fencing } = status.summary
  if (fencing.error !== null) return null
  const run = (verb: 'on' | 'off', name: string): string => {
    const quoted = name === FENCE_ALL ? `'${FENCE_ALL}'` : name
    return command(status, `kubectl cnpg fencing ${verb} CLUSTER INSTANCE`, quoted) ?? ''
  }
  const again = fencedList(status).map((name) => run('on', name))
  if (instance === FENCE_ALL) return [...(on ? [run('off', FENCE_ALL)] : []), ...again].join(' && ')
  return run(on ? 'off' : 'on', instance)
}

function checksOf(status: ClusterStatus, { on, instance }: FencingIntent, known: readonly string[]): Check[] {
  const { namespace, name, fencing } = status.summary
  if (fencing.error !== null) {
    const repairs = instance === FENCE_ALL
    const message = `${fencing.error}: what is fenced is not known${repairs ? '' : ', and one name can neither be added nor taken out'}`
    const help = command(status, "kubectl cnpg fencing off CLUSTER '*' --force")
    return [{ id: 'fence-unreadable', message, forcible: repairs, ...(help === null ? {} : { command: help }) }]
  }
  // A fence is a fact of the Cluster: to be taken off it needs no instance, neither pod nor name.
  const exists = instance === FENCE_ALL || known.includes(instance) || (!on && fencing.instances.includes(instance))
  if (exists) return []
  const message = `${instance} is no instance of ${namespace}/${name} (its instances: ${known.join(', ') || 'none'})`
  return [{ id: 'unknown-instance', message, forcible: false }]
}

/** A volume with less free space than one WAL file counts as full. */
const FULL_BYTES = 16 * 1024 ** 2

function warningsOf(
  status: ClusterStatus,
  { on, instance }: FencingIntent,
  concerned: readonly string[],
  after: readonly string[],
): string[] {
  const { primary, fencing } = status.summary
  const warnings: string[] = []
  if (status.hibernation?.hibernated) {
    warnings.push('the cluster is hibernated: there is no server to stop or start until it wakes up')
  } else if (on && primary !== null && concerned.includes(primary)) {
    const off = command(status, 'kubectl cnpg fencing off CLUSTER INSTANCE', instance === FENCE_ALL ? "'*'" : primary)
    warnings.push(
      `${primary} is the primary: nothing can be written until \`${off ?? ''}\`, and the operator does not fail over`,
    )
  }
  const waits = on ? commitsWouldWait(status, concerned) : null
  if (waits !== null && primary !== null && !concerned.includes(primary)) warnings.push(waits)
  if (!on && fencing.all && instance !== FENCE_ALL && after.length > 0) {
    warnings.push(
      `'*' becomes the list of the others (${after.join(', ')}): an instance that is made later is not fenced any more`,
    )
  }
  for (const each of on ? status.instances : []) {
    const full = each.mounts?.find(({ freeBytes }) => freeBytes < FULL_BYTES)
    if (full === undefined || !concerned.includes(each.name)) continue
    warnings.push(`${full.mount} of ${each.name} is full: older instance managers cannot obey a fence then`)
  }
  return warnings
}

function factsOf(
  status: ClusterStatus,
  concerned: readonly string[],
  before: readonly string[],
  after: readonly string[],
): Fact[] {
  const list = (names: readonly string[]): string =>
    names.includes(FENCE_ALL) ? 'all instances' : names.join(', ') || 'none'
  const known = status.summary.fencing.error === null
  const rows = concerned.map((name, index): Fact => {
    const instance = status.instances.find((candidate) => candidate.name === name)
    const text = instance === undefined ? 'no pod' : `${instance.roleText}, ${instance.statusText}`
    const server = SERVER_WORDS[serverState(status, name)]
    return { label: index === 0 ? 'instances' : '', text: `${name}: ${text}; ${server}`, tone: 'plain' }
  })
  return [
    { label: 'fenced now', text: known ? list(before) : 'not known', tone: known ? 'plain' : 'bad' },
    { label: 'fenced then', text: list(after), tone: 'plain' },
    ...rows,
  ]
}

/** How the state of a server is told. */
const SERVER_WORDS = {
  up: 'PostgreSQL runs',
  down: 'PostgreSQL is down',
  unknown: 'whether PostgreSQL runs is not known',
} as const

function proofOf(status: ClusterStatus, on: boolean, concerned: readonly string[]): string {
  const words = (names: readonly string[]): string =>
    names.length > 1 && names.length === concerned.length ? `all ${names.length} instances` : names.join(', ')
  if (on) return `PostgreSQL is down on ${words(concerned)}`
  const servers = concerned.filter((name) =>
    status.instances.some((instance) => instance.name === name && instance.presence !== 'absent'),
  )
  if (servers.length === 0) return 'the fence is gone; there is no pod whose server could start'
  return `PostgreSQL is up again on ${words(servers)}`
}
