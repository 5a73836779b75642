import { Annotations, BARMAN_PLUGIN, Phases } from '../api/constants.ts'
import type { Cluster } from '../api/cluster.ts'
import type { Part } from '../api/part.ts'
import type { Pod } from '../api/pod.ts'
import { instancePods } from './instance-pods.ts'

/** Jobs say what a cluster that is not complete is doing. */
export function wantsJobs(cluster: Cluster, pods: Part<Pod[]>, verbose: number): boolean {
  if (verbose > 0 || cluster.status?.phase !== Phases.healthy) return true
  const wanted = cluster.spec.instances ?? 1
  return (cluster.status.readyInstances ?? 0) < wanted || (pods.ok && instancePods(cluster, pods.value).length < wanted)
}

/** Volumes matter where a pod cannot start, where there are none (hibernation), and where the operator complains of one. */
export function wantsVolumes(cluster: Cluster, pods: Part<Pod[]>, verbose: number): boolean {
  if (verbose > 0 || cluster.metadata.annotations?.[Annotations.hibernation] === 'on') return true
  const { danglingPVC, resizingPVC, unusablePVC } = cluster.status ?? {}
  if ([danglingPVC, resizingPVC, unusablePVC].some((names) => (names?.length ?? 0) > 0)) return true
  if (!pods.ok) return false
  const instances = instancePods(cluster, pods.value)
  return instances.length === 0 || instances.some((pod) => pod.status?.phase === 'Pending')
}

/** Name of the ObjectStore that the Barman Cloud plugin uses for this cluster; undefined without the plugin. */
export function storeOf(cluster: Cluster): string | undefined {
  const plugin = cluster.spec.plugins?.find((entry) => entry.name === BARMAN_PLUGIN && entry.enabled !== false)
  return plugin?.parameters?.['barmanObjectName']
}
