import { afterAll, beforeAll, expect, test } from 'vitest'
import { rawClient } from './raw-client.ts'
import type { RawClient } from './raw-client.ts'
import { startSandbox } from './sandbox.ts'
import type { Sandbox } from './sandbox.ts'

let sandbox: Sandbox
let admin: RawClient

beforeAll(async () => {
  sandbox = await startSandbox({ clusters: [{ name: 'mycluster', namespace: 'default', instances: 2 }] })
  admin = rawClient(sandbox, 'admin')
})
afterAll(async () => {
  admin.close()
  await sandbox.close()
})

test('a live cluster is seen through the API: its objects, and its instances behind the proxy', async () => {
  const clusters = await admin.get('/apis/postgresql.cnpg.io/v1/namespaces/default/clusters', {
    accept: 'application/json;as=Table;v=v1;g=meta.k8s.io',
  })
  const { rows } = clusters.json<{ rows: { cells: unknown[] }[] }>()
  expect(rows.map(({ cells }) => [cells[0], ...cells.slice(2)])).toEqual([
    ['mycluster', 2, 2, 'Cluster in healthy state', 'mycluster-1'],
  ])
  const ask = async (pod: string): Promise<{ isPrimary: boolean; replicationInfo?: { applicationName: string }[] }> =>
    (await admin.get(`/api/v1/namespaces/default/pods/https:${pod}:8000/proxy/pg/status`)).json()
  const [primary, standby] = await Promise.all([ask('mycluster-1'), ask('mycluster-2')])
  expect([primary.isPrimary, standby.isPrimary]).toEqual([true, false])
  expect(primary.replicationInfo?.map(({ applicationName }) => applicationName)).toEqual(['mycluster-2'])
})

test('a pod that is not there answers as missing', async () => {
  expect((await admin.get('/api/v1/namespaces/default/pods/https:mycluster-9:8000/proxy/pg/status')).status).toBe(404)
})
