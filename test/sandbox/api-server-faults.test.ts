import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { ApiServer } from './api-server/server.ts'
import { startApiServer } from './api-server/server.ts'
import { rawClient } from './raw-client.ts'
import type { RawClient } from './raw-client.ts'

const CLUSTERS = '/apis/postgresql.cnpg.io/v1/namespaces/shop/clusters'

let server: ApiServer
let admin: RawClient

beforeAll(async () => {
  server = await startApiServer()
  server.store.put({
    apiVersion: 'postgresql.cnpg.io/v1',
    kind: 'Cluster',
    metadata: { name: 'db', namespace: 'shop' },
    spec: { instances: 3 },
  })
  admin = rawClient(server, 'admin')
})
beforeEach(() => server.faults.clear())
afterAll(async () => {
  admin.close()
  await server.close()
})

describe('faults', () => {
  test('a status code, so many times', async () => {
    const answer = { code: 503, reason: 'ServiceUnavailable', message: 'not now', retryAfterSeconds: 2 }
    server.faults.add({ resource: 'clusters', times: 1, answer })
    const refused = await admin.get(CLUSTERS)
    expect(refused.status).toBe(503)
    expect(refused.headers['retry-after']).toBe('2')
    expect((await admin.get(CLUSTERS)).status).toBe(200)
  })

  test('a page of HTML', async () => {
    server.faults.add({ path: CLUSTERS, answer: { code: 200, html: '<html>Login</html>' } })
    const answer = await admin.get(CLUSTERS)
    expect([answer.status, answer.headers['content-type'], answer.text]).toEqual([
      200,
      'text/html; charset=utf-8',
      '<html>Login</html>',
    ])
  })

  test('a body that breaks off', async () => {
    server.faults.add({ path: CLUSTERS, truncateAt: 20 })
    await expect(admin.get(CLUSTERS)).rejects.toThrow(/aborted|hang up/)
  })

  test('a connection cut before or after the request was carried out', async () => {
    server.faults.add({ method: 'POST', times: 1, cut: 'before' })
    const body = { kind: 'ConfigMap', apiVersion: 'v1', metadata: { name: 'cut' } }
    const path = '/api/v1/namespaces/shop/configmaps'
    await expect(admin.request('POST', path, { body })).rejects.toThrow()
    expect((await admin.get(`${path}/cut`)).status).toBe(404)
    server.faults.add({ method: 'POST', times: 1, cut: 'after' })
    await expect(admin.request('POST', path, { body })).rejects.toThrow()
    expect((await admin.get(`${path}/cut`)).status).toBe(200)
  })

  test('a request that is never answered, and one that is late', async () => {
    server.faults.add({ user: 'admin', path: `${CLUSTERS}/db`, hang: true })
    server.faults.add({ path: '/version', latencyMs: 30 })
    const hanging = admin.get(`${CLUSTERS}/db`)
    const late = admin.get('/version')
    const settled = hanging.then(
      () => 'answered',
      () => 'broken',
    )
    expect(await Promise.race([late.then(() => 'late'), settled])).toBe('late')
    const other = rawClient(server, 'nora')
    expect((await other.get(`${CLUSTERS}/db`)).status).toBe(200)
    other.close()
  })

  test('connections that are reset or left alone before TLS', async () => {
    server.faults.connections = 'reset'
    const reset = rawClient(server, 'admin')
    await expect(reset.get(CLUSTERS)).rejects.toThrow(/ECONNRESET|hang up|disconnected/)
    server.faults.connections = 'silent'
    const before = server.connections
    const silent = rawClient(server, 'admin')
    const answer = silent.get(CLUSTERS).then(
      () => 'answered',
      () => 'broken',
    )
    while (server.connections === before) await new Promise((resolve) => setTimeout(resolve, 5))
    expect(await Promise.race([answer, admin.get('/version').then(() => 'version')])).toBe('version')
    silent.close()
    reset.close()
  })
})
