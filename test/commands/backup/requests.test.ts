import { readFileSync } from 'node:fs'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { cli } from '../../helpers/cli.ts'
import { startApiServer } from '../../sandbox/sandbox.ts'

/** What the official plugin 1.30.0 sent to a real cluster: test/fixtures/commands/backup.json. */
interface Recorded {
  id: string
  argv: string[]
  sent: { method: string; path: string; contentType: string; code: number; body: Record<string, unknown> }[]
}

const file = new URL('../../fixtures/commands/backup.json', import.meta.url)
const recorded = JSON.parse(readFileSync(file, 'utf8')) as Recorded[]
const byId = (id: string): Recorded => recorded.find((each) => each.id === id)!

const server = await startApiServer()
afterAll(() => server.close())

const store = { destinationPath: 's3://backups/cmd-a', s3Credentials: {} }
const plugin = { name: 'barman-cloud.cloudnative-pg.io', parameters: { barmanObjectName: 'store' } }

function cluster(name: string, spec: Record<string, unknown>): void {
  server.store.put({
    apiVersion: 'postgresql.cnpg.io/v1',
    kind: 'Cluster',
    metadata: { name, namespace: 'cmd-a', creationTimestamp: '2026-11-20T00:00:00Z' },
    spec: { instances: 3, ...spec },
    status: {
      phase: 'Cluster in healthy state',
      readyInstances: 3,
      currentPrimary: `${name}-1`,
      targetPrimary: `${name}-1`,
    },
  })
}

beforeEach(() => {
  for (const { metadata } of server.store.list(
    server.store.registry.byPlural('postgresql.cnpg.io', 'v1', 'backups')!,
    'cmd-a',
  )) {
    server.store.remove(server.store.registry.byPlural('postgresql.cnpg.io', 'v1', 'backups')!, 'cmd-a', metadata.name)
  }
  server.requests.length = 0
  cluster('demo', { backup: { barmanObjectStore: store }, plugins: [plugin] })
  cluster('solo', {})
})

/** There are no pods: what only warns of that is passed over. */
async function run(argv: readonly string[]) {
  const kubeconfig = server.kubeconfigFor('admin', { namespace: 'cmd-a' })
  const result = await cli([...argv, '--force'], { kubeconfig, now: '2026-11-23T06:04:28Z' })
  const posts = server.requests.filter(({ method }) => method !== 'GET')
  return { ...result, posts }
}

describe('sends what the official sends', () => {
  it.each([
    'backup.plain',
    'backup.name',
    'backup.target-primary',
    'backup.target-standby',
    'backup.method-barman',
    'backup.method-plugin',
    'backup.fenced',
  ])('%s', async (id) => {
    const { argv, sent } = byId(id)
    const { code, stdout, posts } = await run(argv)
    const [official] = sent
    expect(posts.map(({ method, path, contentType }) => [method, path, contentType])).toEqual([
      [official?.method, official?.path, official?.contentType],
    ])
    const body = posts[0]?.body
    expect(JSON.parse(String(body))).toEqual(official?.body)
    // Scripts take the first word.
    expect(stdout).toMatch(new RegExp(`^backup/${(official?.body['metadata'] as { name: string }).name} requested; `))
    expect(code).toBe(0)
  })

  it('what only volume snapshots can do, too', async () => {
    cluster('demo', { backup: { volumeSnapshot: { className: 'fast' } } })
    const line = 'backup demo -t primary --online=true --immediate-checkpoint 1 --wait-for-archive f --backup-name x'
    const dry = await run([...line.split(' '), '--dry-run', '-o', 'json'])
    expect(JSON.parse(dry.stdout)).toEqual({
      apiVersion: 'postgresql.cnpg.io/v1',
      kind: 'Backup',
      metadata: { name: 'x', namespace: 'cmd-a', labels: { 'cnpg.io/cluster': 'demo' } },
      spec: {
        cluster: { name: 'demo' },
        target: 'primary',
        method: 'volumeSnapshot',
        online: true,
        onlineConfiguration: { waitForArchive: false, immediateCheckpoint: true },
      },
      status: { snapshotBackupStatus: {} },
    })
    expect(dry.posts).toEqual([])
  })
})

describe('sends nothing where the official is refused, or gets a Backup that fails', () => {
  it.each([
    ['backup.method-snapshot', 'volume snapshots are not configured (spec.backup.volumeSnapshot)'],
    ['backup.online-true', '--online can be used with volume snapshots only'],
    ['backup.online-false', '--online can be used with volume snapshots only'],
    ['backup.immediate', '--immediate-checkpoint and --wait-for-archive can be used with volume snapshots only'],
    ['backup.immediate-only', '--immediate-checkpoint can be used with volume snapshots only'],
    ['backup.no-config', 'the Cluster has no backup section'],
    ['backup.no-config-method', 'the Cluster has no backup section'],
  ])('%s', async (id, reason) => {
    const { code, stderr, posts } = await run(byId(id).argv)
    expect(stderr).toContain(`Error: backup refused: ${reason}\n`)
    expect([code, posts]).toEqual([1, []])
  })

  it.each(['backup.bad-name', 'backup.long-name'])('%s, before anything is asked', async (id) => {
    const { code, stderr } = await run(byId(id).argv)
    expect(stderr).toContain('cannot be the name of an object')
    expect([code, server.requests.length]).toEqual([2, 0])
  })

  it.each([
    ['-t standby', '--backup-target "standby": it takes one of primary, prefer-standby'],
    ['-m pg_dump', '--method "pg_dump": it takes one of barmanObjectStore, volumeSnapshot, plugin'],
    ['-m plugin', '-m plugin needs --plugin-name'],
    ['--plugin-name x', '--plugin-name can be used with -m plugin only'],
    ['--plugin-parameters a=1', '--plugin-parameters can be used with -m plugin only'],
    ['--online maybe', '--online "maybe": it takes true or false'],
    ['--wait-for-archive x', '--wait-for-archive "x": it takes true or false'],
    ['--online', '--online'],
  ])('%s', async (flags, message) => {
    const result = await cli(`backup demo ${flags}`)
    expect(result.stderr).toContain(message)
    expect(result.code).toBe(2)
  })
})

describe('the method', () => {
  const methodOf = async (): Promise<unknown> => {
    const { stdout } = await run(['backup', 'demo', '--dry-run', '-o', 'json'])
    return (JSON.parse(stdout) as { spec: unknown }).spec
  }

  it('is that of the plugin where the Cluster uses one', async () => {
    cluster('demo', { plugins: [{ ...plugin, isWALArchiver: true }] })
    expect(await methodOf()).toEqual({
      cluster: { name: 'demo' },
      method: 'plugin',
      pluginConfiguration: { name: 'barman-cloud.cloudnative-pg.io' },
    })
  })

  it('is asked for where several would do', async () => {
    cluster('demo', { backup: { volumeSnapshot: {} }, plugins: [plugin] })
    const { code, stderr } = await run(['backup', 'demo'])
    expect(stderr).toContain(
      'the Cluster is set up for several methods: give -m plugin --plugin-name barman-cloud.cloudnative-pg.io or -m volumeSnapshot',
    )
    expect(code).toBe(1)
  })

  it('by a plugin that the Cluster does not use can only fail', async () => {
    cluster('demo', { plugins: [plugin] })
    const { code, stderr } = await run(['backup', 'demo', '-m', 'plugin', '--plugin-name', 'other.example'])
    expect(stderr).toContain(
      'the Cluster does not use the plugin other.example (it uses barman-cloud.cloudnative-pg.io)',
    )
    expect(code).toBe(1)
  })
})

it('tells a second backup of the same second by a number', async () => {
  await run(['backup', 'demo'])
  const { stdout } = await run(['backup', 'demo'])
  expect(stdout).toMatch(/^backup\/demo-20261123060428-2 requested; /)
  const named = await run(['backup', 'demo', '--backup-name', 'demo-20261123060428'])
  expect(named.stderr).toContain('backup refused: there is a Backup demo-20261123060428 already\n')
  expect(named.code).toBe(1)
})

it('of a hibernated cluster is refused, whatever --force says', async () => {
  server.store.put({
    apiVersion: 'postgresql.cnpg.io/v1',
    kind: 'Cluster',
    metadata: { name: 'demo', namespace: 'cmd-a', annotations: { 'cnpg.io/hibernation': 'on' } },
    spec: { instances: 3, backup: { barmanObjectStore: store } },
    status: { conditions: [{ type: 'cnpg.io/hibernation', status: 'True', reason: 'Hibernated' }] },
  })
  const { code, stderr, posts } = await run(['backup', 'demo'])
  expect(stderr).toMatch(/backup refused: hibernated/)
  expect([code, posts]).toEqual([1, []])
})
