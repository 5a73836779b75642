import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { describe, expect, it, onTestFinished } from 'vitest'
import { publishedSchemas, schemaOf } from '../../scripts/schema/schemas.ts'
import { cli, type CliResult } from '../helpers/cli.ts'
import { type ManyClusters, type ManyClustersOptions, startManyClusters } from '../helpers/many-clusters.ts'
import type { StoredObject } from '../sandbox/api-server/objects.ts'
import { silentPod } from '../snapshot/support/recorded.ts'

interface Played {
  server: ManyClusters
  status: (words: string, options?: { user?: string; namespace?: string }) => Promise<CliResult>
}

async function play(options: ManyClustersOptions): Promise<Played> {
  const server = await startManyClusters(options)
  onTestFinished(() => server.close())
  return {
    server,
    status: (words, { user = 'admin', namespace = 'team-001' } = {}) =>
      cli(`status ${words}`, { kubeconfig: server.kubeconfigFor(user, { namespace }), now: server.at.toISOString() }),
  }
}

/** Columns of the data rows of a table. */
function rows(stdout: string): string[][] {
  const lines = stdout.trimEnd().split('\n').slice(2)
  return lines.map((line) => line.split(/ {2,}/))
}

/** The certificates of the second cluster have expired, and one of its instances is not ready. */
function withTrouble(object: StoredObject, cluster: string): StoredObject {
  if (cluster !== 'db-002' || object.kind !== 'Cluster') return object
  const status = object['status'] as { certificates: object }
  const certificates = { ...status.certificates, expirations: { 'db-002-ca': '2026-11-20 05:44:06 +0000 UTC' } }
  return { ...object, status: { ...status, certificates, readyInstances: 2 } }
}

/** Puts every cluster into one namespace. */
function together(object: StoredObject): StoredObject {
  return { ...object, metadata: { ...object.metadata, namespace: 'team-001' } }
}

async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'fleet-test-'))
  onTestFinished(() => rm(path, { recursive: true, force: true }))
  return path
}

describe('all clusters', () => {
  it('are a table, one row each, the worst first', async () => {
    const { status } = await play({ clusters: 3, object: withTrouble })
    const { code, stdout, stderr } = await status('-A')
    expect(code).toBe(0)
    expect(stderr).toBe('')
    expect(stdout.split('\n')[0]?.split(/ {2,}/)).toEqual([
      'Namespace',
      'Name',
      'Status',
      'Instances',
      'Primary',
      'Lag',
      'Last Backup',
      'Certificates',
      'Findings',
    ])
    const [worst, ...others] = rows(stdout)
    expect(worst?.slice(0, 5)).toEqual(['team-002', 'db-002', 'CRITICAL', '2/3', 'db-002-1'])
    expect(worst?.slice(-2)).toEqual(['expired', expect.stringContaining('certificate-expired')])
    expect(others.map((row) => row.slice(0, 6))).toEqual([
      ['team-001', 'db-001', 'OK', '3/3', 'db-001-1', '0 B'],
      ['team-003', 'db-003', 'OK', '3/3', 'db-003-1', '0 B'],
    ])
    expect(others[0]?.slice(6)).toEqual(['16s ago', '89 d', '-'])
  })

  it('are read by the same lists, whatever their number', async () => {
    const lists = async (clusters: number): Promise<string[]> => {
      const { server, status } = await play({ clusters })
      expect((await status('-A')).code).toBe(0)
      expect(server.requests.filter(({ path }) => path.endsWith('/pg/status'))).toHaveLength(clusters * 3)
      return server.requests.flatMap(({ path }) => (path.includes('/proxy/') ? [] : [path])).toSorted()
    }
    const few = await lists(2)
    expect(few.length).toBeLessThan(16)
    expect(await lists(12)).toEqual(few)
  })

  it('leave the metrics alone where nothing of them is shown', async () => {
    const { server, status } = await play({ clusters: 2 })
    await status('-A')
    expect(server.requests.filter(({ path }) => path.endsWith('/metrics'))).toEqual([])
    const { stdout } = await status('-A -o wide')
    expect(stdout.split('\n')[0]).toMatch(/Size +Operator +Image +Phase +Findings/)
    expect(rows(stdout).map((row) => row[8])).toEqual([expect.stringMatching(/ MB$/), expect.stringMatching(/ MB$/)])
  })

  it('can be chosen by label, and be sorted by a column, without titles', async () => {
    const label = (object: StoredObject, cluster: string): StoredObject => {
      const labels = { ...object.metadata.labels, team: cluster === 'db-002' ? 'shop' : 'web' }
      return object.kind === 'Cluster' ? { ...object, metadata: { ...object.metadata, labels } } : object
    }
    const { status } = await play({ clusters: 3, object: label })
    expect(rows((await status('-A -l team=shop')).stdout).map(([, name]) => name)).toEqual(['db-002'])
    const { stdout } = await status('-A --no-headers --sort-by primary')
    expect(stdout.split('\n').map((line) => line.split(/ {2,}/)[1])).toEqual(['db-001', 'db-002', 'db-003', undefined])
    const none = await status('-A -l team=nobody')
    expect(none).toMatchObject({ code: 1, stdout: '' })
    expect(none.stderr).toContain('there is no cluster with the labels team=nobody in any namespace')
  })

  it('may not be listed: the rule is named, and what works without it', async () => {
    const { server, status } = await play({ clusters: 2 })
    server.users.add('paula', { rights: [{ verbs: ['*'], resources: ['*'], namespaces: ['team-002'] }] })
    const refused = await status('-A', { user: 'paula' })
    expect(refused).toMatchObject({ code: 1, stdout: '' })
    expect(refused.stderr).toContain('resources: ["clusters"]')
    expect(refused.stderr).toContain('-n NAMESPACE')
    expect((await status('', { user: 'paula', namespace: 'team-002' })).stdout).toContain('db-002')
  })

  it('cost no more than the limit of one instance when some are silent', async () => {
    const pods = { 'db-001-2': silentPod, 'db-002-3': silentPod }
    const { status } = await play({ clusters: 3, pods })
    const { code, stdout } = await status('-A --instance-timeout 1500ms')
    expect(code).toBe(0)
    const findings = new Map(rows(stdout).map((row) => [row[1], row.at(-1)]))
    expect(findings.get('db-003')).toBe('-')
    expect(findings.get('db-001')).not.toBe('-')
  })
})

describe('status without a name', () => {
  it('is that of the only cluster', async () => {
    const { status } = await play({ clusters: 2 })
    const { code, stdout } = await status('')
    expect(code).toBe(0)
    expect(stdout).toContain('Name:                    db-001\n')
    expect(stdout).toBe((await status('db-001')).stdout)
  })

  it('is the table of those of the namespace', async () => {
    const { status } = await play({ clusters: 3, object: together })
    expect(rows((await status('')).stdout).map((row) => row.slice(0, 2))).toEqual([
      ['team-001', 'db-001'],
      ['team-001', 'db-002'],
      ['team-001', 'db-003'],
    ])
  })

  it('ends with 1 where there is none, and says where there are some', async () => {
    const { server, status } = await play({ clusters: 2 })
    server.store.ensureNamespace('empty')
    const { code, stdout, stderr } = await status('', { namespace: 'empty' })
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr).toContain('there is no cluster in namespace "empty"')
    expect(stderr).toContain('there are clusters in: team-001 (1), team-002 (1)')
    expect(stderr).toContain('add -n team-001')
  })

  it('does not promise what cannot be seen', async () => {
    const { server, status } = await play({ clusters: 1 })
    server.users.add('paula', { rights: [{ verbs: ['*'], resources: ['*'], namespaces: ['empty'] }] })
    const { code, stderr } = await status('', { user: 'paula', namespace: 'empty' })
    expect(code).toBe(1)
    expect(stderr).toContain('whether other namespaces hold some cannot be seen')
  })

  it('names the operator that is not installed', async () => {
    const { server, status } = await play({ clusters: 1 })
    server.faults.add({ resource: 'clusters', answer: { code: 404, text: '404 page not found\n' } })
    const { code, stderr } = await status('')
    expect(code).toBe(1)
    expect(stderr).toContain('the CloudNativePG operator is not installed there')
  })
})

describe('several clusters by name', () => {
  it('are a table, in which one that is not there has its row', async () => {
    const { server, status } = await play({ clusters: 3, object: together })
    const { code, stdout, stderr } = await status('db-003 db-001 db-009')
    expect(code).toBe(1)
    expect(rows(stdout).map(([, name, verdict]) => [name, verdict])).toEqual([
      ['db-009', 'UNKNOWN'],
      ['db-001', 'OK'],
      ['db-003', 'OK'],
    ])
    expect(rows(stdout)[0]?.at(-1)).toBe('cluster "db-009" not found in namespace "team-001"')
    expect(stderr).toContain('clusters in namespace "team-001": db-001')
    expect(server.requests.some(({ path }) => path.includes('db-002'))).toBe(false)
  })

  it('exclude flags that choose otherwise', async () => {
    for (const words of ['db-001 -A', 'db-001 -l a=b', '--contexts a --all-contexts', '--contexts a --context b']) {
      const { code, stderr } = await cli(`status ${words}`)
      expect(code, words).toBe(2)
      expect(stderr).toContain('cannot be combined')
    }
  })
})

describe('several contexts', () => {
  async function world(): Promise<{ east: ManyClusters; status: (words: string) => Promise<CliResult> }> {
    const [east, west] = await Promise.all([startManyClusters({ clusters: 1 }), startManyClusters({ clusters: 2 })])
    onTestFinished(async () => void (await Promise.all([east.close(), west.close()])))
    const gone = await startManyClusters({ clusters: 0 })
    const texts = [
      east.kubeconfigFor('admin', { context: 'east', cluster: 'east' }),
      west.kubeconfigFor('admin', { context: 'west', cluster: 'west' }),
      gone.kubeconfigFor('admin', { context: 'gone', cluster: 'gone' }),
    ]
    await gone.close()
    const path = await folder()
    const { writeFile } = await import('node:fs/promises')
    const files = texts.map((_, index) => join(path, `config-${index}`))
    // Users of one name differ by server.
    await Promise.all(
      texts.map((text, index) =>
        writeFile(files[index]!, text.replace(/\badmin\b/g, `admin-${index}`), { mode: 0o600 }),
      ),
    )
    const env = { KUBECONFIG: files.join(':') }
    return { east, status: (words) => cli(`status ${words}`, { env, now: east.at.toISOString() }) }
  }

  it('stand side by side; one that cannot be reached is a row', async () => {
    const { status } = await world()
    const { code, stdout } = await status('-A --contexts east,west --contexts gone --timeout 5s')
    expect(code).toBe(1)
    expect(rows(stdout).map((row) => row.slice(0, 4))).toEqual([
      ['gone', '-', '-', 'UNKNOWN'],
      ['east', 'team-001', 'db-001', 'OK'],
      ['west', 'team-001', 'db-001', 'OK'],
      ['west', 'team-002', 'db-002', 'OK'],
    ])
    expect(rows(stdout)[0]?.at(-1)).toContain('127.0.0.1')
  })

  it('are all those of the kubeconfig with --all-contexts; the machine is told of errors, too', async () => {
    const { status } = await world()
    const { code, stdout } = await status('-A --all-contexts -o json --timeout 5s')
    expect(code).toBe(1)
    const report = JSON.parse(stdout) as { items: { context: string }[]; errors: unknown[] }
    expect(report.items.map(({ context }) => context)).toEqual(['east', 'west', 'west'])
    expect(report.errors).toMatchObject([
      { context: 'gone', name: null, reason: 'unreachable', subject: 'context gone' },
    ])
  })

  it('without the operator are a note, as nothing is wrong there', async () => {
    const { east, status } = await world()
    east.faults.add({ resource: 'clusters', answer: { code: 404, text: '404 page not found\n' } })
    const { code, stdout, stderr } = await status('-A --contexts east,west')
    expect(code).toBe(0)
    expect(rows(stdout).map(([, name]) => name)).toEqual(['db-001', 'db-002'])
    expect(stderr).toContain('context east: the server has no resource "clusters"')
  })

  it('ends with 1 when the kubeconfig does not know one', async () => {
    const { status } = await world()
    const { code, stdout } = await status('-A --contexts east,nowhere')
    expect(code).toBe(1)
    expect(rows(stdout)[0]).toEqual(expect.arrayContaining(['nowhere', 'UNKNOWN']))
  })
})

describe('the forms of a fleet', () => {
  it('are one document that obeys its schema', async () => {
    const { status } = await play({ clusters: 2, object: withTrouble })
    const { code, stdout } = await status('-A -o json')
    expect(code).toBe(0)
    const report = JSON.parse(stdout) as { items: { summary: { name: string } }[] }
    const published = publishedSchemas.find(({ type }) => type === 'FleetReport')!
    const check = new Ajv2020({ allErrors: true, allowUnionTypes: true }).compile(schemaOf(published, { closed: true }))
    expect(check(report) ? [] : check.errors).toEqual([])
    expect(report).toMatchObject({ schemaVersion: 1, kind: 'Fleet', errors: [] })
    expect(report.items.map(({ summary }) => summary.name)).toEqual(['db-002', 'db-001'])
    expect((await status('-A -o yaml')).stdout).toContain('kind: Fleet\n')
    expect((await status('-A -o jsonpath={.items[*].summary.name}')).stdout).toBe('db-002 db-001')
    expect((await status('-A -o name')).stdout).toBe(
      'cluster.postgresql.cnpg.io/db-002\ncluster.postgresql.cnpg.io/db-001\n',
    )
  })

  it('hold the same about a cluster as its own status', async () => {
    const { status } = await play({ clusters: 2 })
    const fleet = JSON.parse((await status('-A -o json')).stdout) as { items: Record<string, unknown>[] }
    const single = JSON.parse((await status('db-001 -o json')).stdout) as Record<string, unknown>
    // Backups that ended well are known by their row of a table only.
    const { backup: _a, ...own } = single
    const { backup: _b, ...item } = fleet.items[0]!
    expect(item).toEqual(own)
  })

  it('exit with the code of the worst with --exit-code', async () => {
    const { status } = await play({ clusters: 2, object: withTrouble })
    expect((await status('-A --exit-code')).code).toBe(2)
    expect((await status('--exit-code db-001 db-009')).code).toBe(3)
  })
})

describe('a fleet that was saved', () => {
  it('can be read again, as a whole or one cluster in full', async () => {
    const { status } = await play({ clusters: 3, object: withTrouble })
    const file = join(await folder(), 'fleet.json')
    const live = await status(`-A -o wide --save ${file}`)
    expect((await stat(file)).mode & 0o777).toBe(0o600)
    expect((await cli(`status --from ${file} -o wide`)).stdout).toBe(live.stdout)
    const one = await cli(`status db-002 --from ${file}`)
    expect(one).toMatchObject({ code: 0, stderr: '' })
    expect(one.stdout).toContain('Name:                    db-002\n')
    const none = await cli(`status db-009 --from ${file}`)
    expect(none).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('It holds: db-001, db-002, db-003') as string,
    })
  })

  it('holds no names when redacted, and tells clusters apart all the same', async () => {
    const { status } = await play({ clusters: 2 })
    const file = join(await folder(), 'fleet.json')
    await status(`-A --save ${file} --redact`)
    const { stdout } = await cli(`status --from ${file}`)
    expect(rows(stdout).map((row) => row.slice(0, 2))).toEqual([
      ['namespace-1', 'cluster-1'],
      ['namespace-2', 'cluster-2'],
    ])
    expect(stdout).not.toMatch(/team|db-/)
  })
})
