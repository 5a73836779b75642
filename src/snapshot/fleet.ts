import { setMaxListeners } from 'node:events'
import type { Cluster } from '../api/cluster.ts'
import type { ClusterSnapshot, FleetSnapshot, UnreadCluster } from '../api/snapshot.ts'
import { CliError } from '../errors/cli-error.ts'
import type { Session } from '../kube/session.ts'
import { ExtrasLimit } from './extras.ts'
import { fleetObjects } from './fleet-objects.ts'
import type { Gate } from './gate.ts'
import type { Shared, SnapshotOptions, SnapshotRequest } from './gather.ts'
import { gateTo, openShared, readCluster } from './gather.ts'
import { explainNoClusters } from './missing-cluster.ts'
import type { ObjectLists, OwnedScope } from './objects.ts'
import { clusterNamed, gatherObjects, gatherOwned, namespaceOf } from './objects.ts'
import { missingOf } from './parts.ts'
import { throwInterruption } from './race.ts'
import { within } from './within.ts'

export type FleetScope = Exclude<OwnedScope, { kind: 'cluster' }>

export type FleetRequest = Omit<SnapshotRequest, 'namespace' | 'name'>

export interface FleetOptions extends SnapshotOptions {
  /** Of the API server, where several contexts lead to it. */
  gate?: Gate
}

/** As every instance is asked for its metrics only after all were asked for their status, those take their time. */
const FLEET_EXTRAS_MS = 2000

type Found = Pick<FleetSnapshot, 'clusters' | 'unread'>

/**
 * Reads several clusters of one context: one set of lists whatever their number (design 3), all instances at once as far as the
 * gate lets them. A lone cluster is read in full, as `gatherCluster` does. Throws CliError when the Clusters cannot be listed or
 * there are none; of those asked for by name each that cannot be read is told in `unread`.
 */
export async function gatherFleet(
  session: Session,
  scope: FleetScope,
  request: FleetRequest,
  options: FleetOptions,
): Promise<Found> {
  const over = new AbortController()
  const signal = AbortSignal.any([options.signal, over.signal])
  // Every instance listens to it; before Node 22 more than ten listeners of a combined signal bring a warning.
  setMaxListeners(0, signal)
  const limits = { clock: options.clock, signal }
  try {
    const shared = openShared(session, options.gate ?? gateTo(session, options.clock), limits)
    const { clusters, unread, lists } = await findClusters(shared, session, scope, limits)
    const snapshots = await readAll(session, scope, clusters, lists, request, { ...options, signal }, shared)
    throwInterruption(options.signal)
    return { clusters: snapshots, unread }
  } finally {
    over.abort()
  }
}

type Owned = Omit<ObjectLists, 'clusters'>

async function findClusters(
  { reader }: Shared,
  session: Session,
  scope: FleetScope,
  limits: Pick<SnapshotOptions, 'clock' | 'signal'>,
): Promise<{ clusters: Cluster[]; unread: UnreadCluster[]; lists: Owned }> {
  if (scope.kind !== 'named') {
    const { clusters, ...lists } = gatherObjects(reader, scope, limits)
    const found = await clusters
    if (found.length > 0) return { clusters: found, unread: [], lists }
    throw await explainNoClusters(reader, namespaceOf(scope), scope.selector, limits.signal)
  }
  const { namespace } = scope
  const lists = gatherOwned(reader, scope, limits)
  const names = [...new Set(scope.names)]
  const clusters: Cluster[] = []
  const unread: UnreadCluster[] = []
  await Promise.all(
    names.map(async (name) => {
      try {
        clusters.push(await clusterNamed(reader, namespace, name, limits.signal))
      } catch (error) {
        unread.push({ ...contextOf(session), namespace, name, problem: missingOf(error) })
      }
    }),
  )
  return { clusters, unread, lists }
}

function readAll(
  session: Session,
  scope: FleetScope,
  clusters: readonly Cluster[],
  lists: Owned,
  request: FleetRequest,
  options: SnapshotOptions,
  shared: Shared,
): Promise<ClusterSnapshot[]> {
  const memory = options.memory ?? {}
  const together: Shared =
    clusters.length === 1
      ? shared
      : {
          ...shared,
          objectsOf: fleetObjects(shared.reader, namespaceOf(scope), clusters, lists, options),
          extras: new ExtrasLimit(options.clock, options.signal, FLEET_EXTRAS_MS),
        }
  const wish = wishOf(request, clusters.length)
  return Promise.all(
    clusters.map((cluster) => {
      const { namespace = '', name } = cluster.metadata
      return readCluster(
        session,
        { namespace, name },
        Promise.resolve(cluster),
        lists,
        wish,
        { ...options, memory },
        together,
      )
    }),
  )
}

/** Several clusters are read without their details; whether with their metrics, depends on what is shown. */
function wishOf({ metrics, ...request }: FleetRequest, clusters: number): FleetRequest {
  if (clusters === 1) return request
  return { ...request, verbose: 0, ...(metrics === undefined ? {} : { metrics }) }
}

/** One context of several. */
export interface FleetMember {
  context: string
  session: Promise<Session>
  scope: (session: Session) => FleetScope
}

/**
 * The clusters of several contexts, each reached by itself. A context that cannot be reached is told in `unread`. Rejects only with
 * the user's interruption.
 */
export async function gatherContexts(
  members: readonly FleetMember[],
  request: FleetRequest,
  options: SnapshotOptions,
): Promise<Found> {
  const gates = new Map<string, Gate>()
  const gateOf = (session: Session): Gate => {
    const gate = gates.get(session.server) ?? gateTo(session, options.clock)
    gates.set(session.server, gate)
    return gate
  }
  const found = await Promise.all(
    members.map(async ({ context, session, scope }): Promise<Found> => {
      try {
        const opened = await within(session, options.signal)
        const own = { ...options, gate: gateOf(opened) }
        return await gatherFleet(opened, scope(opened), request, own)
      } catch (error) {
        throwInterruption(options.signal)
        if (!(error instanceof CliError)) throw error
        return { clusters: [], unread: [{ context, problem: missingOf(error) }] }
      }
    }),
  )
  return { clusters: found.flatMap(({ clusters }) => clusters), unread: found.flatMap(({ unread }) => unread) }
}

function contextOf({ context }: Session): { context?: string } {
  return context === undefined ? {} : { context }
}
