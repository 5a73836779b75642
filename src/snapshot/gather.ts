import { setMaxListeners } from 'node:events'
import type { Cluster } from '../api/cluster.ts'
import type { Pod } from '../api/pod.ts'
import type { ClusterSnapshot } from '../api/snapshot.ts'
import type { Clock } from '../host/types.ts'
import type { Session } from '../kube/session.ts'
import { completeObjects } from './complete.ts'
import { addDetails } from './details.ts'
import type { ExtrasLimit } from './extras.ts'
import type { ObjectsOf } from './fleet-objects.ts'
import { Gate } from './gate.ts'
import { assumedPods, instancePods } from './instance-pods.ts'
import type { Via, WayMemory } from './instances.ts'
import { gatherInstances } from './instances.ts'
import { NodeReader } from './nodes.ts'
import type { GatherOptions, ObjectLists } from './objects.ts'
import { gatherObjects, listsOf } from './objects.ts'
import { OperatorReader } from './operator.ts'
import { throwInterruption } from './race.ts'
import type { Reader } from './reader.ts'
import { gatedReader } from './reader.ts'

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
  /** False: the metrics port is left alone. */
  metrics?: false
  /** True: the free space of all volumes is asked for, also without `verbose`. */
  freeSpace?: true
}

export interface SnapshotOptions extends GatherOptions {
  /** Version of this program. */
  clientVersion: string
  /** Kept over the rounds of a watch or the clusters of a fleet. */
  memory?: WayMemory
}

export const INSTANCE_TIMEOUT_MS = 3000

/** What the requests about one or several clusters of one API server have in common. */
export interface Shared {
  gate: Gate
  reader: Reader
  nodes: NodeReader
  operator: OperatorReader
  /** The second wave of objects for several clusters at once; absent: one cluster reads its own. */
  objectsOf?: ObjectsOf
  /** The end of the extras of all of them; absent: each one's own. */
  extras?: ExtrasLimit
}

/** The gate for all requests to a session's API server. */
export function gateTo({ transport }: Session, clock: Clock): Gate {
  return new Gate(clock, { multiplexed: transport.multiplexed })
}

/** Begins to read what does not depend on the cluster. */
export function openShared(session: Session, gate: Gate, options: GatherOptions): Shared {
  const reader = gatedReader(session, gate, options.signal)
  return { gate, reader, nodes: new NodeReader(reader, options), operator: new OperatorReader(reader, options) }
}

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
  // Every instance listens to it; before Node 22 more than ten listeners of a combined signal bring a warning.
  setMaxListeners(0, signal)
  try {
    const limits = { clock: options.clock, signal }
    const gate = gateTo(session, options.clock)
    const { clusters, ...lists } = gatherObjects(
      gatedReader(session, gate, signal),
      { kind: 'cluster', ...request },
      limits,
    )
    const shared = openShared(session, gate, limits)
    const cluster = clusters.then(([one]) => one as Cluster)
    const snapshot = await readCluster(session, request, cluster, lists, request, { ...options, signal }, shared)
    throwInterruption(options.signal)
    return snapshot
  } finally {
    over.abort()
  }
}

/**
 * The part of {@link gatherCluster} after the lists have begun: for one cluster of those that one set of lists holds. Its
 * instances are asked as soon as its pods are known, be the Cluster still on its way or not.
 */
export async function readCluster(
  session: Session,
  { namespace, name }: { namespace: string; name: string },
  cluster: Promise<Cluster>,
  all: Omit<ObjectLists, 'clusters'>,
  request: Omit<SnapshotRequest, 'namespace' | 'name'>,
  options: SnapshotOptions,
  shared: Shared,
): Promise<ClusterSnapshot> {
  const { clock, signal } = options
  const { gate, reader, nodes, extras } = shared
  const instanceTimeoutMs = request.instanceTimeoutMs ?? INSTANCE_TIMEOUT_MS
  const lists = listsOf(all, { metadata: { namespace, name } })
  const takenAt = cluster.then(() => clock.now().toISOString())
  const objects = cluster.then(
    (known) =>
      shared.objectsOf?.(known, lists) ??
      completeObjects(reader, known, lists, { clock, signal, verbose: request.verbose }),
  )
  const found = lists.pods.then(async (part) =>
    part.ok ? instancePods({ metadata: { name } }, part.value) : assumedPods(await cluster),
  )
  const instances = found.then((pods) => {
    if (request.via === 'none') return []
    return gatherInstances(session, cluster, pods, {
      clock,
      signal,
      timeoutMs: instanceTimeoutMs,
      ...(request.via === undefined ? {} : { via: request.via }),
      ...(request.metrics === undefined ? {} : { metrics: request.metrics }),
      memory: options.memory ?? {},
      nodeOut: (node) => nodes.out(node),
      essentials: objects,
      gate,
      ...(extras === undefined ? {} : { extras }),
    })
  })
  const nodesRead = found.then((pods) => (request.verbose > 0 ? nodesOf(pods).map((node) => nodes.read(node)) : []))
  // All at once: whichever fails first ends the reading.
  const [known, moment, complete, pods, readings] = await Promise.all([
    cluster,
    takenAt,
    objects,
    found,
    instances,
    nodesRead.then((reads) => Promise.all(reads)),
  ])
  const wish = { verbose: request.verbose, verboseMs: instanceTimeoutMs, freeSpace: request.freeSpace === true }
  const detailed = await addDetails(session, known, pods, readings, wish, { clock, signal, gate })
  const nodePart = await nodes.part(nodesOf(pods))
  return {
    schemaVersion: 1,
    takenAt: moment,
    source: {
      namespace: known.metadata.namespace ?? '',
      name: known.metadata.name,
      ...(session.context === undefined ? {} : { context: session.context }),
      server: session.server,
      clientVersion: options.clientVersion,
    },
    cluster: known,
    objects: {
      ...complete,
      operator: shared.operator.part,
      ...(nodePart === undefined ? {} : { nodes: nodePart }),
      ...(detailed.configuration === undefined ? {} : { configuration: detailed.configuration }),
    },
    instances: detailed.readings,
  }
}

function nodesOf(pods: readonly Pod[]): string[] {
  return [...new Set(pods.flatMap((pod) => pod.spec.nodeName ?? []))]
}
