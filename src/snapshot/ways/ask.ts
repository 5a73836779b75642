import type { Cluster } from '../../api/cluster.ts'
import type { InstanceStatus } from '../../api/instance-status.ts'
import type { InstanceWay } from '../../api/part.ts'
import type { WayFailure } from '../../api/snapshot.ts'
import { askByProxy } from './proxy.ts'
import type { PodTarget } from './target.ts'

/**
 * Asks one instance by one way; what the later ways need is loaded only when their turn comes. `earlier` are the ways that
 * failed already: the third does not try again what the second was refused. The Cluster itself is needed by the last only.
 * Throws WayError or CliError.
 */
export async function askInstance(
  way: InstanceWay,
  target: PodTarget & { cluster: Cluster | Promise<Cluster> },
  signal: AbortSignal,
  earlier: readonly WayFailure[],
): Promise<InstanceStatus> {
  switch (way) {
    case 'proxy':
      return askByProxy(target, signal)
    case 'exec':
      return (await import('./exec.ts')).askByExec(target, signal)
    case 'sql':
      return (await import('./sql.ts')).askBySql({ ...target, cluster: await target.cluster }, signal, earlier)
  }
}
