import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { Cluster } from '../../src/api/cluster.ts'
import { clusterErrors } from '../helpers/cluster-schema.ts'
import { startLive, steady } from './support/changes.ts'
import type { Live } from './support/changes.ts'

let live: Live
beforeAll(async () => {
  live = await startLive(1, { objects: { objectStore: true } })
  expect((await live.run('backup mycluster --backup-name nightly --wait')).code).toBe(0)
}, 60_000)
afterAll(() => live.sandbox.close())
afterEach(() => live.sandbox.faults.clear())

const terminal = { terminal: { columns: 140 }, env: { NO_COLOR: '1' } }
const type = () => live.sandbox.store.resource('Cluster', 'postgresql.cnpg.io')
const stored = (name: string) => live.sandbox.store.get(type(), 'default', name) as unknown as Cluster | undefined
const posts = () => live.sandbox.requests.filter(({ method }) => method === 'POST')

/** Times and WAL names differ from run to run. */
const tidy = (text: string): string =>
  steady(text)
    .replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/g, 'TIME')
    .replace(/ended (\d+[dhms] ?)+ago/, 'ended N ago')
    .replace(/[0-9A-F]{24}/g, 'WAL')
    .replace(/to (not known|TIME \(WAL\))/, 'to END')
    .replace(/^Warning: (the end of the archived WAL|backup nightly needs WAL file) .*\n/gm, '')

describe('restore', () => {
  it('prints a manifest on stdout, and what it rests on beside it', async () => {
    const { code, stdout, stderr } = await live.run('restore mycluster')
    expect(tidy(stderr)).toBe(
      [
        'Restore of default/mycluster as the new cluster mycluster-restored',
        '  up to          the end of the archived WAL',
        '  base           backup nightly, ended N ago, object store',
        '  from           s3://backups/default/, server mycluster',
        '  recoverable    from TIME to END',
        '  archives as    server mycluster-restored',
        'Warning: the application gets a new password, in the secret mycluster-restored-app',
        'Nothing was created: --apply does that, or kubectl create -f -',
        '',
      ].join('\n'),
    )
    await expect(stdout.replace(/imageName: .*/, 'imageName: IMAGE')).toMatchFileSnapshot(
      '../goldens/restore/sandbox.yaml',
    )
    expect(code).toBe(0)
    const json = await live.run('restore mycluster -o json')
    expect(clusterErrors(JSON.parse(json.stdout))).toBeNull()
    expect(posts().filter(({ path }) => path.endsWith('/clusters'))).toEqual([])
  })

  it('of a backup restores its end; CLUSTER need not be named', async () => {
    const { stdout, stderr } = await live.run('restore --backup nightly --name again -o json')
    expect(tidy(stderr)).toContain('  up to          the end of the backup, TIME\n')
    expect(JSON.parse(stdout)).toMatchObject({
      metadata: { name: 'again' },
      spec: { bootstrap: { recovery: { recoveryTarget: { targetImmediate: true } } } },
    })
  })

  it('--apply shows, asks, creates, and says how to follow and to undo it', async () => {
    const no = await live.run('restore mycluster --apply --name one', { ...terminal, answers: ['n'] })
    expect([no.code, stored('one')]).toEqual([1, undefined])
    expect(no.host.questions).toEqual(['Create the cluster default/one? [y/N] '])
    const { code, stdout } = await live.run('restore mycluster --apply --name one --instances 2 -y')
    expect(stdout).toBe('cluster/one requested; not waited for. To follow it: kubectl cnpg status one -w\n')
    expect(code).toBe(0)
    expect(stored('one')?.spec).toMatchObject({
      instances: 2,
      bootstrap: { recovery: { source: 'mycluster', database: 'app', owner: 'app' } },
    })
    const again = await live.run('restore mycluster --apply --name one')
    expect(again.stderr).toContain('restore refused: there is a cluster one already: give another --name')
    expect(again.code).toBe(1)
  })

  it('--wait says what it waits for, and exits 124 at the end of --timeout', async () => {
    const { code, stderr } = await live.run('restore mycluster --apply --name slow --wait --timeout 2s')
    expect(steady(stderr)).toContain('Error: not proved after N s that the primary of default/slow answers')
    expect(stderr).toContain('To undo it: kubectl delete clusters.postgresql.cnpg.io slow\n')
    expect(code).toBe(124)
  }, 20_000)

  it('is asked for once, whatever becomes of the connection', async () => {
    for (const cut of ['before', 'during', 'after'] as const) {
      live.sandbox.faults.add({ method: 'POST', resource: 'clusters', cut, times: 1 })
      const { code, stderr } = await live.run(`restore mycluster --apply --name cut-${cut}`)
      expect(code, stderr).toBe(0)
      expect(stored(`cut-${cut}`)).toBeDefined()
    }
  }, 20_000)

  it('prints where nothing may be changed, and creates nothing there', async () => {
    const guarded = { env: { CNPG_READ_ONLY: '1' } }
    expect((await live.run('restore mycluster', guarded)).code).toBe(0)
    for (const flags of ['--apply', '--dry-run=server']) {
      const { code, stderr } = await live.run(`restore mycluster --name guarded ${flags}`, guarded)
      expect(stderr).toContain('CNPG_READ_ONLY is set')
      expect(code).toBe(1)
    }
    const server = await live.run('restore mycluster --name guarded --dry-run=server')
    expect(server.stdout).toBe('The API server accepts the requests; nothing was changed.\n')
    expect([server.code, stored('guarded')]).toEqual([0, undefined])
  })

  it('outside of what can be recovered prints no manifest', async () => {
    const { code, stdout, stderr } = await live.run('restore mycluster --to-time 2020-01-01T00:00:00Z')
    expect(stderr).toContain(
      'restore refused: no completed backup ended before 2020-01-01T00:00:00Z; recoverable from ',
    )
    expect([code, stdout]).toEqual([1, ''])
  })

  it.each([
    ['restore', 'what is to be restored? Give a CLUSTER or a --backup'],
    ['restore mycluster --latest --to-lsn 0/1', '--latest and --to-lsn cannot be combined'],
    ['restore mycluster --to-lsn x', '--to-lsn "x": it takes a position such as 0/1A2B3C8'],
    ['restore mycluster --to-time yesterday', '--to-time "yesterday": it takes a time such as'],
    ['restore mycluster --to-time 2026-02-30T00:00:00Z', 'it takes a time such as'],
    ['restore mycluster --name Bad_Name', '"Bad_Name" cannot be the name of a cluster'],
    ['restore mycluster --instances 0', '--instances 0: it takes 1 or more'],
  ])('%s is a usage error', async (line, message) => {
    const { code, stderr } = await live.run(line)
    expect(stderr).toContain(message)
    expect(code).toBe(2)
  })

  it.each([
    ['2026-11-23 05:40', '2026-11-23T05:40:00Z'],
    ['2026-11-23T05:40:00.5+02:00', '2026-11-23T03:40:00.5Z'],
  ])('--to-time %s is %s', async (text, time) => {
    const { stderr } = await live.run(['restore', 'mycluster', '--to-time', text])
    expect(stderr).toContain(`  up to          ${time}\n`)
  })
})

describe('without', () => {
  it('the right to list backups the archive is restored', async () => {
    const allow = ['list', 'get'].map((verb) => live.sandbox.policy.deny({ resource: 'backups', verb }))
    const { code, stdout, stderr } = await live.run('restore mycluster')
    const named = await live.run('restore mycluster --backup nightly')
    for (const restore of allow) restore()
    expect(stderr).toContain('Warning: Backups may not be listed')
    expect(stdout).toContain('source: mycluster\n')
    expect(code).toBe(0)
    expect(named.code).toBe(1)
    expect(named.stderr).toContain('cannot list resource "backups"')
  })

  it('the right to create clusters nothing is made', async () => {
    const allow = live.sandbox.policy.deny({ resource: 'clusters', verb: 'create' })
    const { code, stderr } = await live.run('restore mycluster --apply --name denied')
    allow()
    expect(stderr).toContain('POST clusters/denied was refused: ')
    expect(code).toBe(1)
  })

  it('the Cluster its backups are enough', async () => {
    const cluster = structuredClone(stored('mycluster'))
    live.operator.pause()
    live.sandbox.store.remove(type(), 'default', 'mycluster')
    const bare = await live.run('restore mycluster')
    expect(bare.stderr).toContain(
      'the Cluster mycluster is gone, and with it the size of its volumes: give --storage-size',
    )
    expect(bare.code).toBe(1)
    const { code, stdout } = await live.run('restore --backup nightly --storage-size 5Gi --image pg:18 -o json')
    expect(JSON.parse(stdout)).toMatchObject({
      spec: { bootstrap: { recovery: { backup: { name: 'nightly' } } }, storage: { size: '5Gi' }, imageName: 'pg:18' },
    })
    expect(code).toBe(0)
    const none = await live.run('restore nosuch')
    expect(none.stderr).toContain('cluster "nosuch" not found')
    expect(none.code).toBe(1)
    expect(cluster).toBeDefined()
  }, 20_000)
})
