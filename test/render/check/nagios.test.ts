import { describe, expect, it } from 'vitest'
import { clusterCheck } from '../../../src/model/check/cluster-check.ts'
import type { ClusterCheck } from '../../../src/model/check/report.ts'
import { checkReport } from '../../../src/model/check/whole-check.ts'
import { assess } from '../../../src/model/rules/assess.ts'
import { parseThresholds } from '../../../src/model/rules/thresholds.ts'
import { RULES } from '../../../src/model/rules/table.ts'
import type { ClusterStatus } from '../../../src/model/cluster-status.ts'
import { nagiosText } from '../../../src/render/check/nagios.ts'
import { parsePerfdata } from '../../helpers/perfdata.ts'
import { healthyStatus, NOW, rowOf } from '../../helpers/status-builder.ts'

function checkOf(change: (status: ClusterStatus) => void, texts: Record<string, string> = {}): ClusterCheck {
  const status = healthyStatus(change)
  const thresholds = parseThresholds(RULES, texts)
  const findings = assess(status, { thresholds })
  return clusterCheck({ status, findings, unseen: [], thresholds, acknowledged: new Map() })
}

function output(clusters: ClusterCheck[], single: boolean): string[] {
  const report = checkReport({ takenAt: NOW, seconds: 0.1, clusters, failures: [], changes: [], single })
  return nagiosText(report, { single }).split('\n')
}

describe('the first line', () => {
  it('holds state, sentence and performance data', () => {
    const [first, ...rest] = output([checkOf(() => undefined)], true)
    expect(first).toMatch(
      /^CNPG OK - mycluster: 3\/3 instances ready, primary mycluster-1 \| instances=3;;;0 ready=3;;;0 /,
    )
    expect(rest).toEqual([''])
  })

  it('has no bar and no control character in the sentence', () => {
    const nasty = checkOf((status) => {
      status.archiving.conditionMessage = 'exit status 1 | \u001b[31m\u0007now'
      status.archiving.state = 'failing'
      status.archiving.conditionSince = status.takenAt
    })
    const lines = output([nasty], true)
    expect(lines[0]?.split('|')).toHaveLength(2)
    expect(lines.slice(1).join('\n')).not.toContain('|')
    expect(lines.join('')).not.toMatch(/[\u0000-\u001f]/)
    expect(lines[0]).toContain('1 / \\x1b[31m\\x07now')
  })

  it('tells the first of several reasons and how many more there are', () => {
    const ailing = checkOf((status) => {
      rowOf(status, 'mycluster-2').replayLagBytes = 20 * 1024 ** 2
      Object.assign(status.certificates[0]!, { daysLeft: 1, userGiven: true })
    })
    const lines = output([ailing], true)
    expect(lines[0]).toMatch(/^CNPG CRITICAL - mycluster: certificate .* \(\+1 more\) \| /)
    expect(lines.slice(1).map((line) => line.split(':')[0])).toEqual([
      'CRITICAL certificate-expiring-user',
      'WARNING replica-lag',
      '',
    ])
  })
})

describe('performance data', () => {
  it('fits the published grammar, with names and units that stay', () => {
    const [first = ''] = output([checkOf(() => undefined, { 'lag-bytes': '1MB:16MB,@~:10' })], true)
    const figures = parsePerfdata(first)
    expect(figures.map(({ label, uom }) => `${label} ${uom}`)).toMatchInlineSnapshot(`
      [
        "instances ",
        "ready ",
        "archiving_failing_seconds s",
        "wals_waiting ",
        "archive_age_seconds s",
        "lag_bytes B",
        "lag_seconds s",
        "slot_wal_bytes B",
        "certificate_days ",
        "backup_age_seconds s",
        "schedule_delay_seconds s",
      ]
    `)
    expect(figures.find(({ label }) => label === 'lag_bytes')).toMatchObject({
      warning: '1048576:16777216',
      critical: '@~:10',
      min: '0',
    })
  })

  it('says U for what is not known', () => {
    const [first = ''] = output([checkOf((status) => (status.archiving.waiting = null))], true)
    expect(parsePerfdata(first).find(({ label }) => label === 'wals_waiting')?.value).toBeNull()
  })

  it('carries the place of each cluster where there are several', () => {
    const other = checkOf((status) => {
      status.context = 'arn:aws:eks=prod|x it'
      status.summary.name = 'orders'
    })
    const [first = ''] = output([checkOf(() => undefined), other], false)
    const labels = parsePerfdata(first).map(({ label }) => label)
    expect(labels).toContain('default/mycluster::lag_bytes')
    expect(labels).toContain('arn:aws:eks_prod_x it/default/orders::lag_bytes')
    expect(new Set(labels).size).toBe(labels.length)
  })
})

describe('several clusters', () => {
  it('are counted, the worst first, a line each', () => {
    const named = (name: string, change: (status: ClusterStatus) => void) =>
      checkOf((status) => {
        status.summary.name = name
        change(status)
      })
    const late = (status: ClusterStatus) => (rowOf(status, 'mycluster-2').replayLagBytes = 20 * 1024 ** 2)
    const dead = (status: ClusterStatus) => Object.assign(status.certificates[0]!, { daysLeft: 1, userGiven: true })
    const lines = output([named('b', () => undefined), named('c', late), named('a', dead)], false)
    expect(lines[0]).toMatch(
      /^CNPG CRITICAL - 3 clusters: 1 CRITICAL, 1 WARNING, 1 OK; default\/a: certificate .* \| default\/a::instances=3/,
    )
    expect(lines.slice(1).map((line) => line.split(':')[0])).toEqual([
      'CRITICAL default/a',
      'WARNING default/c',
      'OK default/b',
      '',
    ])
  })
})
