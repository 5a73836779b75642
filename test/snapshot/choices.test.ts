import { describe, expect, it } from 'vitest'
import type { InstanceStatus } from '../../src/api/instance-status.ts'
import type { InstanceReading } from '../../src/api/snapshot.ts'
import { questionsOf } from '../../src/snapshot/questions.ts'
import { parseAge, relevantBackups } from '../../src/snapshot/relevant-backups.ts'
import { claimMounts, parseDf } from '../../src/snapshot/volumes.ts'
import { aCluster, aPod } from './support/objects.ts'

describe('which Backups are read in full', () => {
  const relevant = (list: [name: string, age: string, phase: string][]) =>
    relevantBackups(
      list.map(([name, age, phase]) => ({ namespace: 'shop', name, cells: { Name: name, Age: age, Phase: phase } })),
    ).map(({ name }) => name)

  it('the newest, the newest completed, the newest failed and those under way', () => {
    const chosen = relevant([
      ['a-old', '30d', 'completed'],
      ['b-done', '2d', 'completed'],
      ['c-failed-old', '3d', 'failed'],
      ['d-failed', '26h', 'failed'],
      ['e-running', '5m', 'running'],
      ['f-new', '40s', ''],
    ])
    expect(chosen.toSorted()).toEqual(['b-done', 'd-failed', 'e-running', 'f-new'])
  })

  it('one that waits for WAL archiving is under way, beside the newest that failed', () => {
    const chosen = relevant([
      ['a-failed', '3d', 'failed'],
      ['b-waits', '2d', 'walArchivingFailing'],
      ['c-invalid', '26h', 'invalid backup definition'],
      ['d-done', '5m', 'completed'],
    ])
    expect(chosen.toSorted()).toEqual(['b-waits', 'c-invalid', 'd-done'])
  })

  it('all that may be the newest, as ages are rounded', () => {
    const chosen = relevant([...'abcdefgh'].map((name) => [name, '9d', 'completed']))
    expect(chosen).toEqual(['h', 'g', 'f', 'e', 'd'])
  })

  it('few of many', () => {
    const many = Array.from({ length: 1000 }, (_, day): [string, string, string] => [
      `b-${day}`,
      `${day}d`,
      'completed',
    ])
    expect(relevant(many)).toEqual(['b-0'])
  })

  it.each([
    ['45s', 45],
    ['5m12s', 312],
    ['33h', 118_800],
    ['3d4h', 273_600],
    ['2y34d', 66_009_600],
    ['<unknown>', 0],
  ])('reads the age %s', (text, seconds) => expect(parseAge(text)).toBe(seconds))
})

describe('what is asked by SQL and df', () => {
  const pods = [aPod('orders', 1), aPod('orders', 2), aPod('orders', 3)]

  function ask(statuses: InstanceStatus[], verbose = 0) {
    const readings = statuses.map((value, index): InstanceReading => ({
      pod: `orders-${index + 1}`,
      status: { ok: true, value, at: '2026-11-23T06:00:00Z', via: 'proxy' },
      metrics: { ok: false, reason: 'timeout', message: '' },
      failures: [],
    }))
    const questions = questionsOf(aCluster('orders'), pods, readings, { verbose })
    return questions.map(({ pod, sql, volumes }) => `${pod.metadata.name}${sql ? ' sql' : ''}${volumes ? ' df' : ''}`)
  }

  it('nothing of a cluster that is well', () => {
    const well = {
      loadedConfigurationHash: 'x',
      lastArchivedWALTime: '2026-11-23T05:00:00Z',
      lastFailedWALTime: '-infinity',
    }
    expect(ask([{ ...well, isPrimary: true }, well, well])).toEqual([])
  })

  it('which setting waits for a restart', () => {
    expect(ask([{}, { pendingRestart: true }, { pendingRestartForDecrease: true }])).toEqual([
      'orders-2 sql',
      'orders-3 sql',
    ])
  })

  it('what is wrong with a configuration that differs', () => {
    const hashes = ['new', 'old', 'new'].map((loadedConfigurationHash) => ({ loadedConfigurationHash }))
    expect(ask(hashes)).toEqual(['orders-2 sql'])
  })

  it('what is wrong where a setting is not in force as the Cluster has it', () => {
    const cluster = aCluster('orders')
    cluster.spec.postgresql = { parameters: { work_mem: 'banana' } }
    const reading = (settings: Record<string, number>): InstanceReading => ({
      pod: 'orders-1',
      status: { ok: true, value: {}, at: '2026-11-23T06:00:00Z', via: 'proxy' },
      metrics: { ok: true, value: { settings }, at: '2026-11-23T06:00:00Z', via: 'proxy' },
      failures: [],
    })
    expect(questionsOf(cluster, pods, [reading({ work_mem: 4096 })], { verbose: 0 })).toMatchObject([
      { sql: true, volumes: false },
    ])
    cluster.spec.postgresql.parameters = { work_mem: '4MB' }
    expect(questionsOf(cluster, pods, [reading({ work_mem: 4096 })], { verbose: 0 })).toEqual([])
  })

  it('how much room is left where the archive fails', () => {
    const failing = { lastArchivedWALTime: '2026-11-23T05:00:00Z', lastFailedWALTime: '2026-11-23T05:00:01Z' }
    expect(ask([{ ...failing, isPrimary: true }, failing])).toEqual(['orders-1 df'])
    expect(ask([{ lastFailedWALTime: '2026-11-23T05:00:01Z', isPrimary: true }])).toEqual(['orders-1 df'])
  })

  it('everything with -v, of those that answered', () => {
    expect(ask([{}, {}], 1)).toEqual(['orders-1 sql df', 'orders-2 sql df'])
  })
})

describe('free space', () => {
  it('of the volumes that are claims', () => {
    const pod = aPod('orders', 1)
    pod.spec.volumes = [
      { name: 'pgdata', persistentVolumeClaim: { claimName: 'orders-1' } },
      { name: 'scratch-data' },
      { name: 'pg-wal', persistentVolumeClaim: { claimName: 'orders-1-wal' } },
    ]
    pod.spec.containers![0]!.volumeMounts = [
      { name: 'pgdata', mountPath: '/var/lib/postgresql/data' },
      { name: 'scratch-data', mountPath: '/run' },
      { name: 'pg-wal', mountPath: '/var/lib/postgresql/wal' },
    ]
    expect(claimMounts(pod)).toEqual(['/var/lib/postgresql/data', '/var/lib/postgresql/wal'])
  })

  it('as df prints it, without the mounts it did not mean', () => {
    const text = [
      'Filesystem                1024-blocks    Used Available Capacity Mounted on',
      '/dev/mapper/a long name       1048576  524288    500000      52% /var/lib/postgresql/data',
      'overlay                        999999       1    999998       1% /',
    ].join('\n')
    expect(parseDf(text, ['/var/lib/postgresql/data', '/var/lib/postgresql/wal'])).toEqual([
      { mount: '/var/lib/postgresql/data', totalBytes: 1048576 * 1024, freeBytes: 500000 * 1024 },
    ])
  })
})
