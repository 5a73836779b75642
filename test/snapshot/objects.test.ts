import { describe, expect, it } from 'vitest'
import type { Cluster } from '../../src/api/cluster.ts'
import type { KubeObject } from '../../src/api/objects.ts'
import { CliError } from '../../src/errors/cli-error.ts'
import { completeObjects } from '../../src/snapshot/complete.ts'
import type { ObjectScope } from '../../src/snapshot/objects.ts'
import { gatherObjects, listsOf } from '../../src/snapshot/objects.ts'
import { fakeSession } from './support/fake-session.ts'
import type { FakeOptions } from './support/fake-session.ts'
import { ManualClock } from './support/manual-clock.ts'
import { aBackup, aCluster, aDatabase, aPod, anObject } from './support/objects.ts'

const ONE: ObjectScope = { kind: 'cluster', namespace: 'shop', name: 'orders' }

function options() {
  return { clock: new ManualClock(), signal: new AbortController().signal }
}

async function gather(fake: FakeOptions, verbose = 0) {
  const session = fakeSession(fake)
  const lists = gatherObjects(session, ONE, options())
  const [cluster] = await lists.clusters
  const objects = await completeObjects(session, cluster as Cluster, listsOf(lists, cluster as Cluster), {
    ...options(),
    verbose,
  })
  return { session, objects, cluster }
}

/** The error of a gathering that cannot do without its Cluster. */
async function failure(fake: FakeOptions, scope: ObjectScope = ONE): Promise<CliError> {
  const error: unknown = await gatherObjects(fakeSession(fake), scope, options()).clusters.catch((e: unknown) => e)
  expect(error).toBeInstanceOf(CliError)
  return error as CliError
}

const forbid = (resource: string) => (request: { resource: string }) => {
  if (request.resource === resource) {
    throw new CliError({ kind: 'forbidden', message: `${resource} is forbidden`, code: 403, reason: 'Forbidden' })
  }
}

describe('the objects of one cluster', () => {
  it('asks by label and for tables with the first objects, in one wave where those are all', async () => {
    const { session } = await gather({
      objects: [
        aCluster('orders'),
        aPod('orders', 1),
        aBackup('orders', 'nightly-1', { age: '2d', phase: 'completed' }),
        aBackup('orders', 'nightly-2', { age: '1d', phase: 'completed' }),
        anObject('ScheduledBackup', 'nightly', 'orders'),
        anObject('Pooler', 'orders-rw', 'orders'),
        aDatabase('orders', 'sales', true),
      ],
    })
    const base = '/apis/postgresql.cnpg.io/v1/namespaces/shop'
    expect(session.asked.toSorted()).toEqual(
      [
        `${base}/clusters/orders`,
        '/api/v1/namespaces/shop/pods?labelSelector=cnpg.io/cluster=orders',
        '/apis/policy/v1/namespaces/shop/poddisruptionbudgets?labelSelector=cnpg.io/cluster=orders',
        ...['backups', 'scheduledbackups', 'poolers', 'databases'].map(
          (plural) => `${base}/${plural}?includeObject=Object&limit=5`,
        ),
        ...['publications', 'subscriptions', 'databaseroles'].map(
          (plural) => `${base}/${plural}?includeObject=None&limit=500`,
        ),
      ].toSorted(),
    )
    expect(session.asked[0]).toContain('/pods?')
  })

  it('reads the rest of a crowded namespace as tables without objects, and of that what matters by name', async () => {
    const { session, objects } = await gather({
      objects: [
        aCluster('orders'),
        ...[1, 2, 3, 4].map((index) => aBackup('stock', `a-${index}`, { age: '1d', phase: 'completed' })),
        aBackup('orders', 'nightly-1', { age: '3d', phase: 'completed' }),
        aBackup('orders', 'nightly-2', { age: '2d', phase: 'completed' }),
        aBackup('orders', 'nightly-3', { age: '1d', phase: 'completed' }),
        ...[1, 2, 3, 4, 5, 6, 7].map((index) => anObject('Pooler', `rw-${index}`, index > 2 ? 'orders' : 'stock')),
      ],
    })
    const base = '/apis/postgresql.cnpg.io/v1/namespaces/shop'
    expect(session.asked.filter((path) => /backups|poolers/.test(path) && !path.includes('scheduled'))).toEqual([
      `${base}/backups?includeObject=Object&limit=5`,
      `${base}/poolers?includeObject=Object&limit=5`,
      `${base}/backups?includeObject=None&limit=500&continue=5`,
      `${base}/poolers?includeObject=None&limit=500&continue=5`,
      `${base}/backups/nightly-3`,
      `${base}/poolers/rw-6`,
      `${base}/poolers/rw-7`,
    ])
    expect(names(objects.backups)).toEqual(['nightly-3'])
    expect(names(objects.poolers)).toEqual(['rw-3', 'rw-4', 'rw-5', 'rw-6', 'rw-7'])
  })

  it('leaves out what belongs to another cluster of the namespace', async () => {
    const { objects } = await gather({
      objects: [
        aCluster('orders'),
        aCluster('orders-2'),
        aPod('orders', 1),
        aPod('orders-2', 1),
        aBackup('orders', 'mine', { phase: 'completed' }),
        aBackup('orders-2', 'theirs', { phase: 'completed' }),
        anObject('Pooler', 'theirs', 'orders-2'),
        aDatabase('orders-2', 'theirs', true),
        anObject('Publication', 'theirs', 'orders-2'),
      ],
    })
    expect(names(objects.pods)).toEqual(['orders-1'])
    expect(names(objects.backups)).toEqual(['mine'])
    expect(names(objects.poolers)).toEqual([])
    expect(names(objects.databases)).toEqual([])
    expect(objects.publications && names(objects.publications)).toEqual([])
  })

  it('of a crowded namespace reads applied Databases from their row and the others in full', async () => {
    const { objects, session } = await gather({
      objects: [
        aCluster('orders'),
        ...[1, 2, 3, 4, 5].map((index) => aDatabase('stock', `a-${index}`, true)),
        aDatabase('orders', 'sales', true),
        aDatabase('orders', 'stock', false, 'no owner'),
      ],
    })
    expect(session.asked.filter((path) => /databases\/\w/.test(path))).toEqual([
      '/apis/postgresql.cnpg.io/v1/namespaces/shop/databases/stock',
    ])
    expect(objects.databases).toMatchObject({
      ok: true,
      value: [
        { metadata: { name: 'sales' }, spec: { name: 'db-sales' }, status: { applied: true } },
        { metadata: { name: 'stock' }, status: { applied: false, message: 'no owner' } },
      ],
    })
  })

  it('takes kinds that an old operator does not serve as empty', async () => {
    const unserved = ['databases', 'publications', 'subscriptions', 'databaseroles']
    const { objects } = await gather({ objects: [aCluster('orders')], unserved })
    expect(objects.databases).toMatchObject({ ok: true, value: [] })
    expect(objects.databaseRoles).toMatchObject({ ok: true, value: [] })
  })

  it.each([
    ['pods', 'list pods (API group "")'],
    ['poddisruptionbudgets', 'list poddisruptionbudgets (API group policy)'],
    ['backups', 'list backups (API group postgresql.cnpg.io)'],
    ['scheduledbackups', 'list scheduledbackups (API group postgresql.cnpg.io)'],
    ['poolers', 'list poolers (API group postgresql.cnpg.io)'],
    ['databases', 'list databases (API group postgresql.cnpg.io)'],
    ['publications', 'list publications (API group postgresql.cnpg.io)'],
    ['databaseroles', 'list databaseroles (API group postgresql.cnpg.io)'],
  ])('a missing right on %s costs that section only and names the rule', async (resource, rule) => {
    const { objects } = await gather({ objects: [aCluster('orders'), aPod('orders', 1)], intercept: forbid(resource) })
    const failed = Object.entries(objects).filter(([, part]) => !(part as { ok: boolean }).ok)
    expect(failed.map(([key]) => key.toLowerCase())).toEqual([resource])
    expect(failed[0]?.[1]).toMatchObject({ reason: 'forbidden', code: 403, hint: `a Role needs the rule: ${rule}` })
  })

  it('reads jobs and volumes only of a cluster that is not complete, or with -v', async () => {
    const healthy = { objects: [aCluster('orders'), aPod('orders', 1)] }
    expect(Object.keys((await gather(healthy)).objects)).not.toContain('jobs')
    expect(Object.keys((await gather(healthy, 1)).objects)).toEqual(
      expect.arrayContaining(['jobs', 'persistentVolumeClaims']),
    )
    const creating = { objects: [aCluster('orders', { phase: 'Setting up primary', readyInstances: 0 })] }
    expect(Object.keys((await gather(creating)).objects)).toEqual(
      expect.arrayContaining(['jobs', 'persistentVolumeClaims']),
    )
  })

  it('reads the ObjectStore that the Barman plugin names', async () => {
    const cluster = aCluster('orders')
    cluster.spec.plugins = [{ name: 'barman-cloud.cloudnative-pg.io', parameters: { barmanObjectName: 'store' } }]
    const store: KubeObject = { kind: 'ObjectStore', metadata: { name: 'store', namespace: 'shop' } }
    expect((await gather({ objects: [cluster, store] })).objects.objectStore).toMatchObject({ ok: true })
    expect((await gather({ objects: [cluster] })).objects.objectStore).toMatchObject({ ok: false, reason: 'missing' })
    cluster.spec.plugins[0]!.enabled = false
    expect((await gather({ objects: [cluster, store] })).objects.objectStore).toBeUndefined()
  })
})

describe('a Cluster that did not come', () => {
  it('names the clusters that are there, nearest first', async () => {
    const error = await failure({ objects: ['billing', 'oders', 'orders-eu'].map((name) => aCluster(name)) })
    expect(error.message).toBe('cluster "orders" not found in namespace "shop"')
    expect(error.hint).toBe('clusters in namespace "shop": oders, orders-eu, billing')
    expect(error.exitCode).toBe(1)
  })

  it('names the namespace that holds one of that name', async () => {
    const error = await failure({ objects: [aCluster('orders', {}, 'prod'), aCluster('billing')] })
    expect(error.hint).toBe('there is one of that name in prod: add -n prod\nclusters in namespace "shop": billing')
  })

  it('says so when the namespace holds none, or when they cannot be listed', async () => {
    expect((await failure({ objects: [] })).hint).toContain('there is no cluster in namespace "shop"')
    const intercept = (request: { verb: string; resource: string }) =>
      request.verb === 'list' ? forbid('clusters')(request) : undefined
    expect((await failure({ objects: [], intercept })).hint).toContain('needs the right to list clusters')
  })

  it('says that the operator is not installed when Clusters are unknown to the server', async () => {
    const fake = { objects: [], unserved: ['clusters'] }
    for (const scope of [ONE, { kind: 'namespace', namespace: 'shop' }, { kind: 'all' }] as const) {
      const error = await failure(fake, scope)
      expect(error.message).toContain('has no resource "clusters"')
      expect(error.hint).toContain('operator is not installed')
    }
  })

  it('keeps the error of a missing right', async () => {
    const error = await failure({ objects: [aCluster('orders')], intercept: forbid('clusters') })
    expect(error).toMatchObject({ kind: 'forbidden', code: 403 })
  })
})

describe('many clusters', () => {
  it('splits one set of lists', async () => {
    const session = fakeSession({
      objects: [
        aCluster('orders'),
        aCluster('orders', {}, 'prod'),
        aPod('orders', 1),
        aPod('orders', 1, 'prod'),
        aPod('orders', 2, 'prod'),
        aBackup('orders', 'here', { phase: 'completed' }),
        aBackup('orders', 'there', { phase: 'completed' }, 'prod'),
      ],
    })
    const lists = gatherObjects(session, { kind: 'all' }, options())
    const [here, there] = await lists.clusters
    await lists.tables.databaseRoles
    const asked = session.asked.length
    expect(names(await listsOf(lists, here as Cluster).pods)).toEqual(['orders-1'])
    expect(names(await listsOf(lists, there as Cluster).pods)).toEqual(['orders-1', 'orders-2'])
    expect(await listsOf(lists, there as Cluster).tables.backups).toMatchObject({ value: [{ name: 'there' }] })
    expect(asked).toBe(10)
    expect(session.asked.length).toBe(asked)
  })
})

function names(part: { ok: boolean; value?: { metadata: { name: string } }[] }): string[] | undefined {
  return part.value?.map((object) => object.metadata.name)
}
