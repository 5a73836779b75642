import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { Cluster } from '../../../src/api/cluster.ts'
import type { Backup } from '../../../src/api/companions.ts'
import { backupFacts } from '../../../src/model/backups/report.ts'
import { scheduleFacts } from '../../../src/model/backups/schedules.ts'
import { renderText } from '../../../src/render/text.ts'
import { backupListView } from '../../../src/render/views/backups/list.ts'
import { schedulesView } from '../../../src/render/views/backups/schedules.ts'
import { backupView } from '../../../src/render/views/backups/show.ts'

/** Backups of a real operator: test/fixtures/commands/backup-objects.json. */
const file = new URL('../../fixtures/commands/backup-objects.json', import.meta.url)
const recorded = JSON.parse(readFileSync(file, 'utf8')) as Backup[]
const cluster = {
  metadata: { name: 'demo', namespace: 'cmd-a' },
  spec: { instances: 3, backup: { retentionPolicy: '30d', barmanObjectStore: {} } },
} as Cluster
const snapshot: Backup = {
  metadata: { name: 'snap', namespace: 'cmd-a', creationTimestamp: '2026-09-01T00:00:00Z' },
  spec: { cluster: { name: 'demo' }, method: 'volumeSnapshot', online: false },
  status: {
    phase: 'completed',
    startedAt: '2026-09-01T00:00:01Z',
    stoppedAt: '2026-09-01T00:01:01Z',
    snapshotBackupStatus: {
      elements: [
        { name: 'snap', type: 'PG_DATA' },
        { name: 'snap-tbs-hot', type: 'PG_TABLESPACE', tablespaceName: 'hot' },
      ],
    },
  },
}
const objects = {
  takenAt: '2026-11-23T06:30:00Z',
  backups: [...recorded.filter(({ metadata }) => metadata.name !== 'b3-pending'), snapshot],
  clusters: [cluster],
  clustersKnown: true,
  stores: [],
  snapshots: [
    { metadata: { name: 'snap', namespace: 'cmd-a' }, status: { restoreSize: '10Gi' } },
    { metadata: { name: 'snap-tbs-hot', namespace: 'cmd-a' }, status: { restoreSize: '5Gi' } },
  ],
}
const facts = backupFacts(objects)
const painter = { enabled: false, paint: (_tone: unknown, text: string) => text }
const plain = { painter, width: undefined }
const where = { wide: false, namespaces: false, clusters: false, where: 'in namespace cmd-a' }
const find = (name: string) => facts.find((each) => each.name === name)!

describe('the list of backups', () => {
  it('tells how each ended, what keeps it, and which a restore begins from', async () => {
    const text = renderText(backupListView(facts, { ...where, clusters: true }), plain)
    await expect(text).toMatchFileSnapshot('../../goldens/backup-list/list.txt')
    expect(text.match(/base of a restore now/g)).toHaveLength(1)
  })

  it('has all there is in its wide form', async () => {
    const text = renderText(backupListView(facts, { ...where, namespaces: true, clusters: true, wide: true }), plain)
    await expect(text).toMatchFileSnapshot('../../goldens/backup-list/list-wide.txt')
  })

  it('shows no control characters of the cluster', () => {
    const evil = { ...find('b6'), error: 'a\u001b[31mb\nc' }
    expect(renderText(backupListView([evil], where), plain)).not.toContain('\u001b')
    expect(renderText(backupView(evil, { progress: null, restore: null }), plain)).not.toContain('\u001b')
  })

  it('calls no cluster gone that only could not be read', () => {
    const [first] = backupFacts({ ...objects, clusters: [], clustersKnown: false })
    expect(first).toMatchObject({ clusterMissing: false, retention: null })
  })

  it('says where there is nothing', () => {
    expect(renderText(backupListView([], where), plain)).toBe('No backups found in namespace cmd-a\n')
  })
})

describe('one backup', () => {
  it('of volume snapshots shows them, and their size', async () => {
    const text = renderText(
      backupView(find('snap'), { progress: null, restore: 'kubectl cnpg restore demo --backup snap' }),
      plain,
    )
    await expect(text).toMatchFileSnapshot('../../goldens/backup-list/show-snapshot.txt')
  })

  it('to an object store shows where it lies', async () => {
    const text = renderText(backupView(find('b2'), { progress: null, restore: null }), plain)
    await expect(text).toMatchFileSnapshot('../../goldens/backup-list/show.txt')
  })
})

it('schedules tell when they run next, and which are late or suspended', async () => {
  const schedule = (name: string, next: string | null, more = {}) =>
    scheduleFacts(
      {
        metadata: { name, namespace: 'cmd-a' },
        spec: { schedule: '0 0 3 * * *', cluster: { name: 'demo' }, ...more },
        status: { lastScheduleTime: '2026-11-22T03:00:00Z', ...(next === null ? {} : { nextScheduleTime: next }) },
      },
      objects.takenAt,
    )
  const rows = [
    schedule('nightly', '2026-11-24T03:00:00Z'),
    schedule('behind', '2026-11-23T03:00:00Z'),
    schedule('off', null, {
      suspend: true,
      method: 'plugin',
      pluginConfiguration: { name: 'barman-cloud.cloudnative-pg.io' },
    }),
  ]
  await expect(renderText(schedulesView(rows, where), plain)).toMatchFileSnapshot(
    '../../goldens/backup-list/schedules.txt',
  )
  expect(renderText(schedulesView([], where), plain)).toBe('No scheduled backups found in namespace cmd-a\n')
})
