import type { Cluster } from '../api/cluster.ts'
import type { Pod } from '../api/pod.ts'
import type { ClusterObjects, ClusterSnapshot } from '../api/snapshot.ts'
import { CliError } from '../errors/cli-error.ts'
import type { Session } from '../kube/session.ts'
import { completeObjects } from './complete.ts'
import { addDetails } from './details.ts'
import { assumedPods, instancePods } from './instance-pods.ts'
import type { Via, WayMemory } from './instances.ts'
import { gatherInstances } from './instances.ts'
import { NodeReader } from './nodes.ts'
import type { GatherOptions, ObjectLists } from './objects.ts'
import { gatherObjects, listsOf } from './objects.ts'

/** What is wanted of a cluster. */
export interface SnapshotRequest {
  namespace: string
  name: string
  /** Level of `-v`. */
  verbose: number
  /** Milliseconds after which one instance is given up; default 3000. */
  instanceTimeoutMs?: number
  /** The only way to the instances (`--via`). */
  via?: Via
}

export interface SnapshotOptions extends GatherOptions {
  /** Version of this program. */
  clientVersion: string
  /** Kept over the rounds of a watch or the clusters of a fleet. */
  memory?: WayMemory
}

export const INSTANCE_TIMEOUT_MS = 3000

/**
 * Reads everything about one cluster: two waves of requests (design 8), and a short third one when only SQL can settle a
 * question. Throws CliError when the Cluster itself did not come (missing, forbidden, timeout …); everything else that
 * fails, also by the deadline of `options.signal`, is a part with its reason.
 */
export async function gatherCluster(
  session: Session,
  request: SnapshotRequest,
  options: SnapshotOptions,
): Promise<ClusterSnapshot> {
  const over = new AbortController()
  const signal = AbortSignal.any([options.signal, over.signal])
  try {
    const lists = gatherObjects(session, { kind: 'cluster', ...request }, { clock: options.clock, signal })
    const [cluster] = await lists.clusters
    const rest = listsOf(lists, cluster as Cluster)
    const snapshot = await readCluster(session, cluster as Cluster, rest, request, { ...options, signal })
    if (isInterruption(options.signal)) throw options.signal.reason
    return snapshot
  } finally {
    over.abort()
  }
}

/** The part of {@link gatherCluster} after the lists: for one cluster of those that one set of lists holds. */
export async function readCluster(
  session: Session,
  cluster: Cluster,
  lists: Omit<ObjectLists, 'clusters'>,
  request: Omit<SnapshotRequest, 'namespace' | 'name'>,
  options: SnapshotOptions,
): Promise<ClusterSnapshot> {
  const { clock, signal } = options
  const instanceTimeoutMs = request.instanceTimeoutMs ?? INSTANCE_TIMEOUT_MS
  const takenAt = clock.now().toISOString()
  const nodes = new NodeReader(session, options)
  const objects = completeObjects(session, cluster, lists, { clock, signal, verbose: request.verbose })
  // Its rejection, an interruption, is met below; the pods' may come first.
  objects.catch(() => undefined)
  const pods = podsOf(cluster, await lists.pods)
  const instances =
    request.via === 'none'
      ? []
      : gatherInstances(session, cluster, pods, {
          clock,
          signal,
          timeoutMs: instanceTimeoutMs,
          ...(request.via === undefined ? {} : { via: request.via }),
          memory: options.memory ?? {},
          nodeOut: (name) => nodes.out(name),
          essentials: objects,
        })
  const wanted = request.verbose > 0 ? nodesOf(pods).map((name) => nodes.read(name)) : []
  const [complete, readings] = await Promise.all([objects, instances, ...wanted])
  const wish = { verbose: request.verbose, verboseMs: instanceTimeoutMs }
  const detailed = await addDetails(session, cluster, pods, readings, wish, options)
  const nodePart = await nodes.part()
  return {
    schemaVersion: 1,
    takenAt,
    source: {
      namespace: cluster.metadata.namespace ?? '',
      name: cluster.metadata.name,
      ...(session.context === undefined ? {} : { context: session.context }),
      server: session.server,
      clientVersion: options.clientVersion,
    },
    cluster,
    objects: {
      ...complete,
      ...(nodePart === undefined ? {} : { nodes: nodePart }),
      ...(detailed.configuration === undefined ? {} : { configuration: detailed.configuration }),
    },
    instances: detailed.readings,
  }
}

/** A user who pressed Ctrl-C does not want half a report; a deadline that passed is another matter. */
function isInterruption({ aborted, reason }: AbortSignal): boolean {
  return aborted && reason instanceof CliError && reason.kind === 'interrupted'
}

function podsOf(cluster: Cluster, part: ClusterObjects['pods']): Pod[] {
  return part.ok ? instancePods(cluster, part.value) : assumedPods(cluster)
}

function nodesOf(pods: readonly Pod[]): string[] {
  return [...new Set(pods.flatMap((pod) => pod.spec.nodeName ?? []))]
}
