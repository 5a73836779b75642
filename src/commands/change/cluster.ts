import { buildInfo } from '../../api/build-info.ts'
import type { ClusterSnapshot } from '../../api/snapshot.ts'
import type { Context } from '../../cli/command.ts'
import { CliError } from '../../errors/cli-error.ts'
import type { WayMemory } from '../../snapshot/instances.ts'
import type { AskDetails } from '../../snapshot/observe.ts'
import type { Reading } from './run.ts'

/** How long everything may take to be read before a change, in milliseconds. */
const PREFLIGHT_MS = 10_000

/** The three ways in which a change reads one cluster; they share what they learn about the way to the instances. */
export interface ClusterReader {
  /** Everything, as `status` reads it; `details` adds what only SQL knows. */
  whole(reading: Reading, details?: AskDetails): Promise<ClusterSnapshot>
  /** The Cluster and its pods anew, the rest as it was. */
  quick(before: ClusterSnapshot, reading: Reading): Promise<ClusterSnapshot>
  /** Cluster, pods and instances. */
  observe(reading: Reading, details?: AskDetails): Promise<ClusterSnapshot>
}

/** Reads cluster `name` of the session's namespace. */
export function clusterReader(name: string, { host }: Context): ClusterReader {
  const memory: WayMemory = {}
  const { clock } = host
  const options = (signal: AbortSignal) => ({ clock, signal, clientVersion: buildInfo.version, memory })
  return {
    async whole({ session, signal }, details) {
      const { gatherCluster } = await import('../../snapshot/gather.ts')
      const over = new AbortController()
      const limit = AbortSignal.any([signal, until(clock, over.signal)])
      const request = { namespace: session.namespace, name, verbose: 0 }
      try {
        const snapshot = await gatherCluster(session, request, options(limit))
        if (details === undefined) return snapshot
        const { cluster, objects, instances } = snapshot
        const { detailed } = await import('../../snapshot/observe.ts')
        const pods = objects.pods.ok ? objects.pods.value : []
        return {
          ...snapshot,
          instances: await detailed(session, cluster, pods, instances, details, { clock, signal: limit }),
        }
      } finally {
        over.abort()
      }
    },
    async quick(before, { session, signal }) {
      const { observeCluster } = await import('../../snapshot/observe.ts')
      const request = { namespace: session.namespace, name, objectsOnly: true } as const
      const { takenAt, cluster, objects } = await observeCluster(session, request, options(signal))
      return { ...before, takenAt, cluster, objects: { ...before.objects, pods: objects.pods } }
    },
    async observe({ session, signal }, details) {
      const { observeCluster } = await import('../../snapshot/observe.ts')
      const request = { namespace: session.namespace, name, ...(details === undefined ? {} : { details }) }
      return observeCluster(session, request, options(signal))
    },
  }
}

/** Aborts when reading has taken too long; what has not come by then is missing in the snapshot. */
function until(clock: Context['host']['clock'], cancel: AbortSignal): AbortSignal {
  const limit = new AbortController()
  const late = new CliError({
    kind: 'timeout',
    message: `the cluster could not be read within ${PREFLIGHT_MS / 1000} s`,
  })
  clock.sleep(PREFLIGHT_MS, cancel).then(
    () => limit.abort(late),
    () => undefined,
  )
  return limit.signal
}
