import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { ClusterClient } from './operator-client.ts'
import { Servers } from './operator-servers.ts'
import type { PostgresCluster } from './postgres/cluster.ts'
import { startSandbox } from './sandbox.ts'
import type { Sandbox } from './sandbox.ts'

let sandbox: Sandbox
let client: ClusterClient
let cluster: PostgresCluster
let servers: Servers

beforeAll(async () => {
  sandbox = await startSandbox({ clusters: [{ name: 'mycluster', namespace: 'default', operator: { pace: 20 } }] })
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
const waiting = 'Waiting for the instances to become active: Some instances are not yet active. Please wait.'
const claims = '/api/v1/namespaces/default/persistentvolumeclaims'

describe('a deleted primary', () => {
  test('is replaced by the most advanced standby, and comes back as a standby', async () => {
    await cluster.server('mycluster-2').stop('fast')
    await cluster.generateWal(200_000)
    await cluster.server('mycluster-2').start()
    const seen: string[] = []
    const stop = sandbox.store.on('change', ({ object }) => {
      const target = (object['status'] as { targetPrimary?: string } | undefined)?.targetPrimary
      if (object.kind === 'Cluster' && target !== undefined && seen.at(-1) !== target) seen.push(target)
    })
    await client.deletePod('mycluster-1')
    const { status } = await client.settled()
    stop()
    expect(client.phases.slice(0, 3)).toEqual([
      'Failing over: Initiating a failover from mycluster-1',
      `Failing over: Failing over from mycluster-1 to ${status.currentPrimary}`,
      waiting,
    ])
    expect(seen).toEqual(['mycluster-1', 'pending', status.currentPrimary])
    expect(status).toMatchObject({ phase: healthy, timelineID: 2, readyInstances: 3 })
    expect(await servers.primaries()).toEqual([status.currentPrimary])
    expect(await servers.streaming()).toEqual(
      ['mycluster-1', 'mycluster-2', 'mycluster-3'].filter((name) => name !== status.currentPrimary),
    )
    expect((await client.roles())['mycluster-1']).toBe('replica')
    const events = (await client.admin.get('/api/v1/namespaces/default/events')).json<{
      items: { reason: string; message: string }[]
    }>()
    expect(events.items.map(({ message }) => message)).toContain(
      `Failing over from mycluster-1 to ${status.currentPrimary}`,
    )
  })

  test('that was killed is replaced too', async () => {
    const old = cluster.primary
    await client.deletePod(old, 0)
    const { status } = await client.settled()
    expect(status).toMatchObject({ phase: healthy, timelineID: 3, readyInstances: 3 })
    expect(status.currentPrimary).not.toBe(old)
    expect(await servers.streaming()).toContain(old)
  })

  test('is found out when only its server dies', async () => {
    const old = cluster.primary
    await cluster.server(old).signal('SIGQUIT')
    await expect.poll(async () => (await client.cluster()).status.currentPrimary, { timeout: 15_000 }).not.toBe(old)
    const { status } = await client.settled()
    expect(status).toMatchObject({ phase: healthy, readyInstances: 3 })
    expect(await servers.streaming()).toContain(old)
  })
})

describe('a volume', () => {
  test('that is destroyed with its pod is made anew by a join job under the same name', async () => {
    const [standby = ''] = await servers.streaming()
    const jobs: string[] = []
    const stop = sandbox.store.on('change', ({ type, object }) => {
      if (object.kind === 'Job') jobs.push(`${type} ${object.metadata.name}`)
    })
    const before = (await client.admin.get(`${claims}/${standby}`)).json<{ metadata: { uid: string } }>()
    await client.deletePod(standby)
    await client.admin.request('DELETE', `${claims}/${standby}`)
    const { status } = await client.settled()
    stop()
    expect(jobs).toEqual([`ADDED ${standby}-join`, `MODIFIED ${standby}-join`, `DELETED ${standby}-join`])
    expect(client.phases).toContain(`Creating a new replica: Creating replica ${standby}-join`)
    expect(status).toMatchObject({ phase: healthy, readyInstances: 3 })
    expect(status).not.toHaveProperty('jobCount')
    const after = (await client.admin.get(`${claims}/${standby}`)).json<{ metadata: { uid: string } }>()
    expect(after.metadata.uid).not.toBe(before.metadata.uid)
    expect(await servers.streaming()).toContain(standby)
  })

  test('that was detached leaves the cluster one short until it is gone', async () => {
    const [standby = ''] = await servers.streaming()
    await client.deletePod(standby)
    await client.admin.request('PATCH', `${claims}/${standby}`, {
      contentType: 'application/merge-patch+json',
      body: { metadata: { ownerReferences: [], annotations: { 'cnpg.io/pvcStatus': 'detached' } } },
    })
    const { status } = await client.settled()
    expect(status).toMatchObject({ phase: 'Creating a new replica', instances: 2, readyInstances: 2, jobCount: 1 })
    expect(status.instanceNames).not.toContain(standby)
    await client.admin.request('DELETE', `${claims}/${standby}`)
    expect((await client.settled()).status).toMatchObject({ phase: healthy, instances: 3, readyInstances: 3 })
  })

  test('of the primary is destroyed only after another instance has been promoted', async () => {
    const old = cluster.primary
    await client.deletePod(old)
    await client.admin.request('DELETE', `${claims}/${old}`)
    const { status } = await client.settled()
    expect(status).toMatchObject({ phase: healthy, readyInstances: 3 })
    expect(status.currentPrimary).not.toBe(old)
    expect(await servers.streaming()).toContain(old)
  })
})

describe('the number of instances', () => {
  test('can be raised and lowered', async () => {
    await client.patch({ spec: { instances: 4 } })
    expect((await client.settled()).status).toMatchObject({ phase: healthy, readyInstances: 4, instances: 4 })
    expect(await servers.streaming()).toContain('mycluster-4')
    await client.patch({ spec: { instances: 3 } })
    expect((await client.settled()).status).toMatchObject({ phase: healthy, readyInstances: 3, instances: 3 })
    expect(Object.keys(await client.pods())).not.toContain('mycluster-4')
    expect((await client.admin.get(`${claims}/mycluster-4`)).status).toBe(404)
    expect(await servers.slots()).not.toContain('_cnpg_mycluster_4')
  })

  test('below one is refused', async () => {
    const answer = await client.patch({ spec: { instances: 0 } })
    expect(answer.status).toBe(422)
    expect(answer.json()['message']).toBe(
      'Cluster.postgresql.cnpg.io "mycluster" is invalid: spec.instances: Invalid value: 0: spec.instances in body should be greater than or equal to 1',
    )
  })
})

describe('hibernation', () => {
  test('deletes the pods, the primary first, and keeps the volumes; waking brings all back', async () => {
    const reasons: string[] = []
    const gone: string[] = []
    const { primary } = cluster
    const stop = sandbox.store.on('change', ({ type, object }) => {
      if (object.kind === 'Pod' && type === 'DELETED') gone.push(object.metadata.name)
      const conditions = (object['status'] as { conditions?: { type: string; reason: string }[] } | undefined)
        ?.conditions
      const reason = conditions?.find((each) => each.type === 'cnpg.io/hibernation')?.reason
      if (object.kind === 'Cluster' && reason !== undefined && reasons.at(-1) !== reason) reasons.push(reason)
    })
    await client.annotate({ 'cnpg.io/hibernation': 'on' })
    const { status } = await client.settled()
    stop()
    expect(gone[0]).toBe(primary)
    expect(gone).toHaveLength(3)
    expect(reasons.slice(0, 2)).toEqual(['DeletingPods', 'WaitingPodsDeletion'])
    expect(reasons.at(-1)).toBe('Hibernated')
    expect(await client.pods()).toEqual({})
    expect(status).toMatchObject({
      phase: healthy,
      currentPrimary: primary,
      danglingPVC: ['mycluster-1', 'mycluster-2', 'mycluster-3'],
    })
    expect(status).not.toHaveProperty('readyInstances')
    expect(status.conditions?.find(({ type }) => type === 'cnpg.io/hibernation')).toMatchObject({
      status: 'True',
      message: 'Cluster has been hibernated',
    })
    client.phases.length = 0
    await client.annotate({ 'cnpg.io/hibernation': 'off' })
    const awake = await client.settled()
    expect(client.phases).toEqual([healthy, waiting, healthy])
    expect(awake.status).toMatchObject({ currentPrimary: primary, readyInstances: 3 })
    expect(awake.status.conditions?.map(({ type }) => type)).not.toContain('cnpg.io/hibernation')
    expect(await servers.primaries()).toEqual([primary])
    expect(await servers.streaming()).toHaveLength(2)
  })

  test('waits for a cluster that is not healthy', async () => {
    await client.annotate({ 'kubectl.kubernetes.io/restartedAt': '2026-11-23T06:10:33Z' })
    await expect.poll(async () => (await client.cluster()).status.phase).not.toBe(healthy)
    await client.annotate({ 'cnpg.io/hibernation': 'on' })
    await expect
      .poll(
        async () => (await client.cluster()).status.conditions?.find(({ type }) => type === 'cnpg.io/hibernation'),
        {
          interval: 5,
          timeout: 5000,
        },
      )
      .toMatchObject({ reason: 'WaitingForHealthy' })
    await client.settled()
    expect(await client.pods()).toEqual({})
    await client.annotate({ 'cnpg.io/hibernation': null })
    expect((await client.settled()).status).toMatchObject({ phase: healthy, readyInstances: 3 })
  })

  test('has two values only', async () => {
    const answer = await client.annotate({ 'cnpg.io/hibernation': 'maybe' })
    expect(answer.status).toBe(422)
    expect(answer.json()['message']).toContain('Annotation value for hibernation should be "on" or "off"')
  })
})

describe('a step that fails', () => {
  test('is the reason of the phase, is tried again, and succeeds once its cause is gone', async () => {
    await client.patch({ spec: { postgresql: { parameters: { shared_preload_libraries: 'nowhere' } } } })
    await expect
      .poll(async () => (await client.cluster()).status.phaseReason, { timeout: 20_000 })
      .toContain('PostgreSQL ended while it was starting')
    expect(await servers.primaries()).toHaveLength(1)
    await client.patch({ spec: { postgresql: { parameters: { shared_preload_libraries: '' } } } })
    await expect.poll(async () => (await client.settled()).status.phase, { timeout: 20_000 }).toBe(healthy)
    expect((await client.cluster()).status).toMatchObject({ readyInstances: 3 })
    expect(await servers.streaming()).toHaveLength(2)
  })

  test('does not keep the sandbox from ending in the middle of a change', async () => {
    const other = await startSandbox({ clusters: [{ name: 'brief', namespace: 'default', instances: 2 }] })
    const hasty = new ClusterClient(other)
    await hasty.promote('brief-2')
    await expect.poll(() => other.clusters[0]!.server('brief-1').running, { interval: 5 }).toBe(false)
    hasty.close()
    await other.close()
  })
})

test('a maintenance window that reuses volumes takes the budget of the standbys away', async () => {
  const budgets = async () =>
    (await client.admin.get('/apis/policy/v1/namespaces/default/poddisruptionbudgets'))
      .json<{ items: { metadata: { name: string } }[] }>()
      .items.map(({ metadata }) => metadata.name)
  expect(await budgets()).toEqual(['mycluster', 'mycluster-primary'])
  await client.patch({ spec: { nodeMaintenanceWindow: { inProgress: true, reusePVC: false } } })
  await client.settled()
  expect(await budgets()).toEqual(['mycluster', 'mycluster-primary'])
  await client.patch({ spec: { nodeMaintenanceWindow: { reusePVC: true } } })
  await client.settled()
  expect(await budgets()).toEqual(['mycluster-primary'])
  await client.patch({ spec: { nodeMaintenanceWindow: { inProgress: null } } })
  await client.settled()
  expect(await budgets()).toEqual(['mycluster', 'mycluster-primary'])
})

test('a Cluster that is deleted takes its pods and volumes with it, and its servers end', async () => {
  expect((await client.admin.request('DELETE', client.path)).status).toBe(200)
  await expect.poll(async () => Object.keys(await client.pods()), { timeout: 10_000 }).toEqual([])
  await expect.poll(() => [...cluster.servers.values()].filter((server) => server.running)).toEqual([])
  await expect
    .poll(async () => (await client.admin.get(claims)).json<{ items: unknown[] }>().items, { timeout: 5000 })
    .toEqual([])
})
