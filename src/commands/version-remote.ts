import { Annotations, Labels } from '../api/constants.ts'
import type { Cluster } from '../api/cluster.ts'
import type { Pod } from '../api/pod.ts'
import type { InstanceReading } from '../api/snapshot.ts'
import type { Context } from '../cli/command.ts'
import { CliError } from '../errors/cli-error.ts'
import { pathOf, Resources } from '../kube/resources.ts'
import type { Session } from '../kube/session.ts'
import { imageTag, managerContainer, OPERATOR_SELECTOR, USUAL_NAMESPACE } from '../snapshot/operator-deployment.ts'
import type { Deployment } from '../snapshot/operator-deployment.ts'

/** An operator that runs somewhere the user may look. */
export interface OperatorVersion {
  namespace: string
  deployment: string
  image: string
  /** Tag of the image; absent when it is named by digest only. */
  version?: string
}

/** The instance manager of one pod. */
export interface ManagerVersion {
  pod: string
  cluster: string
  version?: string
  /** What said so: the manager itself, or the annotation of the operator that made the pod. */
  source?: 'manager' | 'annotation'
}

/** What `version --remote` found; a part that could not be read is its reason. */
export interface RemoteVersions {
  operators: OperatorVersion[] | { error: string }
  namespace: string
  instanceManagers: ManagerVersion[] | { error: string }
}

const INSTANCE_LIMIT_MS = 3000

/**
 * Asks for the versions of operator (in every namespace, or where the user may look) and instance managers (of the
 * effective namespace). A part that fails is its reason; throws only when the server cannot be talked to at all.
 */
export async function readRemoteVersions(context: Context): Promise<RemoteVersions> {
  const session = await context.session()
  const [operators, instanceManagers] = await Promise.all([
    reasonFor(readOperators(session, context.signal)),
    reasonFor(readManagers(session, context)),
  ])
  return { operators, namespace: session.namespace, instanceManagers }
}

async function reasonFor<T>(reading: Promise<T>): Promise<T | { error: string }> {
  try {
    return await reading
  } catch (error) {
    if (error instanceof CliError && (error.kind === 'forbidden' || error.kind === 'missing')) {
      return { error: error.message }
    }
    throw error
  }
}

async function readOperators(session: Session, signal: AbortSignal): Promise<OperatorVersion[]> {
  const list = (namespace?: string) =>
    session.listAll<Deployment>(pathOf(Resources.deployments, namespace === undefined ? {} : { namespace }), {
      labelSelector: OPERATOR_SELECTOR,
      signal,
    })
  const found = await list().catch(async (error: unknown) => {
    if (!(error instanceof CliError) || error.kind !== 'forbidden') throw error
    const places = new Set([USUAL_NAMESPACE, session.namespace])
    const lists = await Promise.allSettled([...places].map(list))
    const items = lists.flatMap((result) => (result.status === 'fulfilled' ? result.value.items : []))
    if (lists.every((result) => result.status === 'rejected')) throw error
    return { items }
  })
  return found.items.map(operatorVersion)
}

function operatorVersion(deployment: Deployment): OperatorVersion {
  const { metadata } = deployment
  const image = managerContainer(deployment)?.image ?? ''
  const version = imageTag(image)
  return {
    namespace: metadata.namespace ?? '',
    deployment: metadata.name,
    image,
    ...(version === undefined ? {} : { version }),
  }
}

async function readManagers(session: Session, context: Context): Promise<ManagerVersion[]> {
  const { namespace } = session
  const { signal } = context
  const [clusters, pods] = await Promise.all([
    session.listAll<Cluster>(pathOf(Resources.clusters, { namespace }), { signal }),
    session.listAll<Pod>(pathOf(Resources.pods, { namespace }), { labelSelector: Labels.cluster, signal }),
  ])
  const { gatherInstances } = await import('../snapshot/instances.ts')
  const { instancePods } = await import('../snapshot/instance-pods.ts')
  const memory = {}
  const perCluster = clusters.items.map(async (cluster) => {
    const own = instancePods(cluster, pods.items)
    const options = { clock: context.host.clock, signal, timeoutMs: INSTANCE_LIMIT_MS, memory }
    const readings = await gatherInstances(session, cluster, own, options)
    return own.map((pod, index) => managerVersion(cluster.metadata.name, pod, readings[index]))
  })
  return (await Promise.all(perCluster)).flat()
}

function managerVersion(cluster: string, pod: Pod, reading: InstanceReading | undefined): ManagerVersion {
  const said = reading?.status.ok === true ? reading.status.value.instanceManagerVersion : undefined
  const annotated = pod.metadata.annotations?.[Annotations.operatorVersion]
  const version = said ?? annotated
  return {
    pod: pod.metadata.name,
    cluster,
    ...(version === undefined ? {} : { version, source: said === undefined ? 'annotation' : 'manager' }),
  }
}
