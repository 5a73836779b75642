import type { InstanceStatus } from '../../api/instance-status.ts'
import type { InstanceWay } from '../../api/part.ts'
import type { ClusterSnapshot } from '../../api/snapshot.ts'
import type { Clock } from '../../host/types.ts'
import { buildStatus } from '../../model/status.ts'
import { outageOf } from '../../plan/outage.ts'
import type { Outage, Sample } from '../../plan/outage.ts'
import { assumedPods } from '../../snapshot/instance-pods.ts'
import { askInstance } from '../../snapshot/ways/ask.ts'
import type { Measured, Measurement, Reading } from './run.ts'
import { secondsText } from './view.ts'

/** Rest between two questions to one instance, and how long one may take, in milliseconds. */
const REST_MS = 50
const LIMIT_MS = 1000
/** How long the first answer of the new primary is waited for when the change itself is proved. */
const LAST_ANSWER_MS = 3000
/** The figure has one decimal: less than this is no news. */
const WORTH_SAYING = 0.1

/**
 * Asks instances over and over whether they are the primary, by the way that worked before, each at its own pace over its own
 * connection, until it is stopped. Where commits wait for synchronous standbys, a primary without enough of them does not count:
 * nobody can write to it.
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
  const standbys = neededStandbys(before)
  const pods = before.objects.pods.ok ? before.objects.pods.value : assumedPods(before.cluster)
  const watch = async (name: string): Promise<void> => {
    const pod = pods.find(({ metadata }) => metadata.name === name)
    if (pod === undefined) return
    const target = { session, cluster: before.cluster, pod }
    while (!ended.aborted) {
      const askedAt = clock.monotonic()
      const limit = AbortSignal.any([ended, AbortSignal.timeout(LIMIT_MS)])
      const primary = await askInstance(wayOf(before, name), target, limit, []).then(
        (status) => isPrimary(status, standbys),
        () => false,
      )
      if (!ended.aborted) samples.push({ instance: name, askedAt, answeredAt: clock.monotonic(), primary })
      await clock.sleep(REST_MS, ended).catch(() => undefined)
    }
  }
  const watching = Promise.all(names.map(watch))
  const measured = (): Outage | null => outageOf(samples, clock.monotonic())
  const finish = async (settle: boolean): Promise<Measured> => {
    const patience = clock.monotonic() + LAST_ANSWER_MS
    while (settle && measured()?.ongoing === true && clock.monotonic() < patience && !signal.aborted) {
      await clock.sleep(REST_MS, ended).catch(() => undefined)
    }
    const outage = measured()
    over.abort()
    await watching
    return { text: outage === null ? '' : words(outage, standbys > 0), json: { outage } }
  }
  let result: Promise<Measured> | undefined
  return { stop: (settle) => (result ??= finish(settle)) }
}

/** How many synchronous standbys every commit waits for. */
function neededStandbys(snapshot: ClusterSnapshot): number {
  const { synchronous } = buildStatus(snapshot)
  return synchronous?.dataDurability === 'required' ? synchronous.wanted : 0
}

function isPrimary(status: InstanceStatus, standbys: number): boolean {
  if (status.isPrimary !== true || status.mightBeUnavailable === true) return false
  const confirming = (status.replicationInfo ?? []).filter(
    ({ state, syncState }) => state === 'streaming' && (syncState === 'sync' || syncState === 'quorum'),
  )
  return confirming.length >= standbys
}

function wayOf({ instances }: ClusterSnapshot, name: string): InstanceWay {
  const status = instances.find(({ pod }) => pod === name)?.status
  return status?.ok && status.via !== 'api' && status.via !== 'file' ? status.via : 'proxy'
}

function words({ seconds, accuracySeconds, ongoing }: Outage, synchronous: boolean): string {
  if (seconds === 0) return ''
  const accuracy = accuracySeconds > WORTH_SAYING ? ` (±${secondsText(accuracySeconds)})` : ''
  const verb = synchronous ? 'could take writes' : 'answered'
  const past = ongoing ? (synchronous ? 'has been able to take writes' : 'has answered') : verb
  return `no primary ${past} for ${secondsText(seconds)}${accuracy}`
}
