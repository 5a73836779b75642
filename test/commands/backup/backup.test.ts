import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { Backup } from '../../../src/api/companions.ts'
import { startLive, steady } from '../support/changes.ts'
import type { Live } from '../support/changes.ts'

let live: Live
beforeAll(async () => {
  live = await startLive(2, { objects: { objectStore: true } })
}, 60_000)
afterAll(() => live.sandbox.close())
afterEach(async () => {
  live.operator.faults.backupRate = 0
  live.operator.faults.failBackups = false
  live.operator.resume()
  live.sandbox.faults.clear()
  await live.settled()
})

const terminal = { terminal: { columns: 120 }, env: { NO_COLOR: '1' } }
const type = () => live.sandbox.store.resource('Backup', 'postgresql.cnpg.io')
const stored = (name: string) => live.sandbox.store.get(type(), 'default', name) as unknown as Backup | undefined
const posts = () => live.sandbox.requests.filter(({ method }) => method === 'POST')

/** What a slow machine may miss, and what depends on the hour, left out. */
function tidy(text: string): string {
  return steady(text)
    .replace(/(last backup {4}).*/g, '$1…')
    .replace(/^.*(started on|runs on|copied \().*\n/gm, '')
    .replace(/copied in \d+s/, 'copied in Ns')
    .replace(/[0-9A-F]{24}(-[0-9A-F]+)?/g, 'WAL')
    .replace(/^ {2}databases .*\n/m, '')
}

describe('backup', () => {
  it('shows what it knows, asks on a terminal, and returns once it is requested', async () => {
    const { code, stdout, stderr, host } = await live.run('backup mycluster --backup-name one', {
      ...terminal,
      answers: ['y'],
    })
    expect(tidy(stderr)).toBe(
      [
        'Backup of default/mycluster: one',
        '  method         object store s3://backups/default/',
        '  made by        mycluster-2 (standby)',
        '  last backup    …',
        'backup/one requested (POST backups/one)',
        '',
      ].join('\n'),
    )
    expect(host.questions).toEqual(['Make the backup one? [y/N] '])
    expect(stdout).toBe('backup/one requested; not waited for. To follow it: kubectl cnpg backup show one\n')
    expect(code).toBe(0)
    await live.settled()
    expect(stored('one')?.status?.phase).toBe('completed')
  })

  it('is not made when the answer is no', async () => {
    const { code, stderr } = await live.run('backup mycluster --backup-name no', { ...terminal, answers: ['n'] })
    expect(stderr).toContain('not confirmed')
    expect([code, stored('no')]).toEqual([1, undefined])
  })

  it('--wait shows how far it is, and exits 0 when it is completed', async () => {
    live.operator.faults.backupRate = 4_000
    const { code, stdout, stderr, host } = await live.run('backup mycluster --backup-name two --wait')
    expect(stderr).toMatch(/^runs on mycluster-2 +\d+\.\d s$/m)
    expect(host.spinners.join('\n')).toMatch(/Waiting: mycluster-2: \d+ (kB|MB) of \d+ MB copied \(\d+%\)/)
    expect(tidy(stdout)).toBe('backup/two completed after N s: copied in Ns, by mycluster-2, WAL WAL\n')
    expect(code).toBe(0)
  }, 30_000)

  it('--wait exits 1 with the server’s error when it fails', async () => {
    live.operator.faults.failBackups = true
    const { code, stdout, stderr } = await live.run('backup mycluster --backup-name bad --wait -t primary')
    expect(tidy(stderr)).toBe(
      [
        'Backup of default/mycluster: bad',
        '  method         object store s3://backups/default/',
        '  made by        mycluster-1 (primary)',
        '  last backup    …',
        'backup/bad requested (POST backups/bad)',
        'Error: backup of default/mycluster failed after N s: exit status 2',
        'To follow it: kubectl cnpg backup show bad',
        '',
      ].join('\n'),
    )
    expect([code, stdout]).toEqual([1, ''])
    const next = await live.run('backup mycluster --dry-run')
    expect(next.stderr).toContain('Warning: the last backup, bad, failed: exit status 2\n')
  })

  it('--wait exits 124 when it still runs at the end of --timeout', async () => {
    live.operator.pause()
    const { code, stderr } = await live.run('backup mycluster --backup-name late --wait --timeout 1s')
    expect(steady(stderr)).toContain(
      'Error: not proved after N s that backup late is completed: the operator has not picked it up yet\n' +
        'It was requested and may still be running.\nTo follow it: kubectl cnpg backup show late\n',
    )
    expect(code).toBe(124)
    const json = await live.run('backup mycluster --backup-name later --wait --timeout 1s -o json')
    expect(JSON.parse(json.stdout)).toMatchObject({ change: 'backup', outcome: 'timed-out' })
    expect(json.code).toBe(124)
  }, 20_000)

  it('Ctrl-C says what was sent', async () => {
    live.operator.pause()
    const { code, stderr } = await live.run('backup mycluster --backup-name left --wait', {
      onHost: (host) => {
        const look = setInterval(() => {
          if (!host.spinners.some((text) => text.includes('Waiting until'))) return
          clearInterval(look)
          host.raise('SIGINT')
        }, 50)
      },
    })
    expect(stderr).toContain(
      'Interrupted. Already accepted: backup/left requested.\nTo follow it: kubectl cnpg backup show left',
    )
    expect(stderr).toContain('What was accepted goes on without this program.')
    expect(code).toBe(130)
  }, 20_000)

  it('is asked for once, whatever becomes of the connection', async () => {
    for (const cut of ['before', 'after', 'during'] as const) {
      const before = posts().length
      live.sandbox.faults.add({ method: 'POST', resource: 'backups', cut, times: 1 })
      const { code, stdout, stderr } = await live.run(`backup mycluster --backup-name cut-${cut}`)
      expect(stdout, stderr).toMatch(new RegExp(`^backup/cut-${cut} requested; `))
      expect(code).toBe(0)
      expect(stored(`cut-${cut}`)).toBeDefined()
      expect(posts().length - before).toBe(cut === 'before' ? 2 : 1)
      if (cut !== 'before')
        expect(stderr).toContain('The connection broke before the answer came, but the change was made.')
    }
  }, 20_000)

  it('is never sent where nothing may be changed', async () => {
    const before = posts().length
    const { code, stderr } = await live.run('backup mycluster', { env: { CNPG_READ_ONLY: '1' } })
    expect(stderr).toContain('CNPG_READ_ONLY is set')
    expect([code, posts().length]).toEqual([1, before])
    expect((await live.run('backup mycluster --dry-run', { env: { CNPG_READ_ONLY: '1' } })).code).toBe(0)
    expect((await live.run('backup list', { env: { CNPG_READ_ONLY: '1' } })).code).toBe(0)
    const server = await live.run('backup mycluster --backup-name dry --dry-run=server')
    expect(server.stdout).toBe('The API server accepts the requests; nothing was changed.\n')
    expect([server.code, stored('dry')]).toEqual([0, undefined])
  })

  it('of instances that do not run is refused, unless forced', async () => {
    expect((await live.run('fencing on mycluster * --yes')).code).toBe(0)
    const { code, stderr } = await live.run('backup mycluster')
    expect(stderr).toContain('backup refused: all instances are fenced: the backup would wait until that ends')
    expect(stderr).toContain("What helps: kubectl cnpg fencing off mycluster '*'")
    expect(code).toBe(1)
    expect((await live.run('fencing off mycluster * --yes')).code).toBe(0)
    await live.settled()
  }, 30_000)
})

describe('without a right', () => {
  it('to create backups nothing is made', async () => {
    const allow = live.sandbox.policy.deny({ resource: 'backups', verb: 'create' })
    const { code, stderr } = await live.run('backup mycluster --backup-name x')
    allow()
    expect(stderr).toContain('POST backups/x was refused: ')
    expect(stderr).toContain('cannot create resource "backups"')
    expect(code).toBe(1)
  })

  it('to read backups one can be asked for, and not followed', async () => {
    const allow = ['get', 'list'].map((verb) => live.sandbox.policy.deny({ resource: 'backups', verb }))
    const { code, stdout, stderr } = await live.run('backup mycluster --backup-name blind')
    const waited = await live.run('backup mycluster --backup-name blind-2 --wait')
    const listed = await live.run('backup list')
    for (const restore of allow) restore()
    expect(stdout, stderr).toMatch(/^backup\/blind requested; /)
    expect(code).toBe(0)
    expect(waited.stderr).toContain('it was requested, but its outcome cannot be observed: ')
    expect(waited.code).toBe(1)
    expect(listed.stderr).toContain('cannot list resource "backups"')
    expect(listed.code).toBe(1)
  })

  it('to read instances there is no progress, but an end', async () => {
    const allow = ['pods/exec', 'pods/portforward'].map((resource) => live.sandbox.policy.deny({ resource }))
    live.operator.faults.backupRate = 20_000
    const { code, stderr } = await live.run('backup mycluster --backup-name dark --wait')
    for (const restore of allow) restore()
    expect(stderr).not.toContain('copied (')
    expect(code).toBe(0)
  }, 20_000)
})
