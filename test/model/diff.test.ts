import { describe, expect, it } from 'vitest'

import type { ClusterSnapshot } from '../../src/api/snapshot.ts'
import { compare, type Compared } from '../../src/model/diff/compare.ts'
import { SECTIONS } from '../../src/model/diff/sections.ts'
import { assess } from '../../src/model/rules/assess.ts'
import { buildStatus } from '../../src/model/status.ts'
import { recordedSnapshot, recordedStates } from '../helpers/recorded-snapshot.ts'
import { answerOf, clusterOf, podOf } from '../helpers/snapshots.ts'

function side(snapshot: ClusterSnapshot): Compared {
  const status = buildStatus(snapshot)
  return { source: 'test', snapshot, status, findings: assess(status) }
}

/** Differences as `section | what | left | right`. */
function differences(left: ClusterSnapshot, right: ClusterSnapshot): string[] {
  return compare(side(left), side(right)).differences.map(({ section, subject, field, left: a, right: b }) =>
    [section, [subject, field].filter(Boolean).join(': '), a ?? '-', b ?? '-'].join(' | '),
  )
}

/** What differs between a recorded state and the same after a change. */
function afterChange(state: string, change: (snapshot: ClusterSnapshot) => void): string[] {
  const changed = recordedSnapshot(state)
  change(changed)
  return differences(recordedSnapshot(state), changed)
}

/** A later moment at which only what always moves has moved. */
function later(snapshot: ClusterSnapshot): ClusterSnapshot {
  snapshot.takenAt = new Date(Date.parse(snapshot.takenAt) + 30_000).toISOString()
  for (const { status } of snapshot.instances) {
    if (!status.ok || !status.value.currentLsn) continue
    status.value.currentLsn = status.value.currentLsn.replace(/.$/, 'F')
    status.value.lastArchivedWALTime = snapshot.takenAt
    for (const row of status.value.replicationInfo ?? []) row.replayLag = '00:00:00.123'
  }
  return snapshot
}

describe('a comparison by meaning', () => {
  it.each(recordedStates())('%s does not differ from itself', (state) => {
    const result = compare(side(recordedSnapshot(state)), side(recordedSnapshot(state)))
    expect(result).toMatchObject({ same: true, differences: [] })
  })

  it.each(['healthy', 'healthy-sync', 'replica-cluster', 'operator-1.15.1-healthy'])(
    '%s does not differ from what it is half a minute later',
    (state) => expect(differences(recordedSnapshot(state), later(recordedSnapshot(state)))).toEqual([]),
  )

  it.each<[string, (snapshot: ClusterSnapshot) => void, string[]]>([
    [
      'a parameter',
      (s) => (clusterOf(s).spec.postgresql = { ...s.cluster.spec.postgresql, parameters: { work_mem: '8MB' } }),
      ['Parameters | work_mem | - | 8MB'],
    ],
    [
      'the image that is wanted',
      (s) => (clusterOf(s).status.image = 'pg:99'),
      ['Summary | PostgreSQL image | ghcr.io/cloudnative-pg/postgresql:15.18 | pg:99'],
    ],
    [
      'the node of an instance',
      (s) => (podOf(s, 'mycluster-2').spec.nodeName = 'node9'),
      ['Instances | mycluster-2: node | node1 | node9'],
    ],
    [
      'the state of a slot',
      (s) => (answerOf(s, 'mycluster-1').replicationSlotsInfo![0]!.walStatus = 'extended'),
      [/^Replication slots \| _cnpg_mycluster_\d: WAL status \| reserved \| extended$/ as unknown as string],
    ],
    [
      'the end of a certificate',
      (s) => (clusterOf(s).status.certificates!.expirations!['mycluster-ca'] = '2028-01-01 00:00:00 +0000 UTC'),
      [/^Certificates \| mycluster-ca: ends \| 2027-02-21T.* \| 2028-01-01T/ as unknown as string],
    ],
    [
      'a setting of the spec by its path',
      (s) => (clusterOf(s).spec.storage = { size: '7Gi' }),
      [/^Specification \| storage\.size \| .* \| 7Gi$/ as unknown as string],
    ],
  ])('tells of %s', (_what, change, expected) => {
    const found = afterChange('healthy-sync', change)
    for (const line of expected) {
      expect(found).toContainEqual(typeof line === 'string' ? line : expect.stringMatching(line))
    }
  })

  it('tells of findings by their severity, with the words of each side', () => {
    expect(differences(recordedSnapshot('healthy'), recordedSnapshot('lagging-replica'))).toContain(
      'Findings | replica-lag mycluster-2 | - | warning: mycluster-2 replays 110 MB behind the primary (7s); replay is paused there',
    )
  })

  it('says once that a subject is only on one side', () => {
    const found = differences(recordedSnapshot('healthy'), recordedSnapshot('base-backup-streaming'))
    expect(found.filter((line) => line.includes('mycluster-4') && line.startsWith('Instances'))).toEqual([
      'Instances | mycluster-4 | - | there',
    ])
  })

  it("takes names made from the cluster's own for the same, and shows them as they are", () => {
    const other = recordedSnapshot('two-clusters-one-namespace-ab')
    const found = differences(recordedSnapshot('two-clusters-one-namespace'), other)
    expect(found).toEqual(['Summary | System ID | 7711240872785309716 | 7711240886676099092'])
    podOf(other, 'ab-1').spec.nodeName = 'node9'
    expect(differences(recordedSnapshot('two-clusters-one-namespace'), other)).toContain(
      'Instances | a-1: node | node1 | node9',
    )
  })

  it('does not compare what one side could not read, and says so', () => {
    const blind = recordedSnapshot('healthy')
    blind.objects.poolers = { ok: false, reason: 'forbidden', message: 'no' }
    const result = compare(side(recordedSnapshot('healthy')), side(blind))
    expect(result.notCompared).toEqual([{ section: 'Poolers', side: 'right', reason: 'not permitted' }])
    expect(result.differences.filter(({ section }) => section === 'Poolers')).toEqual([])
  })

  it('does not take for a difference what one side merely does not know', () => {
    const blind = recordedSnapshot('healthy-sync')
    for (const reading of blind.instances) {
      reading.status = { ok: false, reason: 'missing', message: 'not asked (--via none)' }
    }
    const found = differences(recordedSnapshot('healthy-sync'), blind)
    expect(found.filter((line) => /manager version|Timeline|lag|WAL/.test(line))).toEqual([])
    expect(found).toContain('Instances | mycluster-2: status | OK | not answering (missing)')
  })

  it('knows the place of every section', () => {
    const found = recordedStates().flatMap((state) =>
      compare(side(recordedSnapshot('healthy-single')), side(recordedSnapshot(state, 1))).differences.map(
        ({ section }) => section,
      ),
    )
    expect(new Set(found).size).toBeGreaterThan(10)
    expect([...new Set(found)].filter((section) => !SECTIONS.includes(section))).toEqual([])
  })
})
