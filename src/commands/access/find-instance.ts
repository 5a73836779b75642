import { Annotations, Labels, Phases } from '../../api/constants.ts'
import type { Cluster } from '../../api/cluster.ts'
import type { Pod } from '../../api/pod.ts'
import { CliError } from '../../errors/cli-error.ts'
import { nearestFirst } from '../../errors/nearest.ts'
import { pathOf, Resources } from '../../kube/resources.ts'
import type { Session } from '../../kube/session.ts'
import {
  type Candidate,
  candidatesOf,
  chooseInstance,
  describeCandidate,
  type InstanceWish,
  troubleText,
} from '../../model/target.ts'
import { assumedPods } from '../../snapshot/instance-pods.ts'
import { explainMissingCluster } from '../../snapshot/missing-cluster.ts'

export interface FoundInstance {
  instance: Candidate
  /** All instances, the found one too. */
  all: readonly Candidate[]
}

/**
 * The instance that a session is to be opened with, by the labels of the pods; one list and nothing else when all is well.
 * An instance that is not ready is found, too; one in whose pod nothing can run is not. Throws CliError: missing (no such
 * cluster, no instance that fits, or one that does not run) with what is there instead, forbidden, or what the session throws.
 */
export async function findInstance(
  session: Session,
  cluster: string,
  wish: InstanceWish,
  signal: AbortSignal,
): Promise<FoundInstance> {
  const all = await listInstances(session, cluster, signal)
  const instance = chooseInstance(all, wish)
  if (instance === undefined) throw await explainNone(session, cluster, wish, all, signal)
  if (instance.trouble !== null) throw notRunning(instance, all)
  return { instance, all }
}

/** The Cluster itself. Throws CliError; where it is missing, with the names of those that are there. */
export async function readNamedCluster(session: Session, name: string, signal: AbortSignal): Promise<Cluster> {
  const { namespace } = session
  try {
    return await session.getJson<Cluster>(pathOf(Resources.clusters, { namespace, name }), { signal })
  } catch (error) {
    if (!(error instanceof CliError) || error.kind !== 'missing') throw error
    throw await explainMissingCluster(session, namespace, name, error, signal)
  }
}

/**
 * The instances of a cluster: its pods by label, or, without the right to list pods, what the Cluster's status says. Throws
 * CliError when neither can be read or the cluster has none.
 */
export async function listInstances(session: Session, cluster: string, signal: AbortSignal): Promise<Candidate[]> {
  const candidates = candidatesOf(await podsOf(session, cluster, signal))
  if (candidates.length > 0) return candidates
  throw noInstances(await readNamedCluster(session, cluster, signal))
}

/** Other instances to turn to, in words; null when none can answer. */
export function alternatives(all: readonly Candidate[], except?: Candidate): string | null {
  const others = all.filter((each) => each.name !== except?.name && each.trouble === null && each.ready)
  if (others.length === 0) return null
  return `Ready: ${others.map(describeCandidate).join(', ')}; --instance NAME reaches one of them.`
}

async function podsOf(session: Session, cluster: string, signal: AbortSignal): Promise<Pod[]> {
  const { namespace } = session
  const labelSelector = `${Labels.cluster}=${cluster}`
  try {
    return (await session.listAll<Pod>(pathOf(Resources.pods, { namespace }), { labelSelector, signal })).items
  } catch (error) {
    if (!(error instanceof CliError) || error.kind !== 'forbidden') throw error
    const object = await readNamedCluster(session, cluster, signal).catch(() => undefined)
    const named = object === undefined ? [] : namedPods(object)
    if (named.length === 0) throw error
    return named
  }
}

/** The pods that the Cluster's status names, with the roles it gives them. */
function namedPods(cluster: Cluster): Pod[] {
  const { currentPrimary, instancesStatus } = cluster.status ?? {}
  const healthy = instancesStatus?.['healthy'] ?? []
  return assumedPods(cluster).map((pod) => {
    const { name } = pod.metadata
    const role = name === currentPrimary ? 'primary' : 'replica'
    return {
      ...pod,
      metadata: { ...pod.metadata, labels: { [Labels.instanceRole]: role } },
      status: { ...pod.status, conditions: [{ type: 'Ready', status: healthy.includes(name) ? 'True' : 'False' }] },
    }
  })
}

async function explainNone(
  session: Session,
  cluster: string,
  wish: InstanceWish,
  all: readonly Candidate[],
  signal: AbortSignal,
): Promise<CliError> {
  const present = all.map(describeCandidate)
  if (wish.kind === 'instance') {
    return new CliError({
      kind: 'missing',
      message: `cluster "${cluster}" has no instance "${wish.name}"`,
      hint: `Its instances: ${nearestFirst(wish.name, present).join(', ')}`,
    })
  }
  if (wish.kind === 'replica' && all.length === 1) {
    return new CliError({
      kind: 'missing',
      message: `cluster "${cluster}" has no replica: its only instance is ${present.join(', ')}`,
      hint: 'Leave --replica out to reach it.',
    })
  }
  // What is going on is worth one more request; without the right to it the labels have to do.
  const object = await readNamedCluster(session, cluster, signal).catch(() => undefined)
  return new CliError({
    kind: 'missing',
    message: `cluster "${cluster}" has no ${wish.kind} at the moment${object === undefined ? '' : whatGoesOn(object)}`,
    hint: `Its instances: ${present.join(', ')}; --instance NAME reaches one of them.`,
  })
}

function whatGoesOn({ status }: Cluster): string {
  const { phase, currentPrimary, targetPrimary } = status ?? {}
  if (phase === undefined || phase === Phases.healthy) return ''
  const moving = currentPrimary !== undefined && targetPrimary !== undefined && currentPrimary !== targetPrimary
  return `: ${phase}${moving ? ` (${currentPrimary} to ${targetPrimary})` : ''}`
}

function noInstances(cluster: Cluster): CliError {
  const { name } = cluster.metadata
  const hibernated = cluster.metadata.annotations?.[Annotations.hibernation] === 'on'
  return new CliError({
    kind: 'missing',
    message: hibernated ? `cluster "${name}" is hibernated: it has no instances` : `cluster "${name}" has no instances`,
    hint: hibernated
      ? `To wake it up: kubectl cnpg hibernate off ${name}`
      : `What it waits for is told by: kubectl cnpg status ${name}`,
  })
}

function notRunning(instance: Candidate, all: readonly Candidate[]): CliError {
  const { name, role } = instance
  return new CliError({
    kind: 'missing',
    message: `${role === 'primary' ? 'the primary ' : ''}${name} does not run (${troubleText(instance)})`,
    hint: alternatives(all, instance) ?? 'No other instance is ready.',
  })
}
