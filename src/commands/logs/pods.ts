import { Labels } from '../../api/constants.ts'
import type { Pod } from '../../api/pod.ts'
import { CliError } from '../../errors/cli-error.ts'
import type { Clock } from '../../host/types.ts'
import { pathOf, Resources } from '../../kube/resources.ts'
import type { Session } from '../../kube/session.ts'
import { watch } from '../../kube/watch.ts'
import { isPassing } from './read-log.ts'

/** Where the pods of a cluster are. */
export interface PodsOf {
  session: Session
  cluster: string
  clock: Clock
  signal: AbortSignal
}

/** All pods that carry the cluster's label: instances, their jobs, poolers. */
export async function listPods({ session, cluster, signal }: PodsOf): Promise<Pod[]> {
  const path = pathOf(Resources.pods, { namespace: session.namespace })
  const list = await session.listAll<Pod>(path, { labelSelector: `${Labels.cluster}=${cluster}`, signal })
  return list.items
}

/** One pod as it is now; undefined when it is gone. Asked as a list: that right is there. */
export async function readPod({ session, signal }: PodsOf, name: string): Promise<Pod | undefined> {
  const path = pathOf(Resources.pods, { namespace: session.namespace })
  return (await session.listAll<Pod>(path, { fieldSelector: `metadata.name=${name}`, signal })).items[0]
}

export type PodNews = { kind: 'all'; pods: readonly Pod[] } | { kind: 'one'; pod: Pod; deleted: boolean }

/** How often the pods are listed where they may not be watched. */
const POLL_MS = 2000

/**
 * The pods now and every change of them, until the signal aborts. Without the right to watch they are listed every two
 * seconds. Throws CliError for what trying again does not mend.
 */
export async function* podNews(of: PodsOf, onTrouble: (error: CliError) => void): AsyncGenerator<PodNews, void> {
  const { session, cluster, clock, signal } = of
  const path = pathOf(Resources.pods, { namespace: session.namespace })
  let listed = false
  try {
    for await (const event of watch<Pod>(session, {
      path,
      labelSelector: `${Labels.cluster}=${cluster}`,
      signal,
      onTrouble,
    })) {
      listed = true
      yield event.type === 'RELISTED'
        ? { kind: 'all', pods: event.objects }
        : { kind: 'one', pod: event.object, deleted: event.type === 'DELETED' }
    }
  } catch (error) {
    if (!listed || !(error instanceof CliError) || error.kind !== 'forbidden') throw error
  }
  for (;;) {
    await clock.sleep(POLL_MS, signal)
    try {
      yield { kind: 'all', pods: await listPods(of) }
    } catch (error) {
      if (signal.aborted || !(error instanceof CliError) || !isPassing(error)) throw error
      onTrouble(error)
    }
  }
}
