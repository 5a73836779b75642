import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { CsvLogReader } from './instance/csv-log.ts'
import { PodClient } from './pod-client.ts'
import { startPostgresCluster } from './postgres/cluster.ts'
import type { PostgresCluster } from './postgres/cluster.ts'

let modern: PostgresCluster
let primary: PodClient

beforeAll(async () => {
  modern = await startPostgresCluster({ name: 'mycluster', namespace: 'shop', instances: 2, psql: 'own' })
  primary = new PodClient(modern.pod('mycluster-1'))
})
afterAll(() => modern.stop())

describe('the log', () => {
  const all = async (lines: AsyncIterable<string>) => {
    const list: string[] = []
    for await (const line of lines) list.push(line)
    return list
  }

  test('is JSON lines of the manager and of the server', async () => {
    await primary.exec(['psql', '-XAtqc', 'SELECT no_such_column, $$a "quoted"\nline$$'])
    const entries = (await all(primary.logs())).map((line) => JSON.parse(line) as Record<string, unknown>)
    expect(entries[0]).toMatchObject({
      msg: 'Starting CloudNativePG Instance Manager',
      logger: 'instance-manager',
      version: '1.30.0',
    })
    expect(entries.find((entry) => JSON.stringify(entry).includes('no_such_column'))).toMatchObject({
      level: 'info',
      logger: 'postgres',
      msg: 'record',
      logging_pod: 'mycluster-1',
      record: {
        user_name: 'postgres',
        database_name: 'postgres',
        sql_state_code: '42703',
        message: 'column "no_such_column" does not exist',
        query: 'SELECT no_such_column, $$a "quoted"\nline$$',
      },
    })
    expect(JSON.stringify(entries)).not.toContain(modern.folder)
  })

  test('can be cut to its end, to a time, to a number of bytes, and carry times', async () => {
    const whole = await all(primary.logs())
    expect(await all(primary.logs({ tailLines: 2 }))).toEqual(whole.slice(-2))
    expect(await all(primary.logs({ sinceTime: new Date(Date.now() + 60_000).toISOString() }))).toEqual([])
    expect((await all(primary.logs({ limitBytes: 40 }))).join('\n')).toBe(whole[0]?.slice(0, 40))
    const [line = ''] = await all(primary.logs({ tailLines: 1, timestamps: true }))
    expect(line).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z \{/)
  })

  test('can be followed until the reader leaves, or the pod goes', async () => {
    const leave = new AbortController()
    const following = all(primary.logs({ follow: true, tailLines: 0, signal: leave.signal }))
    await primary.exec(['psql', '-XAtqc', 'SELECT followed_column'])
    const seen: string[] = []
    for await (const line of primary.logs({ follow: true })) {
      seen.push(line)
      if (line.includes('followed_column')) break
    }
    await pause(250)
    leave.abort()
    expect((await following).filter((line) => line.includes('followed_column'))).toHaveLength(1)

    const standby = modern.pod('mycluster-2')
    const rest = all(new PodClient(standby).logs({ follow: true, signal: new AbortController().signal }))
    await modern.deletePod('mycluster-2')
    expect((await rest).some((line) => line.includes('database system is shut down'))).toBe(true)
    await modern.createPod('mycluster-2')
    expect((await all(new PodClient(modern.pod('mycluster-2')).logs())).join('\n')).not.toContain('is shut down')
  })

  test('entries may come in pieces', () => {
    const reader = new CsvLogReader()
    const fields = (message: string) =>
      ['2026-11-23 05:45:25.406 UTC', ...Array.from({ length: 10 }, () => ''), 'LOG', '00000', message].join(',')
    expect(reader.push(fields('"two\nli'))).toEqual([])
    expect(reader.push(`nes, ""quoted"""\n${fields('next')}\n`)).toEqual([
      {
        log_time: '2026-11-23 05:45:25.406 UTC',
        error_severity: 'LOG',
        sql_state_code: '00000',
        message: 'two\nlines, "quoted"',
      },
      { log_time: '2026-11-23 05:45:25.406 UTC', error_severity: 'LOG', sql_state_code: '00000', message: 'next' },
    ])
  })
})
