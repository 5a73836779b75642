import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { denied } from './api-server/admission.ts'
import type { ApiServer } from './api-server/server.ts'
import { startApiServer } from './api-server/server.ts'
import { rawClient } from './raw-client.ts'
import type { RawAnswer, RawClient } from './raw-client.ts'

interface Body {
  kind: string
  message: string
  reason: string
  metadata: {
    name: string
    uid: string
    resourceVersion: string
    generation: number
    annotations?: Record<string, string>
    deletionTimestamp?: string
  }
  spec: Record<string, unknown>
  status: Record<string, unknown> | string
  data: Record<string, string>
}

const CLUSTERS = '/apis/postgresql.cnpg.io/v1/namespaces/shop/clusters'
const PODS = '/api/v1/namespaces/shop/pods'
const MAPS = '/api/v1/namespaces/shop/configmaps'
const MERGE = 'application/merge-patch+json'
const STRATEGIC = 'application/strategic-merge-patch+json'
const JSON_PATCH = 'application/json-patch+json'

let server: ApiServer
let admin: RawClient

beforeAll(async () => {
  server = await startApiServer()
  server.store.ensureNamespace('shop')
  admin = rawClient(server, 'admin')
})
afterAll(async () => {
  admin.close()
  await server.close()
})

const post = (path: string, body: unknown): Promise<RawAnswer> => admin.request('POST', path, { body })
const patch = (path: string, contentType: string, body: unknown): Promise<RawAnswer> =>
  admin.request('PATCH', path, { contentType, body })
const newCluster = (name: string): Promise<RawAnswer> =>
  post(CLUSTERS, {
    metadata: { name },
    spec: { instances: 3, postgresql: { parameters: { a: '1' } } },
    status: { phase: 'x' },
  })
const newPod = (name: string, metadata: Record<string, unknown> = {}): Promise<RawAnswer> =>
  post(PODS, {
    metadata: { name, ...metadata },
    spec: { containers: [{ name: 'postgres', image: 'pg:1', env: [{ name: 'A', value: '1' }] }] },
  })

describe('creating', () => {
  test('fills in what the server knows, and leaves the status to its subresource', async () => {
    const answer = await newCluster('made')
    expect(answer.status).toBe(201)
    const { kind, metadata, status } = answer.json<Body>()
    expect({ kind, generation: metadata.generation, status }).toEqual({
      kind: 'Cluster',
      generation: 1,
      status: undefined,
    })
    expect(metadata.uid).toMatch(/^[0-9a-f-]{36}$/)
    const again = await newCluster('made')
    expect([again.status, again.json<Body>().message]).toEqual([
      409,
      'clusters.postgresql.cnpg.io "made" already exists',
    ])
  })

  test('makes up a name from generateName', async () => {
    const answer = await post(MAPS, { metadata: { generateName: 'report-' } })
    expect(answer.json<Body>().metadata.name).toMatch(/^report-[a-z0-9]{5}$/)
  })

  test.each([
    ['a name that is none', MAPS, { metadata: { name: 'No_Name' } }, 422],
    ['no name', MAPS, { metadata: {} }, 422],
    ['another kind', MAPS, { kind: 'Secret', apiVersion: 'v1', metadata: { name: 'a' } }, 400],
    ['another namespace', MAPS, { metadata: { name: 'a', namespace: 'other' } }, 400],
    ['a namespace that is not there', MAPS.replace('shop', 'nowhere'), { metadata: { name: 'a' } }, 404],
    ['no JSON', MAPS, '{', 400],
  ])('refuses %s', async (_what, path, body, status) => {
    expect((await post(path, body)).status).toBe(status)
  })

  test('a dry run keeps nothing', async () => {
    const answer = await post(`${MAPS}?dryRun=All`, { metadata: { name: 'dry' } })
    expect(answer.status).toBe(201)
    expect((await admin.get(`${MAPS}/dry`)).status).toBe(404)
  })
})

describe('changing', () => {
  test('a PUT with an old version conflicts', async () => {
    const first = (await newCluster('raced')).json<Body>()
    const changed = { ...first, spec: { instances: 4 } }
    expect((await admin.request('PUT', `${CLUSTERS}/raced`, { body: changed })).status).toBe(200)
    const late = await admin.request('PUT', `${CLUSTERS}/raced`, { body: { ...first, spec: { instances: 5 } } })
    expect(late.status).toBe(409)
    expect(late.json<Body>().message).toBe(
      'Operation cannot be fulfilled on clusters.postgresql.cnpg.io "raced": the object has been modified; please apply your changes to the latest version and try again',
    )
    const { metadata, spec } = (await admin.get(`${CLUSTERS}/raced`)).json<Body>()
    expect([metadata.generation, spec['instances']]).toEqual([2, 4])
    const unversioned = { ...changed, metadata: { ...changed.metadata, resourceVersion: undefined } }
    expect((await admin.request('PUT', `${CLUSTERS}/raced`, { body: unversioned })).status).toBe(422)
  })

  test('a merge patch changes what it names, and conflicts only over a version it names', async () => {
    const { metadata } = (await newCluster('merged')).json<Body>()
    const body = {
      metadata: { annotations: { 'cnpg.io/hibernation': 'on' } },
      spec: { postgresql: { parameters: { a: null, b: '2' } } },
    }
    const answer = (await patch(`${CLUSTERS}/merged`, MERGE, body)).json<Body>()
    expect(answer.spec).toEqual({ instances: 3, postgresql: { parameters: { b: '2' } } })
    expect(answer.metadata.annotations).toEqual({ 'cnpg.io/hibernation': 'on' })
    const versioned = { metadata: { resourceVersion: metadata.resourceVersion }, spec: { instances: 9 } }
    expect((await patch(`${CLUSTERS}/merged`, MERGE, versioned)).status).toBe(409)
    expect((await patch(`${CLUSTERS}/merged`, STRATEGIC, {})).status).toBe(415)
  })

  test('status and the rest are written apart', async () => {
    await newCluster('split')
    const status = { targetPrimary: 'split-2', phase: 'Switchover in progress' }
    const first = (await patch(`${CLUSTERS}/split/status`, MERGE, { spec: { instances: 7 }, status })).json<Body>()
    expect([first.spec['instances'], first.status, first.metadata.generation]).toEqual([3, status, 1])
    const second = (
      await patch(`${CLUSTERS}/split`, MERGE, { spec: { instances: 7 }, status: { phase: 'no' } })
    ).json<Body>()
    expect([second.spec['instances'], second.status, second.metadata.generation]).toEqual([7, status, 2])
  })

  test('a JSON patch is carried out as a whole or not at all', async () => {
    await newCluster('exact')
    const good = [
      { op: 'test', path: '/spec/instances', value: 3 },
      { op: 'replace', path: '/spec/instances', value: 2 },
      { op: 'add', path: '/metadata/annotations', value: { 'a/b': '1' } },
      { op: 'copy', from: '/metadata/annotations/a~1b', path: '/metadata/annotations/c' },
      { op: 'add', path: '/spec/list', value: ['x'] },
      { op: 'add', path: '/spec/list/-', value: 'y' },
      { op: 'move', from: '/spec/list/0', path: '/spec/list/1' },
    ]
    const answer = (await patch(`${CLUSTERS}/exact`, JSON_PATCH, good)).json<Body>()
    expect(answer.spec).toMatchObject({ instances: 2, list: ['y', 'x'] })
    expect(answer.metadata.annotations).toEqual({ 'a/b': '1', c: '1' })
    const bad = [
      { op: 'replace', path: '/spec/instances', value: 1 },
      { op: 'test', path: '/spec/list/0', value: 'z' },
    ]
    expect((await patch(`${CLUSTERS}/exact`, JSON_PATCH, bad)).status).toBe(422)
    expect((await admin.get(`${CLUSTERS}/exact`)).json<Body>().spec['instances']).toBe(2)
  })

  test('a strategic patch merges lists by their key', async () => {
    await newPod('merge-me')
    const body = {
      spec: {
        containers: [
          { name: 'postgres', image: 'pg:2', env: [{ name: 'B', value: '2' }] },
          { name: 'side', image: 's' },
        ],
      },
    }
    const first = (await patch(`${PODS}/merge-me`, STRATEGIC, body)).json<Body>()
    expect(first.spec['containers']).toEqual([
      {
        name: 'postgres',
        image: 'pg:2',
        env: [
          { name: 'A', value: '1' },
          { name: 'B', value: '2' },
        ],
      },
      { name: 'side', image: 's' },
    ])
    const removal = { spec: { containers: [{ name: 'side', $patch: 'delete' }] } }
    const second = (await patch(`${PODS}/merge-me`, STRATEGIC, removal)).json<Body>()
    expect(second.spec['containers']).toHaveLength(1)
    const conditions = { status: { conditions: [{ type: 'Ready', status: 'True' }] } }
    await patch(`${PODS}/merge-me/status`, STRATEGIC, conditions)
    const more = { status: { conditions: [{ type: 'Scheduled', status: 'True' }] } }
    const third = (await patch(`${PODS}/merge-me/status`, STRATEGIC, more)).json<Body>()
    expect(third.status).toMatchObject({ conditions: [{ type: 'Ready' }, { type: 'Scheduled' }] })
  })

  test('apply creates, changes, and removes what the manager no longer names', async () => {
    const apply = async (data: Record<string, string>, manager: string): Promise<Body> => {
      const body = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'applied' }, data }
      const path = `${MAPS}/applied?fieldManager=${manager}`
      return (await patch(path, 'application/apply-patch+yaml', body)).json<Body>()
    }
    expect((await apply({ a: '1', b: '1' }, 'x')).data).toEqual({ a: '1', b: '1' })
    expect((await apply({ c: '1' }, 'y')).data).toEqual({ a: '1', b: '1', c: '1' })
    expect((await apply({ a: '2' }, 'x')).data).toEqual({ a: '2', c: '1' })
    const yaml = 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: written\ndata:\n  key: value\n'
    const answer = await patch(`${MAPS}/written?fieldManager=x`, 'application/apply-patch+yaml', yaml)
    expect([answer.status, answer.json<Body>().data]).toEqual([201, { key: 'value' }])
  })

  test('scale', async () => {
    await newCluster('scaled')
    await patch(`${CLUSTERS}/scaled/status`, MERGE, { status: { instances: 3, selector: 'a=b' } })
    const scale = (await admin.get(`${CLUSTERS}/scaled/scale`)).json<Body>()
    expect(scale).toMatchObject({ kind: 'Scale', spec: { replicas: 3 }, status: { replicas: 3, selector: 'a=b' } })
    await patch(`${CLUSTERS}/scaled/scale`, MERGE, { spec: { replicas: 5 } })
    expect((await admin.get(`${CLUSTERS}/scaled`)).json<Body>().spec['instances']).toBe(5)
  })
})

describe('admission', () => {
  test('a hook refuses as a webhook would, alters and warns', async () => {
    const stop = server.writer.onAdmission(({ operation, resource, object, warn, user }) => {
      if (resource.kind !== 'Cluster' || object === undefined) return
      const spec = object['spec'] as { instances: number; owner?: string }
      if (spec.instances > 9) throw denied('vcluster.cnpg.io', 'spec.instances: too many', 422, 'Invalid')
      if (operation === 'CREATE') spec.owner = user.name
      warn('old field "x"')
    })
    const made = await post(CLUSTERS, { metadata: { name: 'admitted' }, spec: { instances: 1 } })
    expect(made.json<Body>().spec['owner']).toBe('admin')
    expect(made.headers['warning']).toBe('299 - "old field \\"x\\""')
    const refused = await patch(`${CLUSTERS}/admitted`, MERGE, { spec: { instances: 10 } })
    expect([refused.status, refused.json<Body>().message]).toEqual([
      422,
      'admission webhook "vcluster.cnpg.io" denied the request: spec.instances: too many',
    ])
    stop()
    expect((await patch(`${CLUSTERS}/admitted`, MERGE, { spec: { instances: 10 } })).status).toBe(200)
  })
})

describe('deleting', () => {
  async function ownerWithPod(name: string): Promise<void> {
    const { metadata } = (await newCluster(name)).json<Body>()
    const reference = {
      apiVersion: 'postgresql.cnpg.io/v1',
      kind: 'Cluster',
      name,
      uid: metadata.uid,
      controller: true,
    }
    await newPod(`${name}-1`, { ownerReferences: [reference] })
  }
  const remove = (path: string, body?: unknown): Promise<RawAnswer> =>
    admin.request('DELETE', path, body === undefined ? {} : { body })
  const statusOf = async (path: string): Promise<number> => (await admin.get(path)).status

  test('what an object owns goes with it', async () => {
    await ownerWithPod('owner')
    const answer = await remove(`${CLUSTERS}/owner`)
    expect(answer.json()).toMatchObject({
      kind: 'Status',
      status: 'Success',
      details: { name: 'owner', kind: 'clusters' },
    })
    expect([await statusOf(`${CLUSTERS}/owner`), await statusOf(`${PODS}/owner-1`)]).toEqual([404, 404])
    expect((await remove(`${CLUSTERS}/owner`)).status).toBe(404)
  })

  test('or stays, as an orphan', async () => {
    await ownerWithPod('parent')
    await remove(`${CLUSTERS}/parent`, { propagationPolicy: 'Orphan' })
    expect([await statusOf(`${CLUSTERS}/parent`), await statusOf(`${PODS}/parent-1`)]).toEqual([404, 200])
  })

  test('in the foreground the owner waits for it', async () => {
    await ownerWithPod('last')
    const type = server.store.resource('Pod')
    server.store.gracefulDeletion = () => true
    const answer = (await remove(`${CLUSTERS}/last`, { propagationPolicy: 'Foreground' })).json<Body>()
    expect(answer.metadata.deletionTimestamp).toBeDefined()
    expect([await statusOf(`${CLUSTERS}/last`), await statusOf(`${PODS}/last-1`)]).toEqual([200, 200])
    server.store.remove(type, 'shop', 'last-1')
    expect(await statusOf(`${CLUSTERS}/last`)).toBe(404)
    server.store.gracefulDeletion = () => false
  })

  test('a dry run is asked for in the body, or without one in the query; beside a body the query does not count', async () => {
    for (const name of ['dry-a', 'dry-b', 'dry-c']) await ownerWithPod(name)
    const options = { kind: 'DeleteOptions', apiVersion: 'v1' }
    const paths = ['dry-a', 'dry-b', 'dry-c'].map((name) => `${CLUSTERS}/${name}`) as [string, string, string]
    await remove(`${paths[0]}?dryRun=All`)
    await remove(paths[1], { ...options, dryRun: ['All'] })
    await remove(`${paths[2]}?dryRun=All`, options)
    expect(await Promise.all(paths.map(statusOf))).toEqual([200, 200, 404])
  })

  test('a pod may take its time', async () => {
    const asked: number[] = []
    server.store.gracefulDeletion = (_pod, seconds) => asked.push(seconds) > 0
    await newPod('slow')
    const answer = (await remove(`${PODS}/slow`, { gracePeriodSeconds: 7 })).json<Body>()
    expect([answer.kind, asked]).toEqual(['Pod', [7]])
    const { metadata } = (await admin.get(`${PODS}/slow`)).json<Body>()
    expect(metadata).toMatchObject({ deletionGracePeriodSeconds: 7 })
    await remove(`${PODS}/slow`, { gracePeriodSeconds: 0 })
    expect(await statusOf(`${PODS}/slow`)).toBe(404)
    server.store.gracefulDeletion = () => false
  })

  test('finalizers hold an object until they are taken away', async () => {
    await post(MAPS, { metadata: { name: 'held', finalizers: ['a/b'] } })
    await remove(`${MAPS}/held`)
    expect(await statusOf(`${MAPS}/held`)).toBe(200)
    await patch(`${MAPS}/held`, MERGE, { metadata: { finalizers: null } })
    expect(await statusOf(`${MAPS}/held`)).toBe(404)
  })

  test('a precondition that does not hold is a conflict', async () => {
    await post(MAPS, { metadata: { name: 'sure' } })
    const answer = await remove(`${MAPS}/sure`, { preconditions: { uid: 'other' } })
    expect([answer.status, await statusOf(`${MAPS}/sure`)]).toEqual([409, 200])
  })

  test('a collection by selector', async () => {
    for (const name of ['c-1', 'c-2']) await post(MAPS, { metadata: { name, labels: { group: 'c' } } })
    await post(MAPS, { metadata: { name: 'c-3' } })
    expect((await remove(`${MAPS}?labelSelector=group%3Dc`)).status).toBe(200)
    expect(await Promise.all(['c-1', 'c-2', 'c-3'].map((name) => statusOf(`${MAPS}/${name}`)))).toEqual([404, 404, 200])
  })
})

test('an operator in miniature hears of changes and makes its own', async () => {
  const type = server.store.resource('Cluster')
  const stop = server.store.on('change', ({ type: change, resource, object }) => {
    if (resource !== type || change !== 'MODIFIED' || object.metadata.name !== 'run') return
    const wanted = (object['status'] as { targetPrimary?: string } | undefined)?.targetPrimary
    if (wanted !== undefined)
      server.store.update(type, 'shop', 'run', (copy) => {
        copy['status'] = { targetPrimary: wanted, currentPrimary: wanted }
      })
  })
  await newCluster('run')
  await patch(`${CLUSTERS}/run/status`, MERGE, { status: { targetPrimary: 'run-2' } })
  stop()
  expect((await admin.get(`${CLUSTERS}/run`)).json<Body>().status).toEqual({
    targetPrimary: 'run-2',
    currentPrimary: 'run-2',
  })
})
