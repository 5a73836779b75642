import { describe, expect, it } from 'vitest'
import type { UnreadCluster } from '../../src/api/snapshot.ts'
import type { ClusterStatus } from '../../src/model/cluster-status.ts'
import type { Finding, Severity } from '../../src/model/finding.ts'
import { fleetRows, isEmptyContext, unreadProblem } from '../../src/model/fleet.ts'
import { buildStatus } from '../../src/model/status.ts'
import { sortTables } from '../../src/render/table-order.ts'
import { fleetView } from '../../src/render/views/fleet/index.ts'
import { roughly } from '../../src/render/views/fleet/span.ts'
import { recordedSnapshot } from '../helpers/recorded-snapshot.ts'

function member(name: string, findings: Finding[] = [], change: (status: ClusterStatus) => void = () => undefined) {
  const status = buildStatus(recordedSnapshot('healthy'))
  status.summary.name = name
  change(status)
  return { status, findings }
}

const finding = (id: string, severity: Severity): Finding => ({ id, severity, message: id, objects: [] })

function unread(facts: Partial<UnreadCluster> & Pick<UnreadCluster, 'problem'>): UnreadCluster {
  return { context: 'east', ...facts }
}

const TIMEOUT = { ok: false, reason: 'timeout', message: 'no answer', hint: 'look at the network' } as const

describe('the rows of a fleet', () => {
  it('stand worst first: critical, unknown, warning, fine; a note is fine', () => {
    const rows = fleetRows(
      [
        member('note', [finding('fenced', 'info')]),
        member('fine'),
        member('warning', [finding('replica-lag', 'warning')]),
        member('critical', [finding('replica-lag', 'warning'), finding('no-primary', 'critical')]),
      ],
      [unread({ namespace: 'shop', name: 'gone', problem: TIMEOUT })],
    )
    expect(rows.map(({ name, verdict }) => `${name} ${verdict}`)).toEqual([
      'critical CRITICAL',
      'gone UNKNOWN',
      'warning WARNING',
      'fine OK',
      'note OK',
    ])
    expect(rows[0]?.findings).toEqual(['no-primary', 'replica-lag'])
  })

  it('tell each finding once, and the standby that is furthest behind', () => {
    const twice = [finding('replica-lag', 'warning'), finding('replica-lag', 'warning')]
    const [row] = fleetRows(
      [
        member('a', twice, ({ replication }) => {
          replication.standbys[0]!.replayLagBytes = 10
          replication.standbys[1]!.replayLagBytes = 851_443_712
        }),
      ],
      [],
    )
    expect(row).toMatchObject({ findings: ['replica-lag'], lagBytes: 851_443_712 })
  })

  it('do not know what nobody told', () => {
    const [row] = fleetRows(
      [
        member('a', [], (status) => {
          status.replication.standbys = []
          status.certificates = []
          status.backup.lastSuccessfulAt = null
          status.summary.instancesReady = null
        }),
      ],
      [],
    )
    expect(row).toMatchObject({ lagBytes: null, certificateDays: null, backupAge: null, backupConfigured: true })
    const [, cells] = texts([row!])
    expect(cells).toEqual(['rec-main', 'a', 'OK', '?/3', 'mycluster-1', '-', 'never', '-', '-'])
  })
})

/** Titles and rows of the table. */
function texts(rows: Parameters<typeof fleetView>[0], options = { wide: false, contexts: false }): string[][] {
  const [table] = fleetView(rows, options).sections[0]!.blocks
  if (table?.kind !== 'table') throw new Error('no table')
  return [table.columns, ...table.rows.map((cells) => cells.map(({ text }) => text))]
}

describe('the table of a fleet', () => {
  it('names the contexts when there are several, and the reason where nothing is known', () => {
    const rows = fleetRows([member('a')], [unread({ problem: TIMEOUT })])
    const [titles, unknown] = texts(rows, { wide: false, contexts: true })
    expect(titles?.[0]).toBe('Context')
    expect(unknown).toEqual(['east', '-', '-', 'UNKNOWN', '-', '-', '-', '-', '-', 'no answer'])
  })

  it('says when a certificate has expired', () => {
    const expired = member('a', [], ({ certificates }) => (certificates[0]!.daysLeft = -0.5))
    expect(texts(fleetRows([expired], []))[1]?.[7]).toBe('expired')
  })

  it('can be sorted by ages and days', () => {
    const rows = fleetRows(
      [3600 * 30, 90, 86400 * 3].map((seconds, index) =>
        member(`m${index}`, [], (status) => {
          status.backup.lastSuccessfulAt = new Date(Date.parse(status.takenAt) - seconds * 1000).toISOString()
          for (const certificate of status.certificates) certificate.daysLeft = 100 - seconds / 3600
        }),
      ),
      [],
    )
    const document = fleetView(rows, { wide: false, contexts: false })
    const names = (column: string): (string | undefined)[] => {
      const [table] = sortTables(document, column).sections[0]!.blocks
      return table?.kind === 'table' ? table.rows.map((cells) => cells[1]?.text) : []
    }
    expect(names('last-backup')).toEqual(['m1', 'm0', 'm2'])
    expect(names('certificates')).toEqual(['m2', 'm0', 'm1'])
  })

  it.each([
    [0, '0s'],
    [59.9, '59s'],
    [60, '1m'],
    [7199, '1h'],
    [86_399, '23h'],
    [86_400 * 3.9, '3d'],
  ])('shows an age of %d s as %s', (seconds, text) => expect(roughly(seconds)).toBe(text))
})

describe('what could not be read', () => {
  it('is told with its place', () => {
    const lost = unread({ namespace: 'shop', name: 'orders', problem: TIMEOUT })
    expect(unreadProblem(lost)).toMatchObject({ subject: 'cluster east/shop/orders', reason: 'timeout' })
    expect(unreadProblem(unread({ problem: TIMEOUT })).subject).toBe('context east')
  })

  it('is a context without clusters only when there was an answer, and it was for the whole context', () => {
    const missing = { ok: false, reason: 'missing', message: 'there is no cluster' } as const
    expect(isEmptyContext(unread({ problem: missing }))).toBe(true)
    expect(isEmptyContext(unread({ problem: TIMEOUT }))).toBe(false)
    expect(isEmptyContext(unread({ name: 'orders', problem: missing }))).toBe(false)
  })
})
