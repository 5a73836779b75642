import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { ClusterClient } from './operator-client.ts'
import { Servers } from './operator-servers.ts'
import type { PostgresCluster } from './postgres/cluster.ts'
import { startSandbox } from './sandbox.ts'
import type { Sandbox } from './sandbox.ts'

const image = 'ghcr.io/cloudnative-pg/postgresql'
let sandbox: Sandbox
let client: ClusterClient
let cluster: PostgresCluster
let servers: Servers

beforeAll(async () => {
  sandbox = await startSandbox({
    clusters: [
      { name: 'mycluster', namespace: 'default', wire: '1.15.1', image: `${image}:14.2`, operator: { pace: 20 } },
    ],
  })
  cluster = sandbox.clusters[0]!
  client = new ClusterClient(sandbox)
  servers = new Servers(cluster)
})
afterAll(async () => {
  client.close()
  await sandbox.close()
})
beforeEach(() => {
  client.phases.length = 0
})

const healthy = 'Cluster in healthy state'

async function images(): Promise<Record<string, string | undefined>> {
  const pods = Object.entries(await client.pods())
  return Object.fromEntries(pods.map(([name, { spec }]) => [name, spec.containers[0]?.image]))
}

test('the primary is deleted: a standby takes over, and the deleted one follows', async () => {
  await client.deletePod('mycluster-1')
  const { status } = await client.settled()
  expect(client.phases).toEqual([
    'Failing over: Initiating a failover from mycluster-1',
    'Failing over: Failing over from mycluster-1 to mycluster-2',
    healthy,
  ])
  expect(status).toMatchObject({ currentPrimary: 'mycluster-2', targetPrimary: 'mycluster-2', readyInstances: 3 })
  // What newer operators say and this one does not.
  expect(status).not.toHaveProperty('timelineID')
  expect(status).not.toHaveProperty('conditions')
  expect(await client.roles()).toEqual({ 'mycluster-1': 'replica', 'mycluster-2': 'primary', 'mycluster-3': 'replica' })
  expect(await servers.streaming()).toEqual(['mycluster-1', 'mycluster-3'])
})

test('a new image is rolled out: standbys first, then a switchover, and the old primary last', async () => {
  const deleted: string[] = []
  const stop = sandbox.store.on('change', ({ type, object }) => {
    if (object.kind === 'Pod' && type === 'DELETED') deleted.push(object.metadata.name)
  })
  await client.patch({ spec: { imageName: `${image}:14.3` } })
  const { status } = await client.settled()
  stop()
  expect(deleted).toEqual(['mycluster-3', 'mycluster-1', 'mycluster-2'])
  expect(status).toMatchObject({ phase: healthy, currentPrimary: 'mycluster-1', readyInstances: 3 })
  expect(new Set(client.phases.map((phase) => phase.split(':')[0]))).toEqual(new Set(['Upgrading cluster', healthy]))
  expect(await images()).toEqual({
    'mycluster-1': `${image}:14.3`,
    'mycluster-2': `${image}:14.3`,
    'mycluster-3': `${image}:14.3`,
  })
  expect(await servers.primaries()).toEqual(['mycluster-1'])
})

test('a supervised rollout waits for the user with the primary', async () => {
  await client.patch({ spec: { imageName: `${image}:14.4`, primaryUpdateStrategy: 'supervised' } })
  expect((await client.settled()).status).toMatchObject({
    phase: 'Waiting for user action',
    phaseReason: 'User must issue a supervised switchover',
    currentPrimary: 'mycluster-1',
  })
  expect(await images()).toEqual({
    'mycluster-1': `${image}:14.3`,
    'mycluster-2': `${image}:14.4`,
    'mycluster-3': `${image}:14.4`,
  })
  await client.promote('mycluster-3')
  expect((await client.settled()).status).toMatchObject({ phase: healthy, currentPrimary: 'mycluster-3' })
  expect((await images())['mycluster-1']).toBe(`${image}:14.4`)
})

test('a destroyed instance is followed by one with a new serial', async () => {
  await client.deletePod('mycluster-2')
  await client.admin.request('DELETE', '/api/v1/namespaces/default/persistentvolumeclaims/mycluster-2')
  expect((await client.settled()).status).toMatchObject({ phase: healthy, readyInstances: 3, latestGeneratedNode: 4 })
  expect(Object.keys(await client.pods())).toEqual(['mycluster-1', 'mycluster-3', 'mycluster-4'])
  expect(await servers.streaming()).toEqual(['mycluster-1', 'mycluster-4'])
})

test('hibernation is unknown', async () => {
  await client.annotate({ 'cnpg.io/hibernation': 'on' })
  expect((await client.settled()).status).toMatchObject({ phase: healthy, readyInstances: 3 })
})
