import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ClusterClient } from './operator-client.ts'
import type { PostgresCluster } from './postgres/cluster.ts'
import { startSandbox } from './sandbox.ts'
import type { Operator, Sandbox } from './sandbox.ts'

interface BackupView {
  spec: { method?: string }
  metadata: { name: string; labels?: Record<string, string> }
  status?: { phase?: string; error?: string; instanceID?: { podName: string }; [member: string]: unknown }
}

let sandbox: Sandbox
let stored: ClusterClient
let bare: ClusterClient
let cluster: PostgresCluster
let operator: Operator

beforeAll(async () => {
  sandbox = await startSandbox({
    clusters: [
      { name: 'stored', namespace: 'default', instances: 2, objects: { objectStore: true }, operator: { pace: 20 } },
      { name: 'bare', namespace: 'default', instances: 1, operator: { pace: 20 } },
    ],
  })
  cluster = sandbox.clusters[0]!
  operator = sandbox.operatorOf(cluster)
  stored = new ClusterClient(sandbox)
  bare = new ClusterClient(sandbox, 1)
})
afterAll(async () => {
  stored.close()
  bare.close()
  await sandbox.close()
})

const path = '/apis/postgresql.cnpg.io/v1/namespaces/default/backups'

async function create(name: string, clusterName: string, spec: Record<string, unknown> = {}) {
  const body = {
    apiVersion: 'postgresql.cnpg.io/v1',
    kind: 'Backup',
    metadata: { name, labels: { 'cnpg.io/cluster': clusterName } },
    spec: { cluster: { name: clusterName }, ...spec },
  }
  return stored.admin.request('POST', path, { body })
}

async function backup(name: string): Promise<BackupView> {
  return (await stored.admin.get(`${path}/${name}`)).json<BackupView>()
}

describe('a Backup', () => {
  test('goes through its phases with a real base backup of a standby', async () => {
    const phases: string[] = []
    const stop = sandbox.store.on('change', ({ object }) => {
      const phase = (object as unknown as BackupView).status?.phase
      if (object.kind === 'Backup' && phase !== undefined && phases.at(-1) !== phase) phases.push(phase)
    })
    expect((await create('first', 'stored')).status).toBe(201)
    const { status } = await stored.settled()
    stop()
    expect(phases).toEqual(['started', 'running', 'completed'])
    const { status: made, spec } = await backup('first')
    expect(spec.method).toBe('barmanObjectStore')
    expect(made).toMatchObject({
      instanceID: { podName: 'stored-2' },
      backupId: expect.stringMatching(/^\d{8}T\d{6}$/) as string,
      beginWal: expect.stringMatching(/^00000001[0-9A-F]{16}$/) as string,
      beginLSN: expect.stringMatching(/^[0-9A-F]+\/[0-9A-F]+$/) as string,
      destinationPath: 's3://backups/default/',
      serverName: 'stored',
    })
    expect(status['lastSuccessfulBackup']).toBe(made?.['stoppedAt'])
    expect(status.conditions?.find(({ type }) => type === 'LastBackupSucceeded')).toMatchObject({
      status: 'True',
      reason: 'LastBackupSucceeded',
      message: 'Backup was successful',
    })
  })

  test('is seen in pg_stat_progress_basebackup while it runs, and the next one waits', async () => {
    operator.faults.backupRate = 12_000
    await create('slow', 'stored', { target: 'primary' })
    await create('next', 'stored')
    await expect
      .poll(async () => cluster.server('stored-1').query('SELECT phase FROM pg_stat_progress_basebackup'), {
        timeout: 10_000,
      })
      .toHaveLength(1)
    expect((await backup('slow')).status).toMatchObject({ phase: 'running', instanceID: { podName: 'stored-1' } })
    await expect.poll(async () => (await backup('next')).status?.phase).toBe('pending')
    operator.faults.backupRate = 0
    await stored.settled()
    expect((await backup('next')).status?.phase).toBe('completed')
  })

  test('fails with the reason', async () => {
    operator.faults.failBackups = true
    await create('broken', 'stored')
    const { status } = await stored.settled()
    operator.faults.failBackups = false
    expect((await backup('broken')).status).toMatchObject({ phase: 'failed', error: 'exit status 2' })
    expect(status['lastFailedBackup']).toMatch(/Z$/)
    expect(status.conditions?.find(({ type }) => type === 'LastBackupSucceeded')?.reason).toBe('LastBackupFailed')
    await create('plugged', 'stored', { method: 'plugin', pluginConfiguration: { name: 'x' } })
    await create('nowhere', 'bare')
    await Promise.all([stored.settled(), bare.settled()])
    expect((await backup('plugged')).status?.error).toBe(
      'cannot proceed with the backup as the cluster has no plugin configured',
    )
    expect((await backup('nowhere')).status?.error).toBe(
      'cannot proceed with the backup as the cluster has no backup section',
    )
  })

  test('is refused where the operator refuses it', async () => {
    const answer = await create('snap', 'stored', { method: 'volumeSnapshot' })
    expect(answer.status).toBe(422)
    expect(answer.json()['message']).toMatch(
      /^admission webhook "vbackup.cnpg.io" denied the request: Backup.postgresql.cnpg.io "snap" is invalid: spec.method: /,
    )
    expect((await create('offline', 'stored', { online: false })).json()['message']).toContain(
      'spec.online: Invalid value: false: Online parameter can be specified only if the backup method is volumeSnapshot',
    )
  })
})

test('a ScheduledBackup makes one at once when it is told to, and says when the next is due', async () => {
  const schedules = path.replace('backups', 'scheduledbackups')
  const spec = { schedule: '0 0 3 * * *', immediate: true, cluster: { name: 'stored' }, backupOwnerReference: 'self' }
  const body = { apiVersion: 'postgresql.cnpg.io/v1', kind: 'ScheduledBackup', metadata: { name: 'nightly' }, spec }
  expect((await stored.admin.request('POST', schedules, { body })).status).toBe(201)
  await stored.settled()
  const { items } = (await stored.admin.get(path)).json<{ items: BackupView[] }>()
  const [made] = items.filter(({ metadata }) => metadata.name.startsWith('nightly-'))
  expect(made?.metadata.labels).toEqual({
    'cnpg.io/cluster': 'stored',
    'cnpg.io/immediateBackup': 'true',
    'cnpg.io/scheduled-backup': 'nightly',
  })
  expect(made?.status?.phase).toBe('completed')
  const scheduled = (await stored.admin.get(`${schedules}/nightly`)).json<{ status: Record<string, string> }>()
  expect(scheduled.status['nextScheduleTime']).toMatch(/T03:00:00Z$/)
})

test('a joining instance shows as a base backup while it gets its copy', async () => {
  operator.faults.joinRate = 8000
  await stored.patch({ spec: { instances: 3 } })
  const running = () =>
    cluster
      .server(cluster.primary)
      .query<{ name: string }>(
        'SELECT application_name AS name FROM pg_stat_progress_basebackup JOIN pg_stat_activity USING (pid)',
      )
  await expect.poll(running, { timeout: 10_000 }).toEqual([{ name: 'stored-3-join' }])
  operator.faults.joinRate = 0
  expect((await stored.settled()).status).toMatchObject({ readyInstances: 3 })
})
