import type { Cluster } from '../../api/cluster.ts'
import type { InstanceWay } from '../../api/part.ts'
import type { Pod } from '../../api/pod.ts'
import type { InstanceReading } from '../../api/snapshot.ts'
import { Labels } from '../../api/constants.ts'
import { CliError } from '../../errors/cli-error.ts'
import type { Clock } from '../../host/types.ts'
import { pathOf, Resources } from '../../kube/resources.ts'
import type { Session } from '../../kube/session.ts'
import type { InstanceReach, WayState } from '../../model/doctor/report.ts'
import { assumedPods, instancePods } from '../../snapshot/instance-pods.ts'
import { gatherInstances } from '../../snapshot/instances.ts'
import { whyNotAsked } from '../../snapshot/not-asked.ts'

const WAYS: readonly InstanceWay[] = ['proxy', 'exec', 'sql']

export interface ReachOptions {
  clock: Clock
  signal: AbortSignal
  /** Milliseconds for one instance by one way. */
  timeoutMs: number
}

/** Tries every way to every instance of some clusters, all at the same time. Rejects only with the user's interruption. */
export async function reachOf(
  session: Session,
  clusters: readonly Cluster[],
  options: ReachOptions,
): Promise<InstanceReach[]> {
  const perCluster = clusters.map(async (cluster) => {
    const pods = await podsOf(session, cluster, options.signal)
    const readings = await Promise.all(
      WAYS.map((via) => gatherInstances(session, cluster, pods, { ...options, via, memory: {}, metrics: false })),
    )
    return pods.map((pod, index): InstanceReach => {
      const states = WAYS.map((way, which) => [way, stateOf(readings[which]?.[index])] as const)
      return {
        cluster: cluster.metadata.name,
        instance: pod.metadata.name,
        ways: Object.fromEntries(states) as Record<InstanceWay, WayState>,
        notAsked: whyNotAsked(pod)?.message ?? null,
      }
    })
  })
  return (await Promise.all(perCluster)).flat()
}

/** Its pods, or stand-ins by the names in its status. */
async function podsOf(session: Session, cluster: Cluster, signal: AbortSignal): Promise<Pod[]> {
  const { namespace, name } = cluster.metadata
  const path = pathOf(Resources.pods, namespace === undefined ? {} : { namespace })
  try {
    const { items } = await session.listAll<Pod>(path, { labelSelector: `${Labels.cluster}=${name}`, signal })
    return instancePods(cluster, items)
  } catch (error) {
    if (!(error instanceof CliError) || error.kind !== 'forbidden') throw error
    return assumedPods(cluster)
  }
}

function stateOf(reading: InstanceReading | undefined): WayState {
  if (reading?.status.ok === true) return { works: true, reason: null, forbidden: false }
  const forbidden = reading?.failures.some(({ kind }) => kind === 'forbidden') ?? false
  const own = reading?.failures.at(-1)?.reason
  return {
    works: false,
    reason: own ?? (reading?.status.ok === false ? reading.status.message : 'no answer'),
    forbidden,
  }
}
