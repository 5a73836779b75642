import type { ClusterSnapshot } from '../../api/snapshot.ts'
import type { InstanceWay } from '../../api/part.ts'
import type { Clock } from '../../host/types.ts'
import { outageOf } from '../../plan/outage.ts'
import type { Sample } from '../../plan/outage.ts'
import { askInstance } from '../../snapshot/ways/ask.ts'
import type { Measurement, Reading } from './run.ts'
import { secondsText } from './view.ts'

/** Rest between two questions to one instance, and how long one may take, in milliseconds. */
const REST_MS = 50
const LIMIT_MS = 1000
/** The figure has one decimal: less than this is no news. */
const WORTH_SAYING = 0.1

/**
 * Asks instances over and over whether they are the primary, by the way that worked before, each at its own pace over its own
 * connection, until it is stopped.
 */
export function measureOutage(
  names: readonly string[],
  before: ClusterSnapshot,
  { session, signal }: Reading,
  clock: Clock,
): Measurement {
  const over = new AbortController()
  const ended = AbortSignal.any([signal, over.signal])
  const samples: Sample[] = []
  const pods = before.objects.pods.ok ? before.objects.pods.value : []
  const wayOf = (name: string): InstanceWay => {
    const status = before.instances.find(({ pod }) => pod === name)?.status
    return status?.ok && status.via !== 'api' && status.via !== 'file' ? status.via : 'proxy'
  }
  const watch = async (name: string): Promise<void> => {
    const pod = pods.find(({ metadata }) => metadata.name === name)
    if (pod === undefined) return
    while (!ended.aborted) {
      const askedAt = clock.monotonic()
      const limit = AbortSignal.any([ended, AbortSignal.timeout(LIMIT_MS)])
      const primary = await askInstance(wayOf(name), { session, cluster: before.cluster, pod }, limit, []).then(
        (status) => status.isPrimary === true && status.mightBeUnavailable !== true,
        () => false,
      )
      if (!ended.aborted) samples.push({ instance: name, askedAt, answeredAt: clock.monotonic(), primary })
      await clock.sleep(REST_MS, ended).catch(() => undefined)
    }
  }
  const watching = Promise.all(names.map(watch))
  return {
    async stop() {
      over.abort()
      await watching
      const outage = outageOf(samples)
      if (outage === null || outage.seconds === 0) return { text: '', json: { outage } }
      const { seconds, accuracySeconds } = outage
      const accuracy = accuracySeconds > WORTH_SAYING ? ` (±${secondsText(accuracySeconds)})` : ''
      return { text: `; no primary answered for ${secondsText(seconds)}${accuracy}`, json: { outage } }
    },
  }
}
