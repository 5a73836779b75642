import { describe, expect, it } from 'vitest'
import type { MissingPart } from '../../src/api/part.ts'
import type { InstanceReading } from '../../src/api/snapshot.ts'
import type { InstanceOptions } from '../../src/snapshot/instances.ts'
import { gatherInstances } from '../../src/snapshot/instances.ts'
import { fakeSession } from './support/fake-session.ts'
import type { FakeOptions } from './support/fake-session.ts'
import { ManualClock } from './support/manual-clock.ts'
import { aCluster, aPod } from './support/objects.ts'

type Pod = ReturnType<typeof aPod>

const OK = { status: 200, body: '{"isPrimary":true,"currentLsn":"0/5"}' }
const METRICS = { status: 200, body: 'cnpg_pg_database_size_bytes{datname="app"} 100\n' }
const FORBIDDEN = kubeError(403, 'Forbidden', 'User "paula" cannot get resource "pods/proxy"')

function kubeError(code: number, reason: string, message: string) {
  return { status: code, body: JSON.stringify({ kind: 'Status', status: 'Failure', code, reason, message }) }
}

function gather(pods: Pod[], pod: NonNullable<FakeOptions['pod']>, extra: Partial<InstanceOptions> = {}) {
  const session = fakeSession({ objects: [], pod })
  const clock = new ManualClock()
  const options = {
    clock,
    signal: new AbortController().signal,
    timeoutMs: 3000,
    memory: {},
    via: 'proxy' as const,
    ...extra,
  }
  return { session, clock, readings: gatherInstances(session, aCluster('orders'), pods, options) }
}

async function only(readings: Promise<InstanceReading[]>): Promise<InstanceReading> {
  const [first] = await readings
  if (first === undefined) throw new Error('no reading')
  return first
}

/** Ends as a transport does when its signal aborts. */
function never(signal: AbortSignal | undefined): Promise<never> {
  return new Promise((_, reject) => signal?.addEventListener('abort', () => reject(new Error('aborted'))))
}

describe('asking the instances', () => {
  it('asks all at once, status and metrics, with the scheme of the pod', async () => {
    const plain = aPod('orders', 2)
    plain.spec.containers![0]!.command = ['/controller/manager', 'instance', 'run']
    const { session, readings } = gather([aPod('orders', 1), plain], async ({ port }) => (port === 8000 ? OK : METRICS))
    expect((await readings).map(({ status, metrics }) => [status.ok, metrics.ok])).toEqual([
      [true, true],
      [true, true],
    ])
    expect(session.asked.toSorted()).toEqual([
      '/api/v1/namespaces/shop/pods/http:orders-1:9187/proxy/metrics',
      '/api/v1/namespaces/shop/pods/http:orders-2:8000/proxy/pg/status',
      '/api/v1/namespaces/shop/pods/http:orders-2:9187/proxy/metrics',
      '/api/v1/namespaces/shop/pods/https:orders-1:8000/proxy/pg/status',
    ])
  })

  it('asks again with the other scheme when the pod speaks that', async () => {
    const mismatch = kubeError(503, 'ServiceUnavailable', 'http: server gave HTTP response to HTTPS client')
    const { readings } = gather([aPod('orders', 1)], async ({ scheme }) => (scheme === 'https' ? mismatch : OK))
    expect((await only(readings)).status).toMatchObject({ ok: true, via: 'proxy' })
  })

  it('gives one silent instance up and reports the others', async () => {
    const { clock, readings } = gather([aPod('orders', 1), aPod('orders', 2)], ({ pod, signal, port }) =>
      pod === 'orders-2' ? never(signal) : Promise.resolve(port === 8000 ? OK : METRICS),
    )
    await clock.advance(3300)
    const [well, silent] = await readings
    expect(well?.status.ok).toBe(true)
    expect(silent?.status).toMatchObject({ ok: false, reason: 'timeout', message: 'timeout after 3 s' })
    expect(clock.pending).toBe(0)
  })

  it('waits 300 ms longer for the metrics, not more', async () => {
    const { clock, readings } = gather([aPod('orders', 1)], ({ port, signal }) =>
      port === 8000 ? Promise.resolve(OK) : never(signal),
    )
    await clock.advance(299)
    expect(clock.pending).toBe(1)
    await clock.advance(1)
    expect(await only(readings)).toMatchObject({ status: { ok: true }, metrics: { ok: false, reason: 'timeout' } })
  })

  it('lets the metrics take as long as what is waited for anyway', async () => {
    let release = (): void => undefined
    const essentials = new Promise<void>((resolve) => (release = resolve))
    const clockless = gather(
      [aPod('orders', 1)],
      async ({ port }) => {
        if (port === 8000) return OK
        await clockless.clock.sleep(1000)
        return METRICS
      },
      { essentials },
    )
    await clockless.clock.advance(1000)
    release()
    expect((await only(clockless.readings)).metrics).toMatchObject({ ok: true, value: { databaseBytes: 100 } })
  })
})

describe('reasons told apart', () => {
  it.each([
    ['a missing right', FORBIDDEN, { reason: 'forbidden', code: 403 }, /pods\/proxy/],
    [
      'a network in between',
      unreached('dial tcp 10.0.0.1:8000: i/o timeout'),
      { reason: 'unreachable', code: 503 },
      /network policy/,
    ],
    [
      'nothing listening',
      unreached('connect: connection refused'),
      { reason: 'unreachable', code: 503 },
      /starting or has stopped/,
    ],
    ['a frozen manager', unreached('net/http: TLS handshake timeout'), { reason: 'unreachable', code: 503 }, /frozen/],
    [
      'a pod that is gone',
      kubeError(404, 'NotFound', 'pods "orders-1" not found'),
      { reason: 'missing', code: 404 },
      undefined,
    ],
    [
      'an error of the instance',
      { status: 500, body: 'too many clients' },
      { reason: 'unreachable', code: 500 },
      undefined,
    ],
    ['no JSON', { status: 200, body: '<html>' }, { reason: 'unreadable' }, undefined],
  ])('%s', async (_, answer, expected, hint) => {
    const { readings } = gather([aPod('orders', 1)], async () => answer)
    const { status, failures } = await only(readings)
    expect(status).toMatchObject({ ok: false, ...expected })
    expect(failures).toHaveLength(1)
    if (hint !== undefined) expect((status as MissingPart).hint).toMatch(hint)
  })
})

function unreached(cause: string) {
  return kubeError(503, 'ServiceUnavailable', `error trying to reach service: ${cause}`)
}

describe('pods that are not asked', () => {
  const cases: [string, (pod: Pod) => void, RegExp][] = [
    [
      'being deleted',
      (pod) => (pod.metadata.deletionTimestamp = '2026-11-23T05:59:00Z'),
      /being deleted since 2026-11-23T05:59:00Z/,
    ],
    [
      'without a node',
      (pod) => {
        pod.status = {
          phase: 'Pending',
          conditions: [
            { type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message: '0/3 nodes\nare available' },
          ],
        }
      },
      /^pod Pending \(Unschedulable: 0\/3 nodes are available\)$/,
    ],
    [
      'without its image',
      (pod) => {
        pod.status!.phase = 'Pending'
        pod.status!.containerStatuses = [
          { name: 'postgres', state: { waiting: { reason: 'ErrImagePull', message: 'no such tag' } } },
        ]
      },
      /ErrImagePull: no such tag/,
    ],
    [
      'in a crash loop',
      (pod) =>
        (pod.status!.containerStatuses = [{ name: 'postgres', state: { waiting: { reason: 'CrashLoopBackOff' } } }]),
      /container not running \(CrashLoopBackOff\)/,
    ],
    [
      'that ended',
      (pod) => (pod.status = { phase: 'Failed', reason: 'Evicted', message: 'low on memory' }),
      /pod Failed \(Evicted/,
    ],
  ]
  it.each(cases)('%s: the reason is the pod’s own', async (_, change, expected) => {
    const pod = aPod('orders', 1)
    change(pod)
    const { session, readings } = gather([pod], async () => OK)
    const { status, metrics, failures } = await only(readings)
    expect(status).toMatchObject({
      ok: false,
      reason: 'unreachable',
      message: expect.stringMatching(expected) as string,
    })
    expect(metrics.ok).toBe(false)
    expect(failures).toEqual([])
    expect(session.asked).toEqual([])
  })

  it('on a node that is out, but asked when nothing is known of the node', async () => {
    const pod = aPod('orders', 1)
    pod.status!.conditions = [{ type: 'Ready', status: 'False' }]
    const out: MissingPart = { ok: false, reason: 'unreachable', message: 'node node1 NotReady' }
    const skipped = gather([pod], async () => OK, { nodeOut: async () => out })
    expect((await only(skipped.readings)).status).toEqual(out)
    expect(skipped.session.asked).toEqual([])
    const asked = gather([pod], async () => OK, { nodeOut: async () => undefined })
    expect((await only(asked.readings)).status.ok).toBe(true)
  })

  it('with --via none; metrics neither with --via exec', async () => {
    const none = gather([aPod('orders', 1)], async () => OK, { via: 'none' })
    expect((await only(none.readings)).status).toMatchObject({ ok: false, message: 'not asked (--via none)' })
    expect(none.session.asked).toEqual([])
  })
})
