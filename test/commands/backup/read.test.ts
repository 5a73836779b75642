import { readFileSync } from 'node:fs'
import { afterAll, describe, expect, it } from 'vitest'
import { cli } from '../../helpers/cli.ts'
import type { CliOptions } from '../../helpers/cli.ts'
import type { StoredObject } from '../../sandbox/api-server/objects.ts'
import { startApiServer } from '../../sandbox/sandbox.ts'

/** Backups of a real operator: test/fixtures/commands/backup-objects.json. */
const file = new URL('../../fixtures/commands/backup-objects.json', import.meta.url)
const recorded = JSON.parse(readFileSync(file, 'utf8')) as StoredObject[]

const api = 'postgresql.cnpg.io/v1'
const server = await startApiServer()
afterAll(() => server.close())
for (const object of recorded) {
  const minute = recorded.indexOf(object)
  const creationTimestamp = `2026-11-23T06:${String(minute).padStart(2, '0')}:00Z`
  server.store.put({ ...object, metadata: { ...object.metadata, creationTimestamp } })
}
const put = (kind: string, name: string, rest: Record<string, unknown>, namespace = 'cmd-a'): void => {
  server.store.put({ apiVersion: api, kind, metadata: { name, namespace }, ...rest })
}
put('Cluster', 'demo', { spec: { instances: 3, backup: { retentionPolicy: '30d', barmanObjectStore: {} } } })
put('Cluster', 'idle', { spec: { instances: 1 } })
put('Backup', 'far', { spec: { cluster: { name: 'away' } }, status: { phase: 'running' } }, 'elsewhere')
put('ScheduledBackup', 'nightly', {
  spec: { schedule: '0 0 3 * * *', cluster: { name: 'demo' } },
  status: { lastScheduleTime: '2026-11-23T03:00:00Z', nextScheduleTime: '2026-11-24T03:00:00Z' },
})
put('ScheduledBackup', 'late', {
  spec: { schedule: '0 0 * * * *', cluster: { name: 'demo' } },
  status: { nextScheduleTime: '2026-11-23T05:00:00Z' },
})

const kubeconfig = server.kubeconfigFor('admin', { namespace: 'cmd-a' })
const run = (line: string, options: CliOptions = {}) =>
  cli(line, { kubeconfig, now: '2026-11-23T06:30:00Z', ...options })

describe('backup list', () => {
  it('of a cluster, in a pipe', async () => {
    const { code, stdout, stderr } = await run('backup list demo')
    await expect(stdout).toMatchFileSnapshot('../../goldens/backup-list/demo.txt')
    expect([code, stderr]).toEqual([0, ''])
  })

  it('of a cluster, on a terminal', async () => {
    const { stdout } = await run('backup list demo', { terminal: { columns: 80 }, env: { NO_COLOR: '1' } })
    await expect(stdout).toMatchFileSnapshot('../../goldens/backup-list/demo-80.txt')
    expect(Math.max(...stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80)
  })

  it('in the other forms', async () => {
    expect((await run('backup list demo -o name')).stdout.split('\n')[0]).toMatch(/^backup\.postgresql\.cnpg\.io\//)
    const json = JSON.parse((await run('backup list -o json')).stdout) as { backups: { name: string; age: number }[] }
    expect(json.backups).toHaveLength(recorded.length)
    expect(json.backups.find(({ name }) => name === 'b1')).toMatchObject({
      retention: 'within',
      beginWal: '00000004000000000000000C',
    })
    expect((await run('backup list demo -o yaml')).stdout).toContain('  - namespace: cmd-a\n    cluster: demo\n')
    const failed = await run(['backup', 'list', '-o', 'jsonpath={.backups[?(@.phase=="failed")].name}'].join(' '))
    expect(failed.stdout.split(' ').sort()).toEqual(['b6', 'solo-b1', 'solo-b2', 'victim-20261123061301'])
  })

  it('sorted and without titles', async () => {
    const { stdout } = await run('backup list demo --sort-by name --no-headers')
    const names = stdout
      .trimEnd()
      .split('\n')
      .map((line) => line.split(' ')[0])
    expect(names.slice(0, 3)).toEqual(['b1', 'b2', 'b3'])
    expect((await run('backup list demo --sort-by bogus')).code).toBe(2)
  })

  it('of all namespaces', async () => {
    const { stdout } = await run('backup list -A')
    expect(stdout).toMatch(/^far +elsewhere +away \(gone\) +running /m)
    const both = await run('backup list demo -A')
    expect(both.stderr).toContain('--all-namespaces and the name of a cluster cannot be combined')
    expect(both.code).toBe(2)
  })

  it('of a cluster without any, and of none', async () => {
    const { code, stdout } = await run('backup list idle')
    expect([code, stdout]).toEqual([0, 'No backups found of cluster idle in namespace cmd-a\n'])
    const none = await run('backup list nosuch')
    expect(none.stderr).toContain('cluster "nosuch" not found in namespace "cmd-a"')
    expect(none.code).toBe(1)
    const gone = await run('backup list solo')
    expect([gone.code, gone.stdout.split('\n').length]).toEqual([0, 9])
  })

  it('tells what it may not read, and shows the rest', async () => {
    const allow = server.policy.deny({ resource: 'clusters' })
    const { code, stdout, stderr } = await run('backup list demo')
    allow()
    expect(stderr).toMatch(/^Not read: clusters: .*; what retention keeps is not known\n$/)
    expect(stdout).toContain('b1 ')
    expect(stdout).not.toContain('(gone)')
    expect(code).toBe(0)
  })
})

describe('backup show', () => {
  it('tells all of one, and how to restore it', async () => {
    const { code, stdout } = await run('backup show b3')
    await expect(stdout).toMatchFileSnapshot('../../goldens/backup-list/b3.txt')
    expect(code).toBe(0)
    expect((await run('backup show backup/b6 -o jsonpath={.phase}')).stdout).toBe('failed')
  })

  it('of one that is not there names the nearest', async () => {
    const { code, stderr } = await run('backup show b33')
    expect(stderr).toMatch(/there is no Backup "b33" in namespace "cmd-a"\nBackups there: b3, /)
    expect(code).toBe(1)
  })
})

describe('backup schedules', () => {
  it('tells the next runs', async () => {
    const { code, stdout } = await run('backup schedules demo')
    await expect(stdout).toMatchFileSnapshot('../../goldens/backup-list/demo-schedules.txt')
    expect(code).toBe(0)
    expect(JSON.parse((await run('backup schedules -o json')).stdout)).toMatchObject({
      schedules: [
        { name: 'late', state: 'late', seconds: 5400 },
        { name: 'nightly', state: 'active', seconds: 73_800 },
      ],
    })
  })

  it('of a cluster that is not there is an error', async () => {
    expect((await run('backup schedules nosuch')).code).toBe(1)
    expect((await run('backup schedules idle')).stdout).toBe(
      'No scheduled backups found of cluster idle in namespace cmd-a\n',
    )
    const allow = server.policy.deny({ resource: 'scheduledbackups' })
    const { code, stderr } = await run('backup schedules')
    allow()
    expect(stderr).toContain('cannot list resource "scheduledbackups"')
    expect(code).toBe(1)
  })
})
