import type { ClusterSnapshot } from '../api/snapshot.ts'
import type { ClusterStatus, InstanceState } from '../model/cluster-status.ts'
import { command, names } from '../model/rules/words.ts'
import { instanceNames, serverState, sortedByName } from '../model/server-state.ts'
import { buildStatus } from '../model/status.ts'
import { objectsOfInstance } from './destroy-objects.ts'
import type { InstanceObjects } from './destroy-objects.ts'
import { destroySteps } from './destroy-steps.ts'
import type { Check, Fact, Plan } from './plan.ts'
import { checksOfRules } from './preflight.ts'
import { commitsWouldWait } from './sync-standbys.ts'

export interface DestroyIntent {
  instance: string
  /** Detach the volumes instead of deleting them. */
  keep: boolean
}

/**
 * The plan of destroying an instance (spec/commands-core.md 13): the official's deletions, in the order of its later releases,
 * volumes first, so that the operator finds nothing to make the instance of again. The snapshot has to hold volumes and jobs.
 */
export function planDestroy(snapshot: ClusterSnapshot, intent: DestroyIntent): Plan {
  const status = buildStatus(snapshot)
  const { namespace, name } = status.summary
  const { instance, keep } = intent
  const target = `${namespace}/${name}`
  const objects = objectsOfInstance(snapshot, instance)
  const state = status.instances.find((candidate) => candidate.name === instance)
  const isPrimary = isPrimaryOf(status, instance)
  const last = lastCopy(status, instance)
  const always = isPrimary
    ? 'destroys the primary'
    : last === null || keep
      ? null
      : 'destroys what may be the last copy of the data'
  const steps = destroySteps(objects, intent)
  const plan = {
    change: 'destroy',
    target,
    instances: [instance],
    title: `Destroy ${instance}${isPrimary ? ' (primary)' : ''} of ${target}${keep ? ', keeping its volumes' : ''}`,
    facts: factsOf(status, state, objects, intent),
    checks: checksOf(snapshot, status, intent, objects, last),
    warnings: warningsOf(status, objects, intent),
    staged: false,
    premise: {
      'the primary': status.summary.primary,
      [`the pod of ${instance}`]: objects.pod?.metadata.uid ?? null,
    },
    consent: {
      question: `Destroy ${instance}${isPrimary ? ', the primary' : ''}${keep ? '' : ', with its data'}?`,
      // Nothing brings it back: always the name, as guards against a slip.
      typed: instance,
      always,
    },
    proof: keep
      ? `the pod and the jobs of ${instance} are gone and its volumes are detached`
      : `the pod, the volumes and the jobs of ${instance} are gone`,
    follow: command(status, 'kubectl cnpg status CLUSTER -w') ?? '',
  }
  if (steps.length > 0 || plan.checks.length > 0) return { ...plan, steps, nothing: null }
  const going = [objects.pod, ...objects.volumes, ...objects.jobs].some((each) => each !== null)
  return { ...plan, steps, nothing: going && !keep ? null : `there is nothing left of ${instance} to destroy` }
}

/** The Cluster names it as the primary, or it answers as one, or it is about to be. */
function isPrimaryOf({ summary }: ClusterStatus, instance: string): boolean {
  return [summary.primary, summary.answeringPrimary, summary.targetPrimary].includes(instance)
}

function checksOf(
  snapshot: ClusterSnapshot,
  status: ClusterStatus,
  { instance, keep }: DestroyIntent,
  objects: InstanceObjects,
  last: string | null,
): Check[] {
  const { namespace, name } = status.summary
  const unread = [snapshot.objects.pods, snapshot.objects.persistentVolumeClaims, snapshot.objects.jobs]
    .filter((part) => part !== undefined && !part.ok)
    .map((part) => (part?.ok === false ? part.message : ''))
  if (unread.length > 0) {
    const message = `what belongs to ${instance} is not known: ${unread.join('; ')}`
    return [{ id: 'objects-unknown', message, forcible: false }]
  }
  const known = instanceNames(snapshot, status)
  const nothing = objects.pod === null && [...objects.volumes, ...objects.detached, ...objects.jobs].length === 0
  if (nothing && (!known.includes(instance) || objects.foreign.length > 0)) {
    const whose = objects.foreign.length > 0 ? `; ${names(objects.foreign)} belong to somebody else` : ''
    const message = `${instance} is no instance of ${namespace}/${name} (its instances: ${known.join(', ') || 'none'}${whose})`
    return [{ id: 'unknown-instance', message, forcible: false }]
  }
  const checks = checksOfRules(status, 'destroy', instance)
  if (isPrimaryOf(status, instance)) {
    const help = command(status, 'kubectl cnpg promote CLUSTER')
    const message = `${instance} is the primary: promote another one first, then destroy it as a standby`
    checks.push({ id: 'primary', message, forcible: true, ...(help === null ? {} : { command: help }) })
  }
  if (last !== null) {
    const message = keep ? `${last}: the volumes stay, but nobody serves the data` : last
    checks.push({ id: 'last-copy', message, forcible: true })
  }
  const waits = commitsWouldWait(status, [instance])
  if (waits !== null) checks.push({ id: 'last-sync-standby', message: waits, forcible: true })
  return checks.sort((a, b) => Number(a.forcible) - Number(b.forcible))
}

/**
 * Why no other instance is known to have the data as this one has it; null when one is: a primary that answers, or a standby that
 * streams or answers on the same timeline and is not fenced.
 */
function lastCopy(status: ClusterStatus, instance: string): string | null {
  const others = status.instances.filter(({ name, presence }) => name !== instance && presence !== 'absent')
  if (others.length === 0) return `${instance} is the only instance: nobody else has the data`
  if (others.some((other) => hasTheData(status, other))) return null
  const said = others.map(({ name, statusText, roleText }) => `${name}: ${roleText}, ${statusText}`).join('; ')
  return `no other instance is known to have the data (${said})`
}

function hasTheData(status: ClusterStatus, other: InstanceState): boolean {
  if (serverState(status, other.name) !== 'up') return false
  if (isPrimaryOf(status, other.name)) return true
  const row = status.replication.standbys.find(({ name }) => name === other.name)
  if (row !== undefined) return row.state === 'streaming'
  // Without the primary's word: what it says of itself.
  return other.walReceiverActive === true
}

function warningsOf(status: ClusterStatus, objects: InstanceObjects, { instance, keep }: DestroyIntent): string[] {
  const { instancesWanted } = status.summary
  const left = status.instances.filter(({ name, presence }) => name !== instance && presence !== 'absent').length
  const warnings: string[] = []
  const replaced = instancesWanted !== null && instancesWanted > left
  if (replaced && keep) {
    const claims = objects.volumes.map(({ metadata }) => metadata.name).join(' ')
    warnings.push(
      `spec.instances is ${instancesWanted}: the operator makes ${instance} again, and its join job finds the kept volume in the way: ` +
        `the cluster stays one short until that is gone (kubectl delete pvc ${claims || instance} -n ${status.summary.namespace}), ` +
        'so lower spec.instances first, or copy what you need soon',
    )
  } else if (replaced && left > 0) {
    warnings.push(
      `spec.instances is ${instancesWanted}: the operator makes a new instance, which may take the name ${instance} again; ` +
        'lower spec.instances to have one less',
    )
  } else if (replaced) {
    warnings.push('nothing is left to make a new instance from: the cluster does not come back by itself')
  }
  if (objects.foreign.length > 0) warnings.push(`left alone, because somebody else owns it: ${names(objects.foreign)}`)
  return warnings
}

function factsOf(
  status: ClusterStatus,
  state: InstanceState | undefined,
  { pod, volumes, detached, jobs }: InstanceObjects,
  { instance, keep }: DestroyIntent,
): Fact[] {
  const list = (items: readonly { metadata: { name: string } }[]): string =>
    items.map(({ metadata }) => metadata.name).join(', ') || 'none'
  const others = sortedByName(status.instances.filter(({ name }) => name !== instance))
  return [
    {
      label: 'instance',
      text: state === undefined ? `${instance}: no pod` : `${instance}: ${state.roleText}, ${state.statusText}`,
      tone: state?.isNamedPrimary === true ? 'warn' : 'plain',
    },
    {
      label: 'deleted',
      text: [
        `pod ${pod?.metadata.name ?? 'none'}`,
        ...(keep ? [] : [`volumes ${list([...volumes, ...detached])}`]),
        `jobs ${list(jobs)}`,
      ].join('; '),
      tone: 'plain',
    },
    ...(keep
      ? [{ label: 'kept', text: `volumes ${list([...volumes, ...detached])}, detached`, tone: 'plain' } as const]
      : []),
    ...others.map(({ name, roleText, statusText }, index): Fact => ({
      label: index === 0 ? 'stays' : '',
      text: `${name}: ${roleText}, ${statusText}`,
      tone: 'plain',
    })),
  ]
}
