import { gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { ApiServer } from './api-server/server.ts'
import { startApiServer } from './api-server/server.ts'
import { linesOf, rawClient } from './raw-client.ts'
import type { RawClient } from './raw-client.ts'

interface Body {
  kind: string
  message: string
  reason: string
  code: number
  metadata: { resourceVersion: string; continue?: string; remainingItemCount?: number }
  items: { metadata: { name: string; namespace: string }; kind?: string }[]
  rows: { cells: unknown[]; object?: { kind: string } }[]
  columnDefinitions: { name: string; priority: number }[] | null
  details?: unknown
}

const PODS = '/api/v1/namespaces/shop/pods'
const CLUSTERS = '/apis/postgresql.cnpg.io/v1/namespaces/shop/clusters'
const TABLE = 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json'

let server: ApiServer
let admin: RawClient
let now = new Date('2026-01-01T12:00:00Z')

function pod(name: string, labels: Record<string, string>, extra: Record<string, unknown> = {}): void {
  server.store.put({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'shop', labels, creationTimestamp: '2026-01-01T11:55:30Z' },
    spec: { nodeName: name === 'db-3' ? 'node2' : 'node1', containers: [{ name: 'postgres' }] },
    status: {
      phase: 'Running',
      podIP: '10.0.0.1',
      containerStatuses: [{ name: 'postgres', ready: true, state: { running: {} } }],
    },
    ...extra,
  })
}

function cluster(name: string, spec: Record<string, unknown> = {}): void {
  server.store.put({
    apiVersion: 'postgresql.cnpg.io/v1',
    kind: 'Cluster',
    metadata: { name, namespace: 'shop', creationTimestamp: '2025-12-30T12:00:00Z' },
    spec: { instances: 3, ...spec },
    status: { instances: 3, readyInstances: 2, phase: 'Failing over', currentPrimary: `${name}-1` },
  })
}

beforeAll(async () => {
  server = await startApiServer({ now: () => now, historyLength: 100, bookmarkSeconds: 0.05 })
  pod('db-1', { 'cnpg.io/cluster': 'db', role: 'primary' })
  pod('db-2', { 'cnpg.io/cluster': 'db', role: 'replica' })
  pod('db-3', { 'cnpg.io/cluster': 'db', role: 'replica' })
  pod('web', { app: 'web' }, { status: { phase: 'Pending' } })
  cluster('db')
  admin = rawClient(server, 'admin')
})
beforeEach(() => {
  now = new Date('2026-01-01T12:00:00Z')
})
afterAll(async () => {
  admin.close()
  await server.close()
})

describe('who may call', () => {
  test('nobody is let in without credentials', async () => {
    const stranger = rawClient(server, 'nobody', 'none')
    const answer = await stranger.get(PODS)
    expect(answer.status).toBe(401)
    expect(answer.json()).toEqual({
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message: 'Unauthorized',
      reason: 'Unauthorized',
      code: 401,
    })
    stranger.close()
  })

  test('a token that was revoked is refused', async () => {
    const jane = rawClient(server, 'jane')
    expect((await jane.get(PODS)).status).toBe(200)
    server.users.revokeToken('jane')
    expect((await jane.get(PODS)).status).toBe(401)
    jane.close()
  })

  test('a client certificate carries name and groups', async () => {
    server.users.add('kate', { groups: ['dev', 'ops'] })
    const kate = rawClient(server, 'kate', 'certificate')
    const answer = await kate.request('POST', '/apis/authentication.k8s.io/v1/selfsubjectreviews', { body: {} })
    expect(answer.json()).toMatchObject({
      status: { userInfo: { username: 'kate', groups: ['dev', 'ops', 'system:authenticated'] } },
    })
    kate.close()
  })

  test('a deny rule answers with the words of RBAC', async () => {
    const allow = server.policy.deny({ user: 'lena', verb: 'list', resource: 'clusters' })
    const lena = rawClient(server, 'lena')
    const refused = await lena.get(CLUSTERS)
    expect(refused.status).toBe(403)
    expect(refused.json()).toMatchObject({
      reason: 'Forbidden',
      message:
        'clusters.postgresql.cnpg.io is forbidden: User "lena" cannot list resource "clusters" in API group "postgresql.cnpg.io" in the namespace "shop"',
      details: { group: 'postgresql.cnpg.io', kind: 'clusters' },
      code: 403,
    })
    expect((await lena.get(`${CLUSTERS}/db`)).status).toBe(200)
    allow()
    expect((await lena.get(CLUSTERS)).status).toBe(200)
    lena.close()
  })

  test('a user with few rights has only those', async () => {
    server.users.add('reader', {
      rights: [{ verbs: ['get'], groups: ['postgresql.cnpg.io'], resources: ['clusters'], names: ['db'] }],
    })
    const reader = rawClient(server, 'reader')
    expect((await reader.get(`${CLUSTERS}/db`)).status).toBe(200)
    expect((await reader.get(`${CLUSTERS}/other`)).status).toBe(403)
    expect((await reader.get('/api/v1/nodes')).json<Body>().message).toBe(
      'nodes is forbidden: User "reader" cannot list resource "nodes" in API group "" at the cluster scope',
    )
    const proxy = await reader.get(`${PODS}/https:db-1:8000/proxy/pg/status`)
    expect(proxy.json<Body>().message).toBe(
      'pods "https:db-1:8000" is forbidden: User "reader" cannot get resource "pods/proxy" in API group "" in the namespace "shop"',
    )
    reader.close()
  })

  test('impersonation takes the right to do so, and its rights from the impersonated user', async () => {
    server.users.add('limited', { rights: [{ verbs: ['get'], resources: ['pods'] }] })
    const as = { headers: { 'impersonate-user': 'limited', 'impersonate-group': 'night' } }
    expect((await admin.get(`${PODS}/db-1`, as)).status).toBe(200)
    expect((await admin.get(PODS, as)).json<Body>().message).toContain('User "limited" cannot list resource "pods"')
    expect(server.requests.at(-1)).toMatchObject({ user: 'limited', impersonator: 'admin', status: 403 })
    const limited = rawClient(server, 'limited')
    const refused = await limited.get(PODS, { headers: { 'impersonate-user': 'admin' } })
    expect(refused.json<Body>().message).toBe(
      'users "admin" is forbidden: User "limited" cannot impersonate resource "users" in API group "" at the cluster scope',
    )
    limited.close()
  })

  test('access reviews say what the policy says', async () => {
    const allow = server.policy.deny({ user: 'mary', verb: 'create', resource: 'pods/exec' })
    const mary = rawClient(server, 'mary')
    const ask = async (attributes: Record<string, string>): Promise<unknown> => {
      const path = '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews'
      const answer = await mary.request('POST', path, { body: { spec: { resourceAttributes: attributes } } })
      expect(answer.status).toBe(201)
      return answer.json<{ status: { allowed: boolean } }>().status.allowed
    }
    const exec = { namespace: 'shop', verb: 'create', resource: 'pods', subresource: 'exec' }
    expect(await ask(exec)).toBe(false)
    expect(await ask({ ...exec, verb: 'get' })).toBe(true)
    allow()
    expect(await ask(exec)).toBe(true)
    mary.close()
  })
})

describe('reading', () => {
  test('an object, and one that is not there', async () => {
    const found = await admin.get(`${CLUSTERS}/db`)
    expect(found.json()).toMatchObject({ kind: 'Cluster', metadata: { name: 'db' }, spec: { instances: 3 } })
    const missing = await admin.get(`${CLUSTERS}/dbb`)
    expect(missing.status).toBe(404)
    expect(missing.json()).toMatchObject({
      message: 'clusters.postgresql.cnpg.io "dbb" not found',
      reason: 'NotFound',
      details: { name: 'dbb', group: 'postgresql.cnpg.io', kind: 'clusters' },
    })
  })

  test('a resource that is not defined is a bare 404', async () => {
    const answer = await admin.get('/apis/security.openshift.io/v1')
    expect([answer.status, answer.text]).toEqual([404, '404 page not found\n'])
  })

  test.each([
    ['cnpg.io/cluster=db', ['db-1', 'db-2', 'db-3']],
    ['cnpg.io/cluster=db,role!=primary', ['db-2', 'db-3']],
    ['role in (primary, none)', ['db-1']],
    ['role notin (replica)', ['db-1', 'web']],
    ['!role', ['web']],
    ['app', ['web']],
  ])('label selector %s', async (selector, names) => {
    const answer = await admin.get(`${PODS}?labelSelector=${encodeURIComponent(selector)}`)
    expect(answer.json<Body>().items.map((item) => item.metadata.name)).toEqual(names)
  })

  test.each([
    ['metadata.name=db-2', ['db-2']],
    ['spec.nodeName=node2', ['db-3']],
    ['status.phase!=Running', ['web']],
    ['status.phase=Running,spec.nodeName=node1', ['db-1', 'db-2']],
  ])('field selector %s', async (selector, names) => {
    const answer = await admin.get(`${PODS}?fieldSelector=${encodeURIComponent(selector)}`)
    expect(answer.json<Body>().items.map((item) => item.metadata.name)).toEqual(names)
  })

  test('selectors that cannot be read are bad requests', async () => {
    expect((await admin.get(`${PODS}?labelSelector=${encodeURIComponent('a in b')}`)).status).toBe(400)
    const field = await admin.get(`${CLUSTERS}?fieldSelector=spec.instances%3D3`)
    expect(field.json<Body>().message).toBe('field label not supported: spec.instances')
  })

  test('a list comes in pages', async () => {
    const first = (await admin.get(`${PODS}?limit=3`)).json<Body>()
    expect(first.items).toHaveLength(3)
    expect(first.metadata.remainingItemCount).toBe(1)
    const rest = (await admin.get(`${PODS}?limit=3&continue=${first.metadata.continue}`)).json<Body>()
    expect(rest.items.map((item) => item.metadata.name)).toEqual(['web'])
    expect(rest.metadata.continue).toBeUndefined()
  })

  test('a table has the columns of kubectl', async () => {
    const pods = (await admin.get(PODS, { accept: TABLE })).json<Body>()
    expect(pods.columnDefinitions?.filter(({ priority }) => priority === 0).map(({ name }) => name)).toEqual([
      'Name',
      'Ready',
      'Status',
      'Restarts',
      'Age',
    ])
    expect(pods.rows[0]?.cells.slice(0, 5)).toEqual(['db-1', '1/1', 'Running', '0', '4m30s'])
    expect(pods.rows[0]?.object?.kind).toBe('PartialObjectMetadata')
    const clusters = (await admin.get(`${CLUSTERS}?includeObject=None`, { accept: TABLE })).json<Body>()
    expect(clusters.rows).toEqual([{ cells: ['db', '2d', 3, 2, 'Failing over', 'db-1'] }])
  })

  test('large answers are compressed for those who take it', async () => {
    for (let index = 0; index < 30; index += 1)
      server.store.put({
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: `big-${index}`, namespace: 'large' },
        data: { text: 'x'.repeat(10_000) },
      })
    const path = '/api/v1/namespaces/large/configmaps'
    const plain = await admin.get(path)
    const packed = await admin.get(path, { headers: { 'accept-encoding': 'gzip' } })
    expect(packed.headers['content-encoding']).toBe('gzip')
    expect(gunzipSync(packed.bytes).equals(plain.bytes)).toBe(true)
    expect(server.requests.at(-1)?.bytes).toBe(packed.bytes.length)
    const small = await admin.get(`${CLUSTERS}/db`, { headers: { 'accept-encoding': 'gzip' } })
    expect(small.headers['content-encoding']).toBeUndefined()
  })
})

describe('watching', () => {
  async function events(path: string, count: number, meanwhile: () => void | Promise<void>): Promise<WatchEvent[]> {
    const stream = await admin.stream(path)
    await meanwhile()
    const seen: WatchEvent[] = []
    for await (const line of linesOf(stream)) {
      seen.push(JSON.parse(line) as WatchEvent)
      if (seen.length === count) break
    }
    stream.destroy()
    return seen
  }
  interface WatchEvent {
    type: string
    object: {
      kind: string
      metadata: { name: string; resourceVersion: string }
      code?: number
      rows?: { cells: unknown[] }[]
      columnDefinitions?: unknown[] | null
    }
  }

  test('goes on from a version, and sees objects come into and fall out of the selection', async () => {
    const version = server.store.version
    const path = `${PODS}?watch=true&resourceVersion=${version}&labelSelector=watched`
    const seen = await events(path, 4, () => {
      pod('w-1', { watched: 'yes' })
      pod('w-2', {})
      pod('w-2', { watched: 'yes' })
      pod('w-1', {})
      server.store.remove(server.store.resource('Pod'), 'shop', 'w-2')
    })
    expect(seen.map(({ type, object }) => [type, object.metadata.name])).toEqual([
      ['ADDED', 'w-1'],
      ['ADDED', 'w-2'],
      ['DELETED', 'w-1'],
      ['DELETED', 'w-2'],
    ])
    server.store.remove(server.store.resource('Pod'), 'shop', 'w-1')
  })

  test('begins with what is there when no version is given', async () => {
    const seen = await events(`${CLUSTERS}?watch=1`, 1, () => undefined)
    expect(seen.map(({ type, object }) => [type, object.metadata.name])).toEqual([['ADDED', 'db']])
  })

  test('sends bookmarks when they are wanted', async () => {
    const version = server.store.version
    const [event] = await events(
      `${CLUSTERS}?watch=1&resourceVersion=${version}&allowWatchBookmarks=true`,
      1,
      () => undefined,
    )
    expect(event).toMatchObject({ type: 'BOOKMARK', object: { kind: 'Cluster' } })
    expect(Number(event?.object.metadata.resourceVersion)).toBeGreaterThanOrEqual(version)
  })

  test('a version that is too old ends with 410', async () => {
    server.store.compact()
    const [event] = await events(`${CLUSTERS}?watch=1&resourceVersion=5`, 1, () => undefined)
    expect(event).toMatchObject({ type: 'ERROR', object: { kind: 'Status', code: 410, reason: 'Expired' } })
  })

  test('ends after timeoutSeconds', async () => {
    const stream = await admin.stream(`${CLUSTERS}?watch=1&resourceVersion=${server.store.version}&timeoutSeconds=1`)
    const lines: string[] = []
    for await (const line of linesOf(stream)) lines.push(line)
    expect(lines).toEqual([])
  })

  test('as a table it names the columns once', async () => {
    const stream = await admin.stream(`${PODS}?watch=1&labelSelector=role`, { accept: TABLE })
    const seen: WatchEvent[] = []
    for await (const line of linesOf(stream)) if (seen.push(JSON.parse(line) as WatchEvent) === 2) break
    stream.destroy()
    expect(seen.map(({ object }) => object.rows?.[0]?.cells[0])).toEqual(['db-1', 'db-2'])
    expect(seen.map(({ object }) => object.columnDefinitions?.length ?? 0)).toEqual([9, 0])
  })
})

test('the request log holds who asked for what over which connection', async () => {
  server.requests.length = 0
  const client = rawClient(server, 'olga')
  const before = server.connections
  await client.get(`${PODS}?limit=1`)
  await client.get(`${CLUSTERS}/db`)
  expect(server.connections).toBe(before + 1)
  const [first, second] = server.requests
  expect(first).toMatchObject({ method: 'GET', path: PODS, query: 'limit=1', user: 'olga', status: 200 })
  expect(second).toMatchObject({ info: { verb: 'get', resource: 'clusters', name: 'db' }, status: 200 })
  expect(second?.connection).toBe(first?.connection)
  expect(second?.bytes).toBeGreaterThan(100)
  client.close()
})
