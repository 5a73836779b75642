import type { Cluster } from '../../api/cluster.ts'
import { pathOf, Resources } from '../../kube/resources.ts'
import type { Lookup } from './types.ts'

/** The Cluster that the line names; undefined where it names none. Throws CliError. */
export function readCluster({ session, cluster, signal }: Lookup): Promise<Cluster | undefined> {
  if (cluster === undefined) return Promise.resolve(undefined)
  const path = pathOf(Resources.clusters, { namespace: session.namespace, name: cluster })
  return session.getJson<Cluster>(path, { signal })
}
