import { describe, expect, it } from 'vitest'

import type { Context } from '../../src/cli/command.ts'
import command from '../../src/commands/explain.ts'
import { RULES } from '../../src/model/rules/table.ts'
import { fakeHost } from '../helpers/fake-host.ts'

async function explain(id: string | undefined, output = 'text'): Promise<string> {
  const host = fakeHost()
  const context = {
    host,
    painter: (stream: 'stdout' | 'stderr') => host.painter(stream, 'never'),
    session: () => Promise.reject(new Error('no server is asked')),
  } as unknown as Context
  const code = await command.run!({ args: { ID: id }, options: { output }, rest: [] }, context)
  expect(code).toBe(0)
  return host.output()
}

describe('explain', () => {
  it('tells cause, consequence, threshold and commands', async () => {
    expect(await explain('wal-archiving')).toMatchInlineSnapshot(`
      "wal-archiving: WAL archiving failing
      Severity:              critical, warning
      Cause:                 The archive command fails: the object store is unreachable or full, its credentials have expired, or it holds another cluster under the same name.
      Consequence:           The point to which the cluster can be restored stands still, WAL piles up until the volume is full, and then PostgreSQL stops. A switchover waits for the archive.
      Threshold:             --archiving-failing off,5m
      Measures:              Time since which WAL archiving fails; a failure is always at least a warning
      Performance data:      archiving_failing_seconds
      Stands in the way of:  promote (--force lifts it), backup (--force lifts it)

      Commands
      kubectl logs INSTANCE --tail=50
      kubectl cnpg status CLUSTER -v
      "
    `)
  })

  it('lists all findings, those that can be critical first', async () => {
    const lines = (await explain(undefined)).trimEnd().split('\n')
    expect(lines).toHaveLength(RULES.length + 2)
    expect(lines[0]).toMatch(/^Finding +Severity +About$/)
    const severities = lines.slice(2).map((line) => / {2}(critical|warning|info)/.exec(line)![1])
    const order = ['critical', 'warning', 'info']
    const ranks = severities.map((severity) => order.indexOf(severity!))
    expect(ranks).toEqual([...ranks].sort((a, b) => a - b))
  })

  it('gives the same as JSON', async () => {
    const one = JSON.parse(await explain('replica-lag', 'json')) as Record<string, unknown>
    expect(one).toMatchObject({
      id: 'replica-lag',
      severities: ['critical', 'warning'],
      threshold: { flag: 'lag-bytes', unit: 'bytes', default: '16MB,128MB', perfdata: 'lag_bytes' },
      blocks: { promote: 'force' },
    })
    const all = JSON.parse(await explain(undefined, 'json')) as unknown[]
    expect(all).toHaveLength(RULES.length)
    expect(await explain('replica-lag', 'yaml')).toContain('id: replica-lag\n')
  })

  it('refuses an id that is not there and names the nearest', async () => {
    await expect(explain('wal-archivin')).rejects.toMatchObject({
      kind: 'usage',
      exitCode: 2,
      message: 'there is no finding "wal-archivin"',
      hint: 'Did you mean "wal-archiving"? kubectl cnpg explain lists them all',
    })
  })
})
