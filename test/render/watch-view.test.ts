import { readdirSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import type { Connection } from '../../src/api/connection.ts'
import type { ClusterSnapshot } from '../../src/api/snapshot.ts'
import { createPainter } from '../../src/host/painter.ts'
import { withLagSample, type LagHistory } from '../../src/model/lag-history.ts'
import { assess } from '../../src/model/rules/assess.ts'
import { buildStatus } from '../../src/model/status.ts'
import { changesBetween, type Change } from '../../src/render/changes.ts'
import { ASCII, UNICODE } from '../../src/render/glyphs.ts'
import { eventText, isEvent } from '../../src/render/views/watch/events.ts'
import { watchLines } from '../../src/render/views/watch/index.ts'
import { statusView } from '../../src/render/views/status/index.ts'
import { root } from '../helpers/process.ts'
import { recordedSnapshot } from '../helpers/recorded-snapshot.ts'
import { answerOf, clusterOf } from '../helpers/snapshots.ts'

const plain = await createPainter(false)
const colours = await createPainter(true)

interface Options {
  columns?: number
  rows?: number
  coloured?: boolean
  ascii?: boolean
  connection?: Connection
  heardAt?: string
  lag?: LagHistory
  changes?: readonly Change[]
}

function viewOf(snapshot: ClusterSnapshot) {
  const status = buildStatus(snapshot)
  return statusView(status, assess(status), { verbosity: 0, wide: false })
}

function draw(snapshot: ClusterSnapshot, options: Options = {}): string[] {
  const { columns = 80, rows = 24, changes = [] } = options
  const status = buildStatus(snapshot)
  return watchLines(
    {
      view: viewOf(snapshot),
      status,
      connection: options.connection ?? { state: 'live' },
      heardAt: options.heardAt ?? snapshot.takenAt,
      intervalMs: 2000,
      lag: options.lag ?? new Map(),
      marks: new Set(changes.map(({ key }) => key)),
      events: changes.filter(isEvent).map((change) => ({ at: snapshot.takenAt, change })),
    },
    {
      columns,
      rows,
      headers: true,
      painter: options.coloured === true ? colours : plain,
      glyphs: options.ascii === true ? ASCII : UNICODE,
    },
  )
}

/** The event lines between two pictures, as of the time of the second. */
function eventsBetween(before: ClusterSnapshot, after: ClusterSnapshot): string[] {
  const changes = changesBetween(viewOf({ ...before, takenAt: after.takenAt }), viewOf(after))
  return changes.filter(isEvent).map((change) => eventText(change, '->'))
}

const states = readdirSync(`${root}test/fixtures/states`)

describe('the picture', () => {
  test.each([
    [80, 24],
    [120, 40],
    [40, 20],
    [200, 60],
  ])('of every recorded state fits %i columns and %i rows, with every instance in it', (columns, rows) => {
    for (const state of states) {
      const snapshot = recordedSnapshot(state)
      const lines = draw(snapshot, { columns, rows })
      expect(lines, state).toHaveLength(rows)
      expect(
        lines.filter((line) => line.length > columns),
        state,
      ).toEqual([])
      const { instances, summary } = buildStatus(snapshot)
      for (const { name } of instances.slice(0, 4)) {
        const short = `…${name.slice(summary.name.length)}`
        expect(
          lines.some((line) => line.includes(name) || line.startsWith(short)),
          `${state}: ${name}`,
        ).toBe(true)
      }
    }
  })

  test('on a low terminal says how much is not there, on a high one shows the whole status', () => {
    const low = draw(recordedSnapshot('healthy'))
    expect(low.at(-1)).toMatch(/^… \d+ more lines {3}q: quit$/)
    expect(low.some((line) => /^Status: +Cluster in healthy state$/.test(line))).toBe(true)
    expect(low).not.toContain('Certificates Status')
    const high = draw(recordedSnapshot('healthy'), { columns: 200, rows: 60 })
    expect(high.at(-1)).toBe('q: quit')
    for (const heading of ['Certificates Status', 'Continuous Backup status', 'Streaming Replication status']) {
      expect(high).toContain(heading)
    }
  })

  test('on the smallest terminals breaks nothing', () => {
    for (const [columns, rows] of [
      [20, 5],
      [10, 2],
      [1, 1],
    ] as const) {
      const lines = draw(recordedSnapshot('failover-running-b'), { columns, rows, ascii: true })
      expect(lines.length).toBeLessThanOrEqual(rows)
      expect(lines.filter((line) => line.length > columns)).toEqual([])
    }
  })

  test('tells time, cluster, context, interval and state, the less important only where there is room', () => {
    const snapshot = recordedSnapshot('healthy')
    snapshot.source.context = 'production-eu'
    const time = `${snapshot.takenAt.slice(11, 19)} UTC`
    expect(draw(snapshot)[0]).toBe(`${time}  rec-main/mycluster  context production-eu  every 2s  live`)
    expect(draw(snapshot, { columns: 40 })[0]).toBe(`${time}  rec-main/mycluster  live`)
  })

  test('without a connection keeps the last picture, and says of when it is and why', () => {
    const snapshot = recordedSnapshot('healthy')
    const now = Date.parse(snapshot.takenAt)
    const ago = (seconds: number) => new Date(now - seconds * 1000).toISOString()
    const connection = { state: 'lost', since: ago(4), reason: 'connection refused \u001b[2J' } as const
    const lines = draw(snapshot, { connection, heardAt: ago(6) })
    expect(lines[0]).toContain('CONNECTION LOST 4s ago, trying again')
    expect(lines[1]).toBe(`The picture is of ${ago(6).slice(11, 19)} UTC. connection refused \\x1b[2J`)
    expect(lines.some((line) => line.startsWith('mycluster-1 '))).toBe(true)
    expect(draw(snapshot, { connection: { state: 'deleted', since: ago(3) } })[0]).toContain('CLUSTER DELETED 3s ago')
  })

  test('does not call live what has been silent for long', () => {
    const snapshot = recordedSnapshot('healthy')
    const heardAt = new Date(Date.parse(snapshot.takenAt) - 9000).toISOString()
    expect(draw(snapshot, { heardAt })[0]).toMatch(/no answer for 9s$/)
  })
})

describe('the curve of the lag', () => {
  function lagOf(state: string, samples: readonly (number | null)[]): LagHistory {
    return new Map([['mycluster-2', samples]])
  }

  test('stands beside its standby, on one scale, with gaps where nothing is known', () => {
    const snapshot = recordedSnapshot('lagging-replica')
    const lag = lagOf('lagging-replica', [0, null, 10_000_000, 110_000_000])
    const row = (lines: string[]) => lines.findLast((line) => line.startsWith('mycluster-2'))
    expect(row(draw(snapshot, { lag, columns: 120 }))).toContain('105 MB  ▁·▂█')
    expect(row(draw(snapshot, { lag, columns: 120, ascii: true }))).toContain('105 MB  _?.#')
  })

  test('of a few bytes is no mountain', () => {
    const lag = lagOf('healthy', [0, 500, 4000])
    expect(draw(recordedSnapshot('healthy'), { lag, columns: 120 }).join('\n')).toContain('4000 B  ▁▂▂')
  })

  test('has one sample per round, of standbys that the primary tells of', () => {
    const lagging = buildStatus(recordedSnapshot('lagging-replica'))
    const down = buildStatus(recordedSnapshot('failover-running-b'))
    let lag: LagHistory = new Map()
    for (const status of [lagging, down, lagging, lagging]) lag = withLagSample(lag, status, 3)
    const behind = lagging.replication.standbys.find(({ name }) => name === 'mycluster-2')?.replayLagBytes
    expect(behind).toBeGreaterThan(100_000_000)
    expect(Object.fromEntries(lag)).toEqual({
      'mycluster-1': [null, null, null],
      'mycluster-2': [null, behind, behind],
      'mycluster-3': [null, 0, 0],
    })
  })
})

describe('changes', () => {
  test('of a failover are told in words: roles, state, findings', () => {
    const events = eventsBetween(recordedSnapshot('failover-running-b'), recordedSnapshot('failover-done'))
    expect(events).toContain('mycluster-1: Standby (not streaming) -> Primary')
    expect(events).toContain('Ready instances: 3 (was 2)')
    expect(events.some((line) => line.startsWith('over: CRITICAL no primary'))).toBe(true)
  })

  test('are not made by time, positions and figures', () => {
    const before = recordedSnapshot('lagging-replica')
    const after = recordedSnapshot('lagging-replica')
    after.takenAt = new Date(Date.parse(before.takenAt) + 3000).toISOString()
    const primary = answerOf(after, 'mycluster-1')
    primary.currentLsn = '0/3EE5F610'
    for (const row of primary.replicationInfo ?? [])
      Object.assign(row, { sentLsn: '0/3EE5F610', replayLag: '00:00:09' })
    expect(eventsBetween(before, after)).toEqual([])
  })

  test('are marked where they are: by a star, or in reverse', () => {
    const before = recordedSnapshot('healthy')
    const after = recordedSnapshot('healthy')
    clusterOf(after).status.phase = 'Failing over'
    const changes = changesBetween(viewOf(before), viewOf(after))
    expect(changes.map(({ subject, after: text }) => [subject, text])).toContainEqual(['Status:', 'Failing over'])
    const starred = draw(after, { changes })
    expect(starred.find((line) => line.startsWith('Status:'))).toMatch(/Failing over\*$/)
    expect(starred.at(-1)).toContain('* changed in the last 10s')
    const reversed = draw(after, { changes, coloured: true })
    expect(reversed.find((line) => line.startsWith('Status:'))).toContain('\u001b[7m')
  })
})
