import { CNPG_GROUP, Labels, POSTGRES_CONTAINER, STATUS_TLS_FLAG } from '../api/constants.ts'
import type { Cluster } from '../api/cluster.ts'
import type { Pod } from '../api/pod.ts'
import { byName } from '../api/by-name.ts'

/**
 * The pods that are instances of a cluster, by name with numbers in their order (`-2` before `-10`): owned by the Cluster
 * (spec/wire-formats.md C.1); pods of poolers and jobs have other owners.
 */
export function instancePods({ metadata: { name } }: Pick<Cluster, 'metadata'>, pods: readonly Pod[]): Pod[] {
  return pods
    .filter((pod) => pod.metadata.labels?.[Labels.cluster] === name && isOwnedBy(pod, name))
    .sort((a, b) => byName(a.metadata.name, b.metadata.name))
}

/**
 * Stand-ins for pods that could not be listed, by the names in the Cluster's status: enough to ask them. They count as speaking
 * TLS; the proxy's way finds out where they do not.
 */
export function assumedPods(cluster: Cluster): Pod[] {
  const { namespace } = cluster.metadata
  return (cluster.status?.instanceNames ?? []).map((name) => ({
    metadata: { name, ...(namespace === undefined ? {} : { namespace }) },
    spec: { containers: [{ name: POSTGRES_CONTAINER, command: [STATUS_TLS_FLAG] }] },
    status: { containerStatuses: [{ name: POSTGRES_CONTAINER, state: { running: {} } }] },
  }))
}

function isOwnedBy(pod: Pod, cluster: string): boolean {
  return (pod.metadata.ownerReferences ?? []).some(
    (owner) =>
      owner.kind === 'Cluster' && owner.name === cluster && (owner.apiVersion?.startsWith(`${CNPG_GROUP}/`) ?? true),
  )
}
