import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { parseMetrics } from '../../src/snapshot/metrics.ts'
import { parseSamples } from '../../src/snapshot/prometheus.ts'

function recorded(state: string, pod: string): string {
  return readFileSync(new URL(`../fixtures/states/${state}/metrics/${pod}.txt`, import.meta.url), 'utf8')
}

describe('the figures of the metrics port', () => {
  it('of a primary', () => {
    const figures = parseMetrics(recorded('instance-blackholed', 'mycluster-1'))
    expect(figures).toEqual({
      databaseBytes: 7634279 + 7634279 + 7545347,
      walBytes: 117440512,
      walFilesWaiting: 0,
      secondsSinceLastArchival: 31.359003,
      replicationLagSeconds: 0,
      replicationReceiverUp: false,
      walSenders: [
        { applicationName: 'mycluster-2', user: 'streaming_replica', clientAddress: '10.244.0.101', replayLagBytes: 0 },
        { applicationName: 'mycluster-3', user: 'streaming_replica', clientAddress: '10.244.0.108', replayLagBytes: 0 },
      ],
    })
  })

  it('of a primary that another cluster follows', () => {
    expect(parseMetrics(recorded('replica-cluster-origin', 'origin-1')).walSenders).toMatchObject([
      { applicationName: 'dr', clientAddress: '10.244.0.69' },
    ])
  })

  it('of a standby', () => {
    expect(parseMetrics(recorded('healthy', 'mycluster-2'))).toMatchObject({ replicationReceiverUp: true })
  })

  it('of an operator of 1.15', () => {
    const figures = parseMetrics(recorded('operator-1.15.1-healthy', 'mycluster-1'))
    expect(figures).toMatchObject({ walBytes: 100663296, walFilesWaiting: 0 })
  })

  it('are absent where the page has none, or says NaN or never', () => {
    expect(parseMetrics('')).toEqual({})
    const page = 'cnpg_collector_pg_wal{value="size"} NaN\ncnpg_pg_stat_archiver_seconds_since_last_archival -1\n'
    expect(parseMetrics(page)).toEqual({})
    expect(
      parseMetrics('cnpg_pg_database_size_bytes{datname="a"} 5\ncnpg_pg_database_size_bytes{datname="b"} NaN\n'),
    ).toEqual({})
  })
})

describe('the text format', () => {
  it('takes label values with any character, timestamps and exponents, and skips what it cannot read', () => {
    const page = [
      '# TYPE size gauge',
      'size{datname="a\\"}b\\\\c\\nd",x=""} 1.5e+3 1700000000000',
      'size 2',
      'size{datname="cut off',
      'other 3',
    ].join('\n')
    expect(parseSamples(page, new Set(['size']))).toEqual([
      { name: 'size', labels: { datname: 'a"}b\\c\nd', x: '' }, value: 1500 },
      { name: 'size', labels: {}, value: 2 },
    ])
  })
})
