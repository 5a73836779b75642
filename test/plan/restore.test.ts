import { describe, expect, it } from 'vitest'
import type { ClusterSnapshot } from '../../src/api/snapshot.ts'
import type { BackupFacts } from '../../src/model/backups/report.ts'
import type { RecoveryTarget, RestoreIntent } from '../../src/model/recovery/types.ts'
import { walEnd } from '../../src/model/recovery/window.ts'
import { formatLsn } from '../helpers/lsn.ts'
import { planRestore } from '../../src/plan/restore.ts'
import { goalOfRestore } from '../../src/plan/restore-goal.ts'
import { recordedSnapshot } from '../helpers/recorded-snapshot.ts'
import { backupOf, intent } from '../model/recovery/support.ts'

/** Recoverable from 05:36:09 until 05:45, when WAL file …06 was archived. */
function source(): ClusterSnapshot {
  const snapshot = structuredClone(recordedSnapshot('healthy'))
  snapshot.cluster.status = { ...snapshot.cluster.status, firstRecoverabilityPoint: '2026-11-23T05:36:09Z' }
  for (const { status } of snapshot.instances) {
    if (!status.ok || !status.value.isPrimary) continue
    status.value.lastArchivedWAL = '000000010000000000000006'
    status.value.lastArchivedWALTime = '2026-11-23T05:45:00Z'
    status.value.isArchivingWAL = true
  }
  return snapshot
}

function plan(wish: Partial<RestoreIntent> = {}, ground: Partial<Parameters<typeof planRestore>[0]> = {}) {
  const state = {
    takenAt: '2026-11-23T06:00:00Z',
    namespace: 'rec-main',
    cluster: 'mycluster',
    snapshot: source(),
    backups: [backupOf('nightly')],
    taken: false,
    unread: [],
    ...ground,
  }
  return planRestore(state, { ...intent, ...wish })
}
const ids = (wish?: Partial<RestoreIntent>, ground?: Parameters<typeof plan>[1]) =>
  plan(wish, ground).checks.map(({ id }) => id)
const at = (time: string): RecoveryTarget => ({ kind: 'time', time: `2026-11-23T${time}Z` })

describe('a target', () => {
  it('inside the window is fine', () => {
    expect(ids({ target: at('05:40:00') })).toEqual([])
    expect(ids({ target: { kind: 'lsn', lsn: '0/6000000' } })).toEqual([])
    expect(ids()).toEqual([])
  })

  it.each([
    [
      at('05:30:00'),
      'no-backup',
      'no completed backup ended before 2026-11-23T05:30:00Z; recoverable from 2026-11-23T05:36:09Z',
    ],
    [at('05:50:00'), 'target-beyond-archive', '2026-11-23T05:50:00Z is after the last archived WAL'],
    [at('07:00:00'), 'target-in-future', '2026-11-23T07:00:00Z has not come yet'],
    [{ kind: 'lsn', lsn: '0/1000000' }, 'no-backup', 'no completed backup ended before LSN 0/1000000'],
    [
      { kind: 'lsn', lsn: '0/7000001' },
      'target-beyond-archive',
      'LSN 0/7000001 is behind the end of the last archived WAL file',
    ],
  ] as const)('%o outside of it is refused', (target, id, message) => {
    expect(plan({ target }).checks).toMatchObject([{ id, message: expect.stringContaining(message) as string }])
  })

  it('without a base is refused without guesses', () => {
    expect(plan({ target: at('05:30:00') }).warnings.join()).not.toContain('no Backup object tells')
  })

  it('before the end of the chosen backup is refused', () => {
    expect(ids({ target: at('05:36:08'), backup: 'nightly' })).toEqual(['target-before-backup'])
    expect(ids({ target: { kind: 'lsn', lsn: '0/4000000' }, backup: 'nightly' })).toEqual(['target-before-backup'])
  })

  it('beyond the archive is what --force lets pass, nothing else', () => {
    expect(plan({ target: at('05:50:00') }).checks.map(({ forcible }) => forcible)).toEqual([true])
    expect(plan({ target: at('07:00:00') }).checks.map(({ forcible }) => forcible)).toEqual([false])
  })

  it('is checked as far as the primary tells', () => {
    const silent = source()
    silent.instances = []
    expect(plan({ target: at('05:50:00') }, { snapshot: silent })).toMatchObject({
      checks: [],
      warnings: expect.arrayContaining([
        expect.stringContaining('the end of the archived WAL is not known'),
      ]) as string[],
    })
  })
})

describe('the base', () => {
  const later: BackupFacts = { ...backupOf('later'), stoppedAt: '2026-11-23T05:44:00Z', endLsn: '0/5000100' }
  const failed: BackupFacts = { ...backupOf('bad'), phase: 'failed', error: 'exit status 2', stoppedAt: null }
  const base = (wish: Partial<RestoreIntent>) =>
    plan(wish, { backups: [failed, later, backupOf('nightly')] }).premise['the base']

  it('is the newest backup before the target', () => {
    expect(base({})).toBe('later')
    expect(base({ target: at('05:43:00') })).toBe('nightly')
    expect(base({ backup: 'nightly' })).toBe('nightly')
  })

  it('must be completed', () => {
    const { checks } = plan({ backup: 'bad', target: { kind: 'backup' } }, { backups: [failed] })
    expect(checks).toMatchObject([{ id: 'backup-not-completed', message: 'backup bad failed: exit status 2' }])
    expect(ids({ backup: 'no' })).toEqual(['no-backup'])
  })

  it('needs its own WAL in the archive', () => {
    const needs = (endWal: string) => plan({}, { backups: [{ ...backupOf('nightly'), endWal }] }).warnings.join()
    expect(needs('000000010000000000000007')).toContain(
      'backup nightly needs WAL file 000000010000000000000007, which is not archived yet (last: 000000010000000000000006)',
    )
    expect(needs('000000010000000000000006')).not.toContain('not archived yet')
    expect(needs('000000020000000000000007')).not.toContain('not archived yet')
  })

  it('need not be known where the store tells of a point of recoverability', () => {
    const { checks, warnings } = plan({ target: at('05:40:00') }, { backups: [] })
    expect(checks).toEqual([])
    expect(warnings).toContain('no Backup object tells of the base: the operator looks for it in the store')
  })

  it('of another major version needs its image', () => {
    const snapshot = source()
    snapshot.cluster.status = { ...snapshot.cluster.status, pgDataImageInfo: { majorVersion: 16 } }
    expect(ids({}, { snapshot })).toEqual(['other-major'])
    expect(ids({ image: 'pg:15' }, { snapshot })).toEqual([])
  })
})

describe('the new cluster', () => {
  it('must have a free name and a folder of its own', () => {
    expect(ids({}, { taken: true })).toEqual(['name-taken'])
    expect(ids({ serverName: 'mycluster' })).toEqual(['archives-over'])
    expect(ids({ serverName: 'mycluster', archive: false })).toEqual([])
    expect(ids({ name: 'mycluster' }, { taken: true })).toEqual(['name-taken', 'archives-over'])
  })

  it('of a cluster that is gone needs the size of its volumes, and its image', () => {
    expect(ids({ backup: 'nightly', target: { kind: 'backup' } }, { snapshot: null })).toEqual([
      'no-storage',
      'no-image',
    ])
    const given = { backup: 'nightly', target: { kind: 'backup' }, storageSize: '5Gi', image: 'pg:15' } as const
    expect(ids(given, { snapshot: null })).toEqual([])
  })

  it('of a plugin of a cluster that is gone needs the store', () => {
    const plugin: BackupFacts = { ...backupOf('p'), method: 'plugin', plugin: 'barman-cloud.cloudnative-pg.io' }
    const given = { storageSize: '5Gi', image: 'pg:15' }
    expect(ids(given, { snapshot: null, backups: [plugin] })).toEqual(['no-source'])
    expect(ids({ ...given, objectStore: 's' }, { snapshot: null, backups: [plugin] })).toEqual([])
  })

  it('from snapshots of a running server needs an archive', () => {
    const snapshot = source()
    snapshot.cluster.spec.backup = { volumeSnapshot: {} }
    const snap: BackupFacts = {
      ...backupOf('snap'),
      method: 'volumeSnapshot',
      snapshots: [{ name: 'snap', type: 'PG_DATA', tablespace: null }],
    }
    const end = { backup: 'snap', target: { kind: 'backup' } } as const
    expect(ids(end, { snapshot, backups: [snap] })).toEqual(['no-archive'])
    expect(ids(end, { snapshot, backups: [{ ...snap, online: false }] })).toEqual([])
  })
})

it('the end of a WAL file is the beginning of the next', () => {
  expect(formatLsn(walEnd('000000010000000000000006') ?? 0n)).toBe('0/7000000')
  expect(formatLsn(walEnd('0000000300000002000000FF') ?? 0n)).toBe('3/0')
  expect(formatLsn(walEnd('000000010000000000000006', 64n << 20n) ?? 0n)).toBe('0/1C000000')
  expect(walEnd('00000002.history')).toBeNull()
})

describe('a restored cluster', () => {
  it('is proved by its primary', () => {
    expect(goalOfRestore()(recordedSnapshot('restored'))).toMatchObject({
      verdict: 'proved',
      reason: expect.stringMatching(/ answers as the primary, timeline \d+; \d of \d instances? ready$/) as string,
    })
  })

  it('is running while its first instance is being made', () => {
    expect(goalOfRestore()(recordedSnapshot('restoring'))).toMatchObject({
      verdict: 'running',
      phases: [{ text: 'Setting up primary' }],
    })
  })

  it('failed when the operator says so', () => {
    const snapshot = structuredClone(recordedSnapshot('restoring'))
    snapshot.cluster.status = {
      ...snapshot.cluster.status,
      phase: 'Cluster is unrecoverable and needs manual intervention',
    }
    expect(goalOfRestore()(snapshot).verdict).toBe('failed')
  })
})
