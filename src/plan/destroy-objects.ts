import { Annotations, CNPG_GROUP, Labels } from '../api/constants.ts'
import type { Cluster } from '../api/cluster.ts'
import type { Job, KubeObject, PersistentVolumeClaim } from '../api/objects.ts'
import type { Pod } from '../api/pod.ts'
import type { ClusterSnapshot } from '../api/snapshot.ts'

/** What belongs to one instance. */
export interface InstanceObjects {
  pod: Pod | null
  /** Owned by the Cluster. */
  volumes: PersistentVolumeClaim[]
  /** Kept by an earlier `--keep-pvc`: nobody's, and marked so. */
  detached: PersistentVolumeClaim[]
  jobs: Job[]
  /** Names of objects that look like it and have another owner: left alone. */
  foreign: string[]
}

/**
 * The objects of an instance. What counts is that this very Cluster controls them (the official does not compare its name:
 * spec/commands-core.md 13.2); volumes of operators that set no labels are known by their names (13.1).
 */
export function objectsOfInstance(snapshot: ClusterSnapshot, instance: string): InstanceObjects {
  const { cluster, objects } = snapshot
  const claims = (objects.persistentVolumeClaims?.ok ? objects.persistentVolumeClaims.value : []).filter((claim) =>
    isOf(claim, instance, /^(-wal|-tbs-.+)?$/),
  )
  const jobs = (objects.jobs?.ok ? objects.jobs.value : []).filter((job) => isOf(job, instance, /^-[a-z-]+$/))
  const pods = (objects.pods.ok ? objects.pods.value : []).filter(({ metadata }) => metadata.name === instance)
  const owned = <T extends KubeObject>(list: readonly T[]): T[] => list.filter((each) => isControlledBy(each, cluster))
  const detached = claims.filter((claim) => isDetached(claim, instance) && !isControlledBy(claim, cluster))
  const mine: readonly KubeObject[] = [...owned(pods), ...owned(claims), ...detached, ...owned(jobs)]
  const foreign = [...pods, ...claims, ...jobs].filter((each) => !mine.includes(each))
  return {
    pod: owned(pods)[0] ?? null,
    volumes: owned(claims),
    detached,
    jobs: owned(jobs),
    foreign: foreign.map(({ metadata }) => metadata.name),
  }
}

/** By the label, or without one by its name: the instance's own and the endings that go with it. */
function isOf({ metadata }: KubeObject, instance: string, ending: RegExp): boolean {
  const label = metadata.labels?.[Labels.instanceName]
  if (label !== undefined) return label === instance
  return metadata.name.startsWith(instance) && ending.test(metadata.name.slice(instance.length))
}

function isControlledBy({ metadata }: KubeObject, { metadata: { name, uid } }: Cluster): boolean {
  const owner = metadata.ownerReferences?.find(({ controller }) => controller === true)
  return (
    owner?.kind === 'Cluster' &&
    owner.name === name &&
    (owner.apiVersion?.startsWith(`${CNPG_GROUP}/`) ?? true) &&
    (owner.uid === undefined || uid === undefined || owner.uid === uid)
  )
}

function isDetached({ metadata }: KubeObject, instance: string): boolean {
  return (
    metadata.annotations?.[Annotations.pvcStatus] === 'detached' && metadata.labels?.[Labels.instanceName] === instance
  )
}
