import { Labels } from '../api/constants.ts'
import type { Cluster } from '../api/cluster.ts'
import type { MissingPart } from '../api/part.ts'
import type { Pod } from '../api/pod.ts'
import type { ClusterSnapshot, InstanceDetails, InstanceReading } from '../api/snapshot.ts'
import { pathOf, Resources } from '../kube/resources.ts'
import type { Session } from '../kube/session.ts'
import { failureOf, noAnswer } from './failures.ts'
import { INSTANCE_TIMEOUT_MS } from './gather.ts'
import type { SnapshotOptions } from './gather.ts'
import { assumedPods, instancePods } from './instance-pods.ts'
import { gatherInstances } from './instances.ts'
import { missing, partOf, present } from './parts.ts'
import { ruleOf } from './rules.ts'
import type { InstanceTarget } from './ways/target.ts'

/** Which part of a cluster is looked at again and again while a change is under way. */
export interface ObserveRequest {
  namespace: string
  name: string
  /** Milliseconds after which one instance is given up; default 3000. */
  instanceTimeoutMs?: number
  /** Asks the instances by SQL, too: for the start of the server and what else only SQL knows. */
  details?: AskDetails
  /** Asks no instance at all: the Cluster and its pods alone, in one wave. */
  objectsOnly?: true
}

const NOT_ASKED: MissingPart = missing('missing', 'not asked')

/**
 * A snapshot of what moves during a change: the Cluster, its pods and the instances; cheap enough for several a second. The
 * other parts are missing. Throws CliError when the Cluster did not come.
 */
export async function observeCluster(
  session: Session,
  request: ObserveRequest,
  options: SnapshotOptions,
): Promise<ClusterSnapshot> {
  const { clock, signal } = options
  const { namespace, name } = request
  const takenAt = clock.now().toISOString()
  const [cluster, pods] = await Promise.all([
    session.getJson<Cluster>(pathOf(Resources.clusters, { namespace, name }), { signal }),
    partOf(
      session
        .listAll<Pod>(pathOf(Resources.pods, { namespace }), { labelSelector: `${Labels.cluster}=${name}`, signal })
        .then(({ items }) => items),
      { clock, rule: ruleOf(Resources.pods, 'list') },
    ),
  ])
  const known = pods.ok ? instancePods(cluster, pods.value) : assumedPods(cluster)
  const timeoutMs = request.instanceTimeoutMs ?? INSTANCE_TIMEOUT_MS
  const readings =
    request.objectsOnly === true
      ? []
      : await gatherInstances(session, cluster, known, {
          clock,
          signal,
          timeoutMs,
          memory: options.memory ?? {},
          metrics: false,
        })
  const { details } = request
  return {
    schemaVersion: 1,
    takenAt,
    source: { namespace, name, clientVersion: options.clientVersion },
    cluster,
    objects: {
      pods,
      podDisruptionBudgets: NOT_ASKED,
      backups: NOT_ASKED,
      scheduledBackups: NOT_ASKED,
      poolers: NOT_ASKED,
      databases: NOT_ASKED,
    },
    instances:
      details === undefined ? readings : await detailed(session, cluster, known, readings, details, options, timeoutMs),
  }
}

/** Asks one instance by SQL. */
export type AskDetails = (target: InstanceTarget, signal: AbortSignal) => Promise<InstanceDetails>

/** The readings with what SQL tells of every instance that answered, all at once, each within `timeoutMs`. */
export async function detailed(
  session: Session,
  cluster: Cluster,
  pods: readonly Pod[],
  readings: readonly InstanceReading[],
  ask: AskDetails,
  { clock, signal }: Pick<SnapshotOptions, 'clock' | 'signal'>,
  timeoutMs: number = INSTANCE_TIMEOUT_MS,
): Promise<InstanceReading[]> {
  return Promise.all(
    readings.map(async (reading) => {
      const pod = pods.find((candidate) => candidate.metadata.name === reading.pod)
      if (pod === undefined || !reading.status.ok) return reading
      const limit = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)])
      try {
        return { ...reading, details: present(await ask({ session, cluster, pod }, limit), clock, 'sql') }
      } catch (error) {
        return { ...reading, details: noAnswer([failureOf('sql', error)]) }
      }
    }),
  )
}
