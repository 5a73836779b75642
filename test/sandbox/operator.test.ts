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

describe('a switchover', () => {
  test('makes the target primary and the old primary a standby, in the phases of the real one', async () => {
    const before = await client.cluster()
    expect((await client.promote('mycluster-2')).status).toBe(200)
    const { status } = await client.settled()
    expect(client.phases).toEqual(['Switchover in progress: Switching over to mycluster-2', waiting, healthy])
    expect(status).toMatchObject({ currentPrimary: 'mycluster-2', targetPrimary: 'mycluster-2', timelineID: 2 })
    expect(status['currentPrimaryTimestamp']).not.toBe(before.status['currentPrimaryTimestamp'])
    expect(status.conditions?.find(({ type }) => type === 'Ready')).toMatchObject({
      status: 'True',
      reason: 'ClusterIsReady',
    })
    expect(await client.roles()).toEqual({
      'mycluster-1': 'replica',
      'mycluster-2': 'primary',
      'mycluster-3': 'replica',
    })
    expect(await servers.primaries()).toEqual(['mycluster-2'])
    expect(await servers.streaming()).toEqual(['mycluster-1', 'mycluster-3'])
    const [container] = (await client.pods())['mycluster-1']!.status.containerStatuses
    expect(container?.restartCount).toBe(1)
  })

  test('to what is no instance of the cluster is set back, but restarts the primary', async () => {
    const before = await servers.startTimes()
    await client.promote('other-1')
    const { status } = await client.settled()
    expect(status).toMatchObject({
      phase: healthy,
      currentPrimary: 'mycluster-2',
      targetPrimary: 'mycluster-2',
      timelineID: 2,
    })
    const after = await servers.startTimes()
    expect(after['mycluster-2']).not.toBe(before['mycluster-2'])
    expect(after['mycluster-3']).toBe(before['mycluster-3'])
  })

  test('can be taken back, and is not begun by an operator that looks away', async () => {
    const operator = sandbox.operatorOf(cluster)
    operator.rollBackNext()
    await client.promote('mycluster-1')
    expect((await client.settled()).status).toMatchObject({ phase: healthy, targetPrimary: 'mycluster-2' })
    operator.pause()
    await client.promote('mycluster-1')
    await client.settled()
    expect((await client.cluster()).status).toMatchObject({
      phase: 'Switchover in progress',
      targetPrimary: 'mycluster-1',
      currentPrimary: 'mycluster-2',
    })
    expect(await servers.primaries()).toEqual(['mycluster-2'])
    operator.resume()
    expect((await client.settled()).status).toMatchObject({
      phase: healthy,
      currentPrimary: 'mycluster-1',
      timelineID: 3,
    })
  })

  test('follows a target that is named while the primary shuts down', async () => {
    await client.promote('mycluster-2')
    await expect.poll(() => cluster.server('mycluster-1').running, { interval: 2 }).toBe(false)
    await client.promote('mycluster-3')
    expect((await client.settled()).status).toMatchObject({ phase: healthy, currentPrimary: 'mycluster-3' })
    expect(await servers.streaming()).toEqual(['mycluster-1', 'mycluster-2'])
  })
})

describe('a restart', () => {
  test('of the primary in its container leaves pods and roles as they are', async () => {
    const [before, uid] = [await servers.startTimes(), (await client.pods())['mycluster-3']!.metadata.uid]
    await client.restartPrimary()
    const { status } = await client.settled()
    expect(client.phases).toEqual([
      'Primary instance is being restarted in-place: Requested by the user',
      `${healthy}: Primary instance restarted in-place`,
    ])
    expect(status.currentPrimary).toBe('mycluster-3')
    const after = await servers.startTimes()
    expect(Object.keys(after).filter((name) => after[name] !== before[name])).toEqual(['mycluster-3'])
    expect((await client.pods())['mycluster-3']!.metadata.uid).toBe(uid)
    expect(await servers.streaming()).toEqual(['mycluster-1', 'mycluster-2'])
  })

  test('of the cluster renews the standbys one by one, the last one first, and restarts the primary in place', async () => {
    const [before, pods] = [await servers.startTimes(), await client.pods()]
    await client.annotate({ 'kubectl.kubernetes.io/restartedAt': '2026-11-23T06:10:33Z' })
    await client.settled()
    const reason = 'cluster has been explicitly restarted via annotation'
    expect(client.phases.filter((phase) => !phase.startsWith('Waiting'))).toEqual([
      `${healthy}: Primary instance restarted in-place`,
      `Upgrading cluster: Restarting instance mycluster-2, because: ${reason}`,
      `Upgrading cluster: Restarting instance mycluster-1, because: ${reason}`,
      `Primary instance is being restarted in-place: ${reason}`,
      `${healthy}: Primary instance restarted in-place`,
    ])
    const [after, renewed] = [await servers.startTimes(), await client.pods()]
    expect(Object.keys(after).filter((name) => after[name] === before[name])).toEqual([])
    expect(Object.keys(renewed).filter((name) => renewed[name]?.metadata.uid !== pods[name]?.metadata.uid)).toEqual([
      'mycluster-1',
      'mycluster-2',
    ])
    for (const pod of Object.values(renewed))
      expect(pod.metadata.annotations?.['kubectl.kubernetes.io/restartedAt']).toBe('2026-11-23T06:10:33Z')
    expect(await servers.streaming()).toEqual(['mycluster-1', 'mycluster-2'])
  })

  test('of a standby is its pod, deleted and made again on the same volume', async () => {
    const uid = (await client.pods())['mycluster-1']!.metadata.uid
    await client.deletePod('mycluster-1')
    await client.settled()
    const pod = (await client.pods())['mycluster-1']!
    expect(pod.metadata.uid).not.toBe(uid)
    expect(client.phases).toContain(waiting)
    expect(await servers.streaming()).toEqual(['mycluster-1', 'mycluster-2'])
    expect(await client.ready()).toHaveLength(3)
  })
})

describe('the configuration', () => {
  test('is read by every server when a parameter changes', async () => {
    await client.patch({ spec: { postgresql: { parameters: { work_mem: '7MB' } } } })
    expect((await client.settled()).status.phase).toBe(healthy)
    expect(client.phases).toContain('Applying configuration')
    expect(await servers.setting('work_mem')).toEqual({
      'mycluster-1': '7MB',
      'mycluster-2': '7MB',
      'mycluster-3': '7MB',
    })
  })

  test('is read when a reload is asked for', async () => {
    const loaded = async () => {
      const [row] = await cluster.server('mycluster-1').query<{ at: string }>('SELECT pg_conf_load_time()::text AS at')
      return row?.at
    }
    const before = await loaded()
    await client.annotate({ 'cnpg.io/reloadedAt': new Date().toISOString() })
    await client.settled()
    expect(await loaded()).not.toBe(before)
  })

  test('that needs a restart has one rolled out, or waits for the user when updates are supervised', async () => {
    await client.patch({
      spec: { primaryUpdateStrategy: 'supervised', postgresql: { parameters: { max_connections: '60' } } },
    })
    expect((await client.settled()).status).toMatchObject({
      phase: 'Waiting for user action',
      phaseReason: 'User must issue a supervised switchover',
    })
    expect(await servers.setting('max_connections')).toEqual({
      'mycluster-1': '60',
      'mycluster-2': '60',
      'mycluster-3': '50',
    })
    await client.promote('mycluster-1')
    expect((await client.settled()).status).toMatchObject({ phase: healthy, currentPrimary: 'mycluster-1' })
    expect(await servers.setting('max_connections')).toEqual({
      'mycluster-1': '60',
      'mycluster-2': '60',
      'mycluster-3': '60',
    })
    await client.patch({
      spec: { primaryUpdateStrategy: 'unsupervised', postgresql: { parameters: { max_connections: '55' } } },
    })
    expect((await client.settled()).status).toMatchObject({ phase: healthy, currentPrimary: 'mycluster-1' })
    expect(await servers.setting('max_connections')).toEqual({
      'mycluster-1': '55',
      'mycluster-2': '55',
      'mycluster-3': '55',
    })
  })
})

describe('fencing', () => {
  test('stops the server and leaves the pod, ready, and the phase', async () => {
    await client.annotate({ 'cnpg.io/fencedInstances': '["mycluster-3"]' })
    const { status } = await client.settled()
    expect(cluster.server('mycluster-3').running).toBe(false)
    expect(status).toMatchObject({ phase: healthy, readyInstances: 3 })
    expect(status.instancesReportedState?.['mycluster-3']).not.toHaveProperty('timeLineID')
    expect(await client.ready()).toHaveLength(3)
    expect(await servers.streaming()).toEqual(['mycluster-2'])
    await client.annotate({ 'cnpg.io/fencedInstances': null })
    await client.settled()
    expect(await servers.streaming()).toEqual(['mycluster-2', 'mycluster-3'])
  })

  test('of all instances, the primary too, stops the database without a failover', async () => {
    await client.annotate({ 'cnpg.io/fencedInstances': '["*"]' })
    const { status } = await client.settled()
    expect([...cluster.servers.values()].filter((server) => server.running)).toEqual([])
    expect(status).toMatchObject({ phase: healthy, currentPrimary: 'mycluster-1' })
    expect(status.conditions?.find(({ type }) => type === 'ConsistentSystemID')?.reason).toBe('NotFound')
    await client.annotate({ 'cnpg.io/fencedInstances': null })
    await client.settled()
    expect(await servers.primaries()).toEqual(['mycluster-1'])
    await expect.poll(() => servers.streaming()).toEqual(['mycluster-2', 'mycluster-3'])
  })
})
