import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import type { ClusterSnapshot } from '../../../src/api/snapshot.ts'
import { withoutSecrets } from '../../../src/snapshot/scrub.ts'
import { cli } from '../../helpers/cli.ts'
import { recordedSnapshot } from '../../helpers/recorded-snapshot.ts'
import { answerOf, clusterOf, podOf } from '../../helpers/snapshots.ts'
import { headline } from './support.ts'

let folder: string
let file: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'check-state-'))
  file = join(folder, 'check.json')
  return () => rm(folder, { recursive: true, force: true })
})

type Change = (snapshot: ClusterSnapshot) => void

/** A run in a healthy cluster of three, or what became of it. */
async function run(words: string | string[] = [], change: Change = () => undefined, now = '2026-11-23T06:00:00Z') {
  const snapshot = recordedSnapshot('healthy-sync')
  snapshot.takenAt = now
  change(snapshot)
  const stdin = JSON.stringify(withoutSecrets(snapshot))
  const more = typeof words === 'string' ? words.split(' ').filter((word) => word !== '') : words
  const { code, stdout, stderr } = await cli(
    ['check', 'mycluster', '--from', '-', '--state', file, '--skip', 'backup-age,certificate-expiring', ...more],
    { stdin, now, cwd: folder },
  )
  return { code, stdout, stderr, line: headline(stdout) }
}

const paused: Change = (snapshot) => (answerOf(snapshot, 'mycluster-2').replayPaused = true)

const movedPrimary: Change = (snapshot) => {
  clusterOf(snapshot).status.currentPrimary = 'mycluster-2'
  clusterOf(snapshot).status.targetPrimary = 'mycluster-2'
  for (const [name, isPrimary] of [
    ['mycluster-1', false],
    ['mycluster-2', true],
  ] as const) {
    Object.assign(answerOf(snapshot, name), { isPrimary })
  }
}

const restarted: Change = (snapshot) => {
  const status = podOf(snapshot, 'mycluster-3').status?.containerStatuses?.[0]
  if (status) Object.assign(status, { restartCount: (status.restartCount ?? 0) + 2 })
}

describe('--state', () => {
  it('keeps a file that only its owner may read, and tells what has changed since', async () => {
    expect((await run()).stdout).not.toContain('changed')
    expect((await stat(file)).mode & 0o777).toBe(0o600)
    expect(await readdir(folder)).toEqual(['check.json'])
    const { stdout } = await run([], (snapshot) => {
      movedPrimary(snapshot)
      restarted(snapshot)
    })
    expect(stdout).toContain('\nchanged: the primary was mycluster-1 and is mycluster-2\n')
    expect(stdout).toContain('\nchanged: mycluster-3 was restarted 2 times\n')
    expect((await run([], movedPrimary)).stdout).not.toContain('changed')
  })

  it.each([
    ['something else', '{"a": 1}\n'],
    ['half a text', '{"schemaVersion": 1, "ki'],
  ])('that holds %s is UNKNOWN, and is not written over', async (_what, text) => {
    await writeFile(file, text)
    const { code, line } = await run()
    expect(code).toBe(3)
    expect(line).toMatch(/^CNPG UNKNOWN - .*check\.json holds no state of a check; mycluster: 3\/3 instances ready/)
    expect(await readFile(file, 'utf8')).toBe(text)
    expect(await readdir(folder)).toEqual(['check.json'])
  })

  it('that cannot be written is UNKNOWN', async () => {
    file = join(folder, 'nowhere', 'check.json')
    const { code, line } = await run()
    expect(code).toBe(3)
    expect(line).toContain('cannot take the lock')
  })

  it('lets runs that overlap take turns', async () => {
    await run()
    const results = await Promise.all([run('--for 9', paused), run('--for 9', paused), run('--for 9', paused)])
    expect(results.map(({ stdout }) => /seen (\d) of 9/.exec(stdout)?.[1]).sort()).toEqual(['1', '2', '3'])
  })

  it.each(['--for 3', '--quiet-repeat', '--on-change x'])('is needed for %s', async (words) => {
    const { code, stdout } = await cli(`check mycluster ${words}`)
    expect(code).toBe(3)
    expect(headline(stdout)).toMatch(/^CNPG UNKNOWN - --[\w-]+ needs --state$/)
  })
})

describe('--for', () => {
  it('counts a finding only when it was there in so many runs on end', async () => {
    const again = () => run('--for 3', paused)
    const first = await again()
    expect(first.code).toBe(0)
    expect(first.stdout).toContain('\nseen 1 of 3 times: WARNING replay-paused: ')
    expect((await again()).code).toBe(0)
    expect((await again()).code).toBe(1)
    expect((await run('--for 3')).code).toBe(0)
    expect((await again()).code).toBe(0)
  })
})

describe('--quiet-repeat', () => {
  it('prints only news, and exits all the same', async () => {
    const quiet = (change?: Change, now?: string) => run('--quiet-repeat', change, now)
    expect((await quiet()).line).toMatch(/^CNPG OK/)
    expect(await quiet()).toMatchObject({ code: 0, stdout: '', stderr: '' })
    expect((await quiet(paused)).line).toMatch(/^CNPG WARNING/)
    expect(await quiet(paused)).toMatchObject({ code: 1, stdout: '' })
    expect((await quiet()).line).toMatch(/^CNPG OK/)
    expect((await quiet(restarted)).stdout).toContain('changed: ')
  })

  it('can remind', async () => {
    const later = (now: string) => run('--quiet-repeat=24h', paused, now)
    expect((await later('2026-11-23T06:00:00Z')).stdout).not.toBe('')
    expect((await later('2026-11-24T05:59:59Z')).stdout).toBe('')
    expect((await later('2026-11-24T06:00:00Z')).stdout).not.toBe('')
    expect((await later('2026-11-24T06:00:01Z')).stdout).toBe('')
    expect((await run('--quiet-repeat=often')).line).toBe('CNPG UNKNOWN - "often" is no duration for --quiet-repeat')
  })
})

describe('--on-change', () => {
  const told = async () => {
    const text = await readFile(join(folder, 'told'), 'utf8').catch(() => '')
    return text
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as { previousState: string | null; changes: string[]; report: { state: string } })
  }
  const hook = () => ['--on-change', `cat >> '${join(folder, 'told')}'`]

  it('is told once of each change, with all of it on stdin', async () => {
    await run(hook())
    expect(await told()).toEqual([])
    await run(hook(), paused)
    await run(hook(), paused)
    await run(hook(), restarted)
    expect((await told()).map(({ previousState, report, changes }) => [previousState, report.state, changes])).toEqual([
      ['OK', 'WARNING', []],
      ['WARNING', 'OK', ['rec-sync/mycluster: mycluster-3 was restarted 2 times']],
    ])
    expect((await told())[0]?.report).toMatchObject({ kind: 'Check', clusters: [{ name: 'mycluster' }] })
  })

  it('that fails makes the check UNKNOWN and is told again next time', async () => {
    await run(hook())
    const { code, line } = await run(['--on-change', 'echo no route to pager >&2; exit 7'], restarted)
    expect(code).toBe(3)
    expect(line).toMatch(/^CNPG UNKNOWN - the command of --on-change exited with 7: no route to pager; mycluster: /)
    await run(hook(), restarted)
    expect((await told()).flatMap(({ changes }) => changes)).toEqual([
      'rec-sync/mycluster: mycluster-3 was restarted 2 times',
    ])
  })

  it('that hangs is ended', async () => {
    const { code, line } = await run(['--on-change', 'sleep 60', '--timeout', '1s'], paused)
    expect(code).toBe(3)
    expect(line).toContain('the command of --on-change was ended by SIGKILL')
  })
})

describe('--lock', () => {
  it('lets one run at a time in, and frees itself', async () => {
    const lock = join(folder, 'lock')
    const free = await run(['--lock', lock])
    expect(free.code).toBe(0)
    expect(await readdir(folder)).toEqual(['check.json'])
    const [one, other] = await Promise.all([
      run(['--lock', lock, '--on-change', 'sleep 1'], paused),
      delayed(() => run(['--lock', lock])),
    ])
    expect(one.code).toBe(1)
    expect(other.code).toBe(3)
    expect(other.line).toMatch(/^CNPG UNKNOWN - another check holds /)
  })

  it('of a run that was killed ends with the time of that run', async () => {
    const lock = join(folder, 'lock')
    const held = (until: string) =>
      writeFile(lock, JSON.stringify({ token: 'x', since: '2026-11-23T05:00:00Z', until }))
    await held('2026-11-23T06:00:01Z')
    expect((await run(['--lock', lock])).code).toBe(3)
    await held('2026-11-23T05:59:59Z')
    expect((await run(['--lock', lock])).code).toBe(0)
    await writeFile(lock, 'no lock')
    expect((await run(['--lock', lock])).code).toBe(0)
    expect(await readdir(folder)).toEqual(['check.json'])
  })
})

async function delayed<T>(work: () => Promise<T>): Promise<T> {
  await new Promise((resolve) => setTimeout(resolve, 300))
  return work()
}
