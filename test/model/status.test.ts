import { describe, expect, it } from 'vitest'

import type { Cluster } from '../../src/api/cluster.ts'
import type { Pod } from '../../src/api/pod.ts'
import { assess } from '../../src/model/rules/assess.ts'
import { buildStatus } from '../../src/model/status.ts'
import { recordedSnapshot } from '../helpers/recorded-snapshot.ts'
import { answerOf, clusterOf, readingOf, silence, varied } from '../helpers/snapshots.ts'
import { recordedStatus } from '../helpers/status-screen.ts'

describe('replication', () => {
  it('takes lags within the record of the primary', () => {
    const [lagging] = recordedStatus('lagging-replica').replication.standbys
    expect(lagging).toMatchObject({
      name: 'mycluster-2',
      sendLagBytes: 0,
      flushLagBytes: 0,
      replayLagBytes: 115687760,
      replayLagSeconds: 7.263193,
    })
  })

  it('measures from what was sent when the primary read its own position too early', () => {
    const { standbys } = recordedStatus('backup-running').replication
    expect(standbys[0]).toMatchObject({
      sentLsn: '0/2D37A000',
      replayLsn: '0/2D3780F8',
      replayLagBytes: 0x2d37a000 - 0x2d3780f8,
    })
  })

  it('knows no lag where an LSN is missing', () => {
    const status = varied('healthy', (s) => delete answerOf(s, 'mycluster-1').replicationInfo![0]!.replayLsn)
    expect(status.replication.standbys.find(({ name }) => name === 'mycluster-2')?.replayLagBytes).toBeNull()
  })

  it('finds the slot of an instance by its name, other slots are unmanaged', () => {
    const status = recordedStatus('unmanaged-slots')
    expect(status.replication.standbys.map(({ slot }) => slot?.name)).toEqual([
      '_cnpg_mycluster_2',
      '_cnpg_mycluster_3',
    ])
    const lost = status.slots?.filter(({ managed }) => !managed)
    expect(lost?.map(({ name, walStatus, heldBytes }) => [name, walStatus, heldBytes])).toEqual([
      ['old_standby', 'lost', null],
      ['cdc_orders', 'lost', null],
    ])
  })

  it('tells one instance, no answer and no standby apart', () => {
    expect(recordedStatus('healthy-single').replication.state).toBe('single')
    expect(recordedStatus('initializing-b').replication.state).toBe('none')
    expect(recordedStatus('failover-running-a').replication.state).toBe('unknown')
    expect(recordedStatus('replica-cluster').replication).toMatchObject({
      state: 'replica-cluster',
      sourceStreaming: true,
    })
  })

  it('knows standbys outside the cluster', () => {
    const [foreign] = recordedStatus('replica-cluster-origin', 1).replication.foreign
    expect(foreign).toMatchObject({ name: 'dr', state: 'streaming' })
  })

  it('counts who can confirm synchronous commits', () => {
    expect(recordedStatus('healthy-sync').synchronous).toEqual({
      method: 'any',
      wanted: 1,
      confirming: 2,
      dataDurability: 'required',
    })
    const alone = varied('healthy-sync', (s) => (answerOf(s, 'mycluster-1').replicationInfo = null))
    expect(alone.synchronous?.confirming).toBe(0)
    expect(varied('healthy-sync', (s) => silence(s, 'mycluster-1')).synchronous?.confirming).toBeNull()
    expect(recordedStatus('healthy').synchronous).toBeNull()
  })
})

describe('archiving', () => {
  it('is failing, with its backlog and the operator’s words', () => {
    expect(recordedStatus('wal-archive-failing').archiving).toMatchObject({
      state: 'failing',
      waiting: 28,
      conditionMessage: 'unexpected failure invoking barman-cloud-wal-archive: exit status 2',
    })
  })

  it('is disabled by the annotation, starting without a result yet', () => {
    const off = varied('healthy', (s) => (s.cluster.metadata.annotations = { 'cnpg.io/skipWalArchiving': 'enabled' }))
    expect(off.archiving.state).toBe('disabled')
    const fresh = varied('healthy', (s) => {
      const own = answerOf(s, 'mycluster-1')
      delete own.isArchivingWAL
      delete own.lastFailedWAL
    })
    expect(fresh.archiving.state).toBe('starting')
  })

  it('takes a missing count for zero only from the manager itself', () => {
    expect(recordedStatus('healthy').archiving.waiting).toBe(0)
    const bySql = varied('healthy', (s) => {
      const reading = readingOf(s, 'mycluster-1')
      if (reading.status.ok) reading.status.via = 'sql'
      reading.metrics = { ok: false, reason: 'timeout', message: 'late' }
    })
    expect(bySql.archiving.waiting).toBeNull()
  })

  it('converts the local times of an old manager', () => {
    expect(recordedStatus('operator-1.15.1-healthy').archiving.lastArchivedAt).toBe('2026-11-23T06:43:04.950256Z')
  })
})

describe('backups', () => {
  it('names the last successful one and those that run', () => {
    expect(recordedStatus('healthy').backup).toMatchObject({
      configured: 'objectStore',
      lastSuccessfulAt: '2026-11-23T05:55:50Z',
      lastSuccessfulName: 'mycluster-second',
      lastFailed: null,
      running: [],
    })
    expect(recordedStatus('backup-running').backup.running).toMatchObject([
      { name: 'mycluster-big', instance: 'mycluster-2' },
    ])
  })

  it('knows a failure, which has no times of its own, until a success follows', () => {
    expect(recordedStatus('fenced-one').backup.lastFailed).toMatchObject({
      name: 'mycluster-lost',
      createdAt: '2026-11-23T05:56:17Z',
      startedAt: null,
      error: 'exit status 2',
    })
    const retried = varied('fenced-one', (s) => {
      const { backups } = s.objects
      const lost = backups.ok && backups.value.find(({ metadata }) => metadata.name === 'mycluster-lost')
      if (!backups.ok || !lost) throw new Error('no failed Backup')
      const metadata = { name: 'later', creationTimestamp: '2026-11-23T05:57:00Z' }
      backups.value.push({ ...lost, metadata, status: { phase: 'completed', stoppedAt: '2026-11-23T05:57:10Z' } })
    })
    expect(retried.backup.lastFailed).toBeNull()
  })

  it('counts one that waits for WAL archiving to those that run', () => {
    const { backup } = varied('fenced-one', (s) => {
      const { backups } = s.objects
      const lost = backups.ok && backups.value.find(({ metadata }) => metadata.name === 'mycluster-lost')
      if (!lost) throw new Error('no failed Backup')
      lost.status = { phase: 'walArchivingFailing' }
    })
    expect(backup.lastFailed).toBeNull()
    expect(backup.running).toMatchObject([{ name: 'mycluster-lost', phase: 'walArchivingFailing' }])
  })

  it('counts only the Backups of this cluster', () => {
    expect(recordedStatus('restored').backup.history.items).toEqual([])
  })

  it('says that Backups may not be read instead of "none"', () => {
    expect(recordedStatus('rbac-cluster-only').backup.history).toMatchObject({
      items: null,
      problem: { reason: 'forbidden' },
    })
  })

  it('reads the window of the Barman Cloud plugin from its ObjectStore', () => {
    const status = varied('healthy-single', (s) => {
      const parameters = { barmanObjectName: 'store', serverName: 'srv' }
      s.cluster.spec.plugins = [{ name: 'barman-cloud.cloudnative-pg.io', parameters }]
      const window = {
        firstRecoverabilityPoint: '2026-11-20T10:00:00+01:00',
        lastSuccessfulBackupTime: '2026-11-22T09:00:00Z',
      }
      const value = { metadata: { name: 'store' }, status: { serverRecoveryWindow: { srv: window } } }
      s.objects.objectStore = { ok: true, value, at: s.takenAt, via: 'api' }
    })
    expect(status.backup).toMatchObject({
      configured: 'plugin',
      firstRecoverabilityPoint: '2026-11-20T09:00:00Z',
      lastSuccessfulAt: '2026-11-22T09:00:00Z',
      plugin: { objectStore: 'store', serverName: 'srv', window: true, problem: null },
    })
  })

  it.each([
    ['archives WAL', { isWALArchiver: true }, [], 'plugin'],
    ['tells that it backs up', {}, [{ name: 'p', backupCapabilities: ['TYPE_BACKUP'] }], 'plugin'],
    ['does something else', {}, [{ name: 'p', capabilities: ['TYPE_OPERATOR_SERVICE'] }], 'none'],
    ['is switched off', { isWALArchiver: true, enabled: false }, [], 'none'],
  ])('another plugin that %s', (_what, plugin, pluginStatus, configured) => {
    const status = varied('healthy-single', (s) => {
      delete s.cluster.spec.backup
      s.cluster.spec.plugins = [{ name: 'p', ...plugin }]
      clusterOf(s).status.pluginStatus = pluginStatus
    })
    expect(status.backup).toMatchObject({ configured, plugin: null })
    // Whether it keeps backups only it knows: nothing is claimed.
    const told = assess(status, { include: ['backup-unconfigured'] }).map(({ id }) => id)
    expect(told.includes('backup-unconfigured')).toBe(configured === 'none')
    expect(told).not.toContain('recoverability-missing')
  })
})

describe('summary', () => {
  it('shows who runs which image during a rollout', () => {
    const { summary } = recordedStatus('rollout-supervised')
    expect(summary.image).toMatch(/:15\.18$/)
    expect(summary.imagesRunning.map(({ image, instances }) => [image.split(':')[1], instances])).toEqual([
      ['15.17', ['mycluster-1']],
      ['15.18', ['mycluster-2', 'mycluster-3']],
    ])
  })

  it('finds the image of an old cluster in its spec, else in its pods', () => {
    expect(recordedStatus('operator-1.15.1-healthy').summary.image).toMatch(/:14\.2$/)
    const bare = varied('operator-1.15.1-healthy', (s) => delete s.cluster.spec.imageName)
    expect(bare.summary.image).toMatch(/:14\.2$/)
  })

  it('tells what is under way with the primary', () => {
    expect(recordedStatus('healthy').summary.transition).toBe('none')
    expect(recordedStatus('initializing-a').summary.transition).toBe('initializing')
    expect(recordedStatus('failover-running-a').summary.transition).toBe('switching')
    const electing = varied('healthy', (s) => (clusterOf(s).status.targetPrimary = 'pending'))
    expect(electing.summary.transition).toBe('electing')
  })

  it('takes an unknown phase for none of the good ones', () => {
    const status = varied('healthy', (s) => (clusterOf(s).status.phase = 'Reticulating splines'))
    expect(status.summary).toMatchObject({ phase: 'Reticulating splines', phaseKind: 'bad' })
  })
})

describe('certificates', () => {
  it('are sorted, with days left, their uses and who renews them', () => {
    const [ca, replication, server] = recordedStatus('certificates-expiring').certificates
    expect(ca).toMatchObject({ name: 'my-ca', roles: ['server CA', 'client CA'], userGiven: true })
    expect(replication).toMatchObject({ name: 'my-repl-tls', roles: ['replication'] })
    expect(server?.daysLeft).toBeCloseTo(2.9995, 3)
    expect(recordedStatus('healthy').certificates.every(({ userGiven }) => !userGiven)).toBe(true)
  })

  it('keep a date that cannot be read as it is', () => {
    const status = varied('healthy', (s) => {
      clusterOf(s).status.certificates = { expirations: { 'x-ca': 'soon' } }
    })
    expect(status.certificates).toMatchObject([{ name: 'x-ca', expiresAt: null, expiresText: 'soon', daysLeft: null }])
  })
})

describe('poor data', () => {
  it('builds from a Cluster that was just created', () => {
    const snapshot = recordedSnapshot('initializing-a')
    const cluster: Cluster = { metadata: { name: 'new', namespace: 'n' }, spec: {} }
    const status = buildStatus({ ...snapshot, cluster, instances: [] })
    expect(status.summary).toMatchObject({ name: 'new', phase: null, primary: null, instancesReady: null, image: null })
    expect(status.certificates).toEqual([])
  })

  it('builds from pods without status and empty answers', () => {
    const status = varied('healthy', (s) => {
      const bare: Pod = { metadata: { name: 'mycluster-2' }, spec: { containers: null } }
      s.objects.pods = { ok: true, value: [bare], at: s.takenAt, via: 'api' }
      for (const reading of s.instances) if (reading.status.ok) reading.status.value = {}
    })
    expect(status.instances.map(({ name }) => name)).toEqual(['mycluster-1', 'mycluster-2', 'mycluster-3'])
    expect(status.replication.state).toBe('unknown')
  })

  it('builds with null in place of lists', () => {
    const status = varied('healthy', (s) => {
      Object.assign(answerOf(s, 'mycluster-1'), {
        replicationInfo: null,
        replicationSlotsInfo: null,
        pgStatBasebackupsInfo: null,
      })
    })
    expect(status).toMatchObject({ slots: [], baseBackups: [], replication: { state: 'none' } })
  })
})

it('counts ready pods of a Pooler, which the operator does not', () => {
  expect(recordedStatus('healthy').poolers.items).toMatchObject([
    { name: 'mycluster-pooler-rw', instances: 1, ready: 0, trouble: 'ImagePullBackOff' },
  ])
})

it('sorts managed roles, whatever order the operator wrote them in', () => {
  expect(recordedStatus('managed-roles').managedRoles.byStatus).toEqual([
    { status: 'pending-reconciliation', roles: ['bob', 'carol'] },
    { status: 'reconciled', roles: ['ann', 'app', 'dave'] },
    { status: 'reserved', roles: ['cnpg_metrics_exporter', 'postgres', 'streaming_replica'] },
  ])
})
