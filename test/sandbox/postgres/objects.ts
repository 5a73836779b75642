import type { PostgresCluster } from './cluster.ts'
import { backupObjects } from './objects/backup-objects.ts'
import { clusterObject } from './objects/cluster-object.ts'
import type { ClusterObjectOptions } from './objects/cluster-object.ts'
import type { PlainObject } from './objects/metadata.ts'
import { networkObjects } from './objects/network-objects.ts'
import { ownedObjects } from './objects/owned-objects.ts'
import { podObject } from './objects/pod-object.ts'
import { sharedObjects } from './objects/shared-objects.ts'

export type { PlainObject } from './objects/metadata.ts'
export type { ClusterObjectOptions } from './objects/cluster-object.ts'
export { clusterObject } from './objects/cluster-object.ts'
export { podObject } from './objects/pod-object.ts'
export { sharedObjects } from './objects/shared-objects.ts'

export interface ObjectsOptions extends ClusterObjectOptions {
  /** The node all pods run on. */
  node?: string
  nodeAddress?: string
  /** A completed Backup, a ScheduledBackup, and the object store in the Cluster's spec. */
  backups?: boolean
}

/** The objects of a cluster alone: without the node, the operator and the definition, which all clusters share. */
export function clusterObjects(cluster: PostgresCluster, options: ObjectsOptions = {}): PlainObject[] {
  const { node = 'node1', nodeAddress = '10.250.0.1', backups = false, ...rest } = options
  return [
    clusterObject(cluster, { ...rest, ...(backups && { objectStore: true }) }),
    ...[...cluster.pods.values()].map((pod) => podObject(cluster, pod, { node, nodeAddress })),
    ...networkObjects(cluster, node),
    ...ownedObjects(cluster),
    ...(backups ? backupObjects(cluster) : []),
  ]
}

/**
 * The Kubernetes objects of a running cluster as they are at this moment, in the shape of the recorded states `healthy` (1.30.0) and
 * `operator-1.15.1-healthy`; also the node and the operator. Without resource versions: those are the API server's.
 */
export function kubernetesObjects(cluster: PostgresCluster, options: ObjectsOptions = {}): PlainObject[] {
  const { node = 'node1', nodeAddress = '10.250.0.1' } = options
  const createdAt = new Date(cluster.createdAt.getTime() - 60_000)
  return [...sharedObjects({ wire: cluster.wire, node, nodeAddress, createdAt }), ...clusterObjects(cluster, options)]
}
