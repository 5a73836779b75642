import { describe, expect, it } from 'vitest'
import type { KubeNode } from '../../src/api/objects.ts'
import type { MissingPart } from '../../src/api/part.ts'
import { CliError } from '../../src/errors/cli-error.ts'
import type { SnapshotRequest } from '../../src/snapshot/gather.ts'
import { gatherCluster } from '../../src/snapshot/gather.ts'
import type { FakeOptions } from './support/fake-session.ts'
import { fakeSession } from './support/fake-session.ts'
import { ManualClock, settle } from './support/manual-clock.ts'
import { aCluster, aPod } from './support/objects.ts'

const ANSWER = { status: 200, body: '{"isPrimary":true}' }

function start(fake: Partial<FakeOptions>, request: Partial<SnapshotRequest> = {}) {
  const session = fakeSession({ objects: [aCluster('orders'), aPod('orders', 1)], pod: async () => ANSWER, ...fake })
  const clock = new ManualClock('2026-11-23T06:00:00Z')
  const abort = new AbortController()
  const snapshot = gatherCluster(
    session,
    { namespace: 'shop', name: 'orders', verbose: 0, ...request },
    { clock, signal: abort.signal, clientVersion: '0.1.0' },
  )
  snapshot.catch(() => undefined)
  return { session, clock, abort, snapshot }
}

/** Requests for one resource hang until they are aborted. */
function hanging(resource: string): NonNullable<FakeOptions['intercept']> {
  return (request) =>
    request.resource !== resource
      ? undefined
      : new Promise((_, reject) => {
          const { signal } = request
          signal?.addEventListener('abort', () => reject(signal.reason as Error), { once: true })
        })
}

const LATE = new CliError({ kind: 'timeout', message: 'not finished after 10s' })

describe('a snapshot', () => {
  it('is a plain value that says when, where and by whom it was taken', async () => {
    const snapshot = await start({}).snapshot
    expect(snapshot).toMatchObject({
      schemaVersion: 1,
      takenAt: '2026-11-23T06:00:00.000Z',
      source: {
        namespace: 'shop',
        name: 'orders',
        context: 'test',
        server: 'https://api.test:6443',
        clientVersion: '0.1.0',
      },
      instances: [{ pod: 'orders-1', status: { ok: true, via: 'proxy' } }],
    })
    expect(JSON.parse(JSON.stringify(snapshot))).toEqual(snapshot)
  })

  it('is given at the deadline with what came, the rest as timeouts', async () => {
    const { abort, snapshot } = start({ intercept: hanging('poddisruptionbudgets') })
    await settle()
    abort.abort(LATE)
    const { objects, instances } = await snapshot
    expect(objects.podDisruptionBudgets).toMatchObject({
      ok: false,
      reason: 'timeout',
      message: 'not finished after 10s',
    })
    expect(objects.backups.ok).toBe(true)
    expect(instances[0]?.status.ok).toBe(true)
  })

  it('asks the instances while a list of the first wave is still under way', async () => {
    const { session, abort, snapshot } = start({ intercept: hanging('backups') })
    await settle()
    expect(session.asked.some((path) => path.endsWith('/proxy/pg/status'))).toBe(true)
    abort.abort(LATE)
    expect((await snapshot).objects.backups).toMatchObject({ reason: 'timeout' })
  })

  it('asks the instances before the Cluster has come', async () => {
    let tell = (): void => undefined
    const isAsked = new Promise<void>((resolve) => (tell = resolve))
    const { session, snapshot } = start({
      // Were it the other way round, neither would ever come.
      intercept: ({ resource }) => (resource === 'clusters' ? isAsked : undefined),
      pod: ({ path }) => {
        if (path === '/pg/status') tell()
        return Promise.resolve(ANSWER)
      },
    })
    expect(await snapshot).toMatchObject({ instances: [{ pod: 'orders-1', status: { ok: true } }] })
    expect(session.asked[0]).toContain('/pods?')
  })

  it('does not wait for instances when the Cluster cannot be read', async () => {
    const forbidden = new CliError({ kind: 'forbidden', message: 'clusters is forbidden', code: 403 })
    const { snapshot } = start({
      intercept: ({ resource }) => {
        if (resource === 'clusters') throw forbidden
      },
      pod: () => new Promise(() => undefined),
    })
    await expect(snapshot).rejects.toBe(forbidden)
  })

  it('fails with the deadline when the Cluster itself did not come', async () => {
    const { abort, snapshot } = start({ intercept: hanging('clusters') })
    await settle()
    abort.abort(LATE)
    await expect(snapshot).rejects.toMatchObject({ kind: 'timeout', exitCode: 124 })
  })

  it('fails when the user interrupts', async () => {
    const { abort, snapshot } = start({ intercept: hanging('poddisruptionbudgets') })
    await settle()
    const interruption = new CliError({ kind: 'interrupted', message: 'interrupted' })
    abort.abort(interruption)
    await expect(snapshot).rejects.toBe(interruption)
  })

  it('leaves the instances alone when told so', async () => {
    const { session, snapshot } = start({}, { via: 'none' })
    expect((await snapshot).instances).toEqual([])
    expect(session.asked.some((path) => path.includes('/proxy/'))).toBe(false)
  })
})

describe('nodes', () => {
  const unready = aPod('orders', 1)
  unready.status!.conditions = [{ type: 'Ready', status: 'False' }]

  function node(ready: 'True' | 'Unknown'): KubeNode {
    const condition = {
      type: 'Ready',
      status: ready,
      reason: 'NodeStatusUnknown',
      message: 'Kubelet stopped posting node status.',
    }
    return { kind: 'Node', metadata: { name: 'node1' }, status: { conditions: [condition] } }
  }

  it('are not read where all pods are Ready', async () => {
    const { session, snapshot } = start({})
    expect((await snapshot).objects.nodes).toBeUndefined()
    expect(session.asked.filter((path) => path.includes('/nodes'))).toEqual([])
  })

  it('tell that a pod need not be waited for', async () => {
    const { session, snapshot } = start({ objects: [aCluster('orders'), unready, node('Unknown')] })
    const { instances, objects } = await snapshot
    const part = instances[0]?.status as MissingPart
    expect(part.message).toBe('node node1 NotReady (NodeStatusUnknown: Kubelet stopped posting node status.)')
    expect(objects.nodes).toMatchObject({ ok: true, value: [{ metadata: { name: 'node1' } }] })
    expect(session.asked.some((path) => path.includes('/proxy/'))).toBe(false)
  })

  it('that must not be read stop nobody from asking', async () => {
    const forbid: NonNullable<FakeOptions['intercept']> = ({ resource }) => {
      if (resource === 'nodes') throw new CliError({ kind: 'forbidden', message: 'nodes is forbidden', code: 403 })
    }
    const { snapshot } = start({ objects: [aCluster('orders'), unready], intercept: forbid })
    const { instances, objects } = await snapshot
    expect(instances[0]?.status.ok).toBe(true)
    expect(objects.nodes).toMatchObject({
      ok: false,
      reason: 'forbidden',
      hint: expect.stringContaining('ClusterRole') as string,
    })
  })
})
