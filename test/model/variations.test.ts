import { describe, expect, it } from 'vitest'

import { Annotations } from '../../src/api/constants.ts'
import type { ClusterSnapshot } from '../../src/api/snapshot.ts'
import { assess } from '../../src/model/rules/assess.ts'
import { buildStatus } from '../../src/model/status.ts'
import { recordedSnapshot } from '../helpers/recorded-snapshot.ts'
import { answerOf, clusterOf, varied } from '../helpers/snapshots.ts'
import { screenOf } from '../helpers/status-screen.ts'

type Change = (snapshot: ClusterSnapshot) => void

/** What arrived with a version of the operator, and how it was before (spec/wire-formats.md A.5.8 and B.12). */
const ARRIVED: readonly (readonly [since: string, before: Change])[] = [
  ['1.16.0', forSpec(['walStorage', 'managed', 'tablespaces', 'plugins', 'imageCatalogRef', 'probes', 'enablePDB'])],
  ['1.16.1', forCluster(['timelineID', 'topology', 'instancesReportedState'])],
  ['1.16.1', onStandbys((status) => delete status.timeLineID)],
  [
    '1.17.0',
    (s) => {
      const { conditions = [] } = clusterOf(s).status
      clusterOf(s).status.conditions = conditions.filter(({ type }) => /Archiving|LastBackup/.test(type))
    },
  ],
  ['1.17.2', onAll((status) => renamed(status, 'isPodReady', 'isReady'))],
  ['1.18.0', forCluster(['instanceNames'])],
  ['1.18.0', onAll((status) => delete status.replicationSlotsInfo)],
  ['1.18.0', (s) => delete clusterOf(s).spec.replicationSlots],
  ['1.18.3', forCluster(['lastSuccessfulBackup', 'firstRecoverabilityPointByMethod', 'lastSuccessfulBackupByMethod'])],
  ['1.20.0', onStandbys((status) => (status.replicationInfo = []))],
  ['1.20.0', onStandbys((status) => (status.readyWalFiles = 0))],
  ['1.20.0', onStandbys(withoutArchiver)],
  ['1.20.0', onAll(timesOfPostgres)],
  ['1.20.4', onAll((status) => delete status.pgStatBasebackupsInfo)],
  ['1.23.0', forCluster(['image'])],
  ['1.23.5', onAll((status) => (status.totalInstanceSize = '22 MB'))],
  ['1.24.4', onAll((status) => delete status.loadedConfigurationHash)],
  ['1.25.3', forCluster(['systemID'])],
  ['1.27.3', onAll((status) => delete status.sessionID)],
]

const VERSIONS = [
  ...['1.15.5', '1.16.5', '1.17.5', '1.18.5', '1.19.6', '1.20.6', '1.21.6', '1.22.5', '1.23.6'],
  ...['1.24.4', '1.25.4', '1.26.3', '1.27.3', '1.28.1', '1.29.1', '1.30.0'],
]

describe.each(VERSIONS)('operator %s', (version) => {
  const snapshot = asOf(version)
  const status = buildStatus(snapshot)
  const screen = screenOf(status)

  it('is shown whole', () => {
    expect(status.operatorVersion).toBe(version)
    expect(status.layout).toBe(version.startsWith('1.15.') ? 'seed' : 'current')
    expect(screen + screenOf(status, 1)).not.toMatch(/undefined|null\b|NaN|Invalid/)
    expect(screen).toMatch(/^Primary instance: +mycluster-1$/m)
    expect(screen).toMatch(/^PostgreSQL Image: +ghcr\.io\/cloudnative-pg\/postgresql:15\.18$/m)
    expect(screen).toMatch(/^System ID: +7711240164047527955$/m)
    expect(screen).toMatch(/^Current Write LSN: +0\/6000060 \(Timeline: 1 - WAL File: 0{7}10{8}0{7}6\)$/m)
    expect(screen.trimEnd().split('\n').slice(-3)).toEqual([
      expect.stringMatching(/^mycluster-1 .*Primary +OK .*1\.\d+\.\d+/),
      expect.stringMatching(/^mycluster-2 .*Standby \(sync\) +OK /),
      expect.stringMatching(/^mycluster-3 .*Standby \(sync\) +OK /),
    ])
  })

  it('has nothing wrong with it', () => expect(assess(status)).toEqual([]))
})

describe.each(['failover-done', 'wal-archive-failing', 'pending-restart'])('%s', (state) => {
  const today = buildStatus(recordedSnapshot(state))
  const ids = (status: typeof today) => assess(status).map(({ id }) => id)

  it.each(VERSIONS)('is judged the same under operator %s', (version) => {
    const status = buildStatus(asOf(version, state))
    expect(ids(status)).toEqual(ids(today))
    expect(status.archiving).toEqual(today.archiving)
    expect(screenOf(status) + screenOf(status, 1)).not.toMatch(/undefined|null\b|NaN|Invalid/)
  })
})

it('an operator newer than this program is told of, and shown as far as it is known', () => {
  const status = buildStatus(asOf('1.31.0'))
  expect(assess(status).map(({ id, severity }) => `${severity} ${id}`)).toEqual(['info client-version'])
})

describe.each(['11.22', '12.22', '13.21', '14.18', '15.13', '16.9', '17.5', '18.0'])('PostgreSQL %s', (version) => {
  it('is shown whole', () => {
    const status = varied('healthy-sync', (s) => {
      const image = `ghcr.io/cloudnative-pg/postgresql:${version}`
      Object.assign(clusterOf(s).status, { image })
      for (const pod of s.objects.pods.ok ? s.objects.pods.value : []) {
        for (const container of pod.spec.containers ?? []) container.image = image
      }
      // Before 13 a slot does not tell how much WAL it may hold.
      if (parseInt(version) >= 13) return
      for (const slot of answerOf(s, 'mycluster-1').replicationSlotsInfo ?? []) {
        delete slot.walStatus
        delete slot.safeWalSize
      }
    })
    const screen = screenOf(status, 1)
    expect(screen).toMatch(new RegExp(`^PostgreSQL Image: .*:${version.replace('.', '\\.')}$`, 'm'))
    expect(screen).not.toMatch(/undefined|null\b|NaN/)
    expect(assess(status)).toEqual([])
  })
})

describe('a phase that is not known', () => {
  const status = varied('healthy-sync', (s) =>
    Object.assign(clusterOf(s).status, { phase: 'Rebalancing shards', phaseReason: 'shard 3 of 7' }),
  )

  it("stands there in the operator's words, and is no good one", () => {
    expect(screenOf(status)).toMatch(/^Status: +Rebalancing shards: shard 3 of 7$/m)
    expect(status.summary.phaseKind).toBe('bad')
  })

  it('is a note, and no failure', () => {
    expect(assess(status)).toMatchObject([
      {
        id: 'reconciliation-blocked',
        severity: 'info',
        message: 'the operator says: Rebalancing shards: shard 3 of 7',
      },
    ])
  })
})

it('a Cluster of which nobody has written a status is shown, with what it wants', () => {
  const status = varied('healthy-sync', (s) => {
    delete s.cluster.status
    s.objects.pods = { ok: true, value: [], at: s.takenAt, via: 'api' }
    s.instances = []
  })
  const screen = screenOf(status, 1)
  expect(screen).toMatch(/^Instances: +3$/m)
  expect(screen).not.toMatch(/undefined|null\b|NaN/)
  expect(assess(status)[0]).toMatchObject({ id: 'operator-absent', severity: 'critical' })
})

/** The recorded cluster as an operator of that version would have told of it. */
function asOf(version: string, state = 'healthy-sync'): ClusterSnapshot {
  const snapshot = recordedSnapshot(state)
  for (const [since, before] of ARRIVED) if (isOlder(version, since)) before(snapshot)
  onAll((status) => (status.instanceManagerVersion = version))(snapshot)
  for (const { metadata } of snapshot.objects.pods.ok ? snapshot.objects.pods.value : []) {
    metadata.annotations = { ...metadata.annotations, [Annotations.operatorVersion]: version }
  }
  return snapshot
}

function isOlder(a: string, b: string): boolean {
  return a.localeCompare(b, 'en', { numeric: true }) < 0
}

type Answer = ReturnType<typeof answerOf>

function onAll(change: (status: Answer) => void): Change {
  return (snapshot) => {
    for (const { status } of snapshot.instances) if (status.ok) change(status.value)
  }
}

function onStandbys(change: (status: Answer) => void): Change {
  return onAll((status) => {
    if (!status.isPrimary) change(status)
  })
}

function renamed(status: Answer, to: string, from: string): void {
  const members = status as Record<string, unknown>
  members[from] = members[to]
  delete members[to]
}

/** Before 1.20 only the primary told of archiving. */
function withoutArchiver(status: Answer): void {
  for (const member of ['Archived', 'Failed'].flatMap((word) => [`last${word}WAL`, `last${word}WALTime`]))
    delete (status as Record<string, unknown>)[member]
  delete status.isArchivingWAL
}

/** Times as PostgreSQL writes them. */
function timesOfPostgres(status: Answer): void {
  for (const member of ['lastArchivedWALTime', 'lastFailedWALTime'] as const) {
    const text = status[member]
    if (text !== undefined) status[member] = text.replace('T', ' ').replace('Z', '+00')
  }
}

function forSpec(members: readonly string[]): Change {
  return (snapshot) => {
    for (const member of members) delete (snapshot.cluster.spec as unknown as Record<string, unknown>)[member]
  }
}

function forCluster(members: readonly string[]): Change {
  return (snapshot) => {
    for (const member of members) delete (snapshot.cluster.status as Record<string, unknown>)[member]
  }
}
