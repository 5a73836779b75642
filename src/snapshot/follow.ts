import { Labels } from '../api/constants.ts'
import type { Cluster } from '../api/cluster.ts'
import type { KubeObject } from '../api/objects.ts'
import type { Pod } from '../api/pod.ts'
import { CliError } from '../errors/cli-error.ts'
import type { Resource } from '../kube/resources.ts'
import { pathOf, Resources } from '../kube/resources.ts'
import type { Session } from '../kube/session.ts'
import { watch } from '../kube/watch.ts'

export interface Followers {
  /** The Cluster as it is now; undefined when it was deleted. */
  onCluster(cluster: Cluster | undefined): void
  /** All pods that carry the cluster's label. */
  onPods(pods: Pod[]): void
  onPod(pod: Pod, deleted: boolean): void
  /** A watch broke; it is tried again. */
  onTrouble(): void
  /** Something that cannot happen happened. */
  onDefect(error: unknown): void
}

/** Which watches run. One that is not permitted ends quietly: what it would tell has to be asked for. */
export interface Following {
  readonly cluster: boolean
  readonly pods: boolean
}

/** Watches a Cluster and its pods until the signal aborts. Rights: list and watch on clusters and pods. */
export function follow(
  session: Session,
  target: { namespace: string; name: string },
  to: Followers,
  signal: AbortSignal,
): Following {
  const { namespace, name } = target
  const running = { cluster: false, pods: false }
  const run = async <T extends KubeObject>(
    kind: keyof Following,
    resource: Resource,
    selector: { labelSelector: string } | { fieldSelector: string },
    take: (event: { type: string; object?: T; objects?: T[] }) => void,
  ): Promise<void> => {
    const path = pathOf(resource, { namespace })
    try {
      for await (const event of watch<T>(session, { path, ...selector, signal, onTrouble: () => to.onTrouble() })) {
        running[kind] = true
        take(event)
      }
    } catch (error) {
      running[kind] = false
      if (!signal.aborted && !(error instanceof CliError)) to.onDefect(error)
    }
  }
  void run<Cluster>('cluster', Resources.clusters, { fieldSelector: `metadata.name=${name}` }, (event) => {
    to.onCluster(event.type === 'DELETED' ? undefined : (event.object ?? event.objects?.[0]))
  })
  void run<Pod>('pods', Resources.pods, { labelSelector: `${Labels.cluster}=${name}` }, (event) => {
    if (event.objects !== undefined) to.onPods(event.objects)
    else if (event.object !== undefined) to.onPod(event.object, event.type === 'DELETED')
  })
  return running
}
