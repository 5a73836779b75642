import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startLive, steady } from './support/changes.ts'
import type { Live } from './support/changes.ts'

let live: Live
beforeAll(async () => {
  live = await startLive()
}, 60_000)
afterAll(() => live.sandbox.close())

const terminal = { terminal: { columns: 120 }, env: { NO_COLOR: '1' } }
const annotation = () => live.stored().metadata.annotations?.['cnpg.io/fencedInstances']
const writes = () => live.sandbox.requests.filter(({ method }) => method !== 'GET')

/** Names of the instances whose servers take a query. */
async function up(): Promise<string[]> {
  const names: string[] = []
  for (const [name, server] of live.cluster.servers) {
    if (await server.query('SELECT 1').then(Boolean, () => false)) names.push(name)
  }
  return names.sort()
}

describe('fencing', () => {
  it('on a terminal: shows, asks, and the server is down', async () => {
    const { code, stdout, stderr, host } = await live.run('fencing on mycluster 3', { ...terminal, answers: ['y'] })
    expect(steady(stderr)).toBe(
      [
        'Fence mycluster-3 of default/mycluster',
        '  fenced now     none',
        '  fenced then    mycluster-3',
        '  instances      mycluster-3: Standby (async), OK; PostgreSQL runs',
        'fencing of mycluster-3 requested (PATCH clusters/mycluster)',
        'mycluster-3 stopped  N s',
        '',
      ].join('\n'),
    )
    expect(host.questions).toEqual(['Fence mycluster-3? [y/N] '])
    expect(steady(stdout)).toBe('mycluster-3 fenced in N s: PostgreSQL is down on mycluster-3\n')
    expect(code).toBe(0)
    expect(annotation()).toBe('["mycluster-3"]')
    expect(await up()).toEqual(['mycluster-1', 'mycluster-2'])
  }, 30_000)

  it('adds another one by its name, and what is fenced is nothing to do', async () => {
    expect((await live.run('fencing on mycluster mycluster-2')).code).toBe(0)
    expect(annotation()).toBe('["mycluster-2","mycluster-3"]')
    expect(await up()).toEqual(['mycluster-1'])
    const before = writes().length
    const again = await live.run('fencing on mycluster 2')
    expect([again.code, again.stdout]).toEqual([0, 'mycluster-2 of default/mycluster is fenced already\n'])
    expect(writes()).toHaveLength(before)
  }, 30_000)

  it('of all tells what it means, and one of them can be let go', async () => {
    const all = await live.run(['fencing', 'on', 'mycluster', '*', '-o', 'json'])
    expect(all.code).toBe(0)
    expect(all.stderr).toContain('Warning: mycluster-1 is the primary: nothing can be written until')
    const outcome = JSON.parse(all.stdout) as { phases: { id: string }[] }
    expect(outcome.phases.map(({ id }) => id).toSorted()).toEqual(['mycluster-1', 'mycluster-2', 'mycluster-3'])
    expect(outcome).toMatchObject({
      change: 'fencing on',
      outcome: 'proved',
      undo: [
        "kubectl cnpg fencing off mycluster '*' && kubectl cnpg fencing on mycluster mycluster-2 && kubectl cnpg fencing on mycluster mycluster-3",
      ],
    })
    expect(annotation()).toBe('["*"]')
    expect(await up()).toEqual([])
    const { code, stdout, stderr } = await live.run('fencing off mycluster 1')
    expect(stderr).toContain("Warning: '*' becomes the list of the others (mycluster-2, mycluster-3)")
    expect(steady(stdout)).toBe('mycluster-1 unfenced in N s: PostgreSQL is up again on mycluster-1\n')
    expect(code).toBe(0)
    expect(annotation()).toBe('["mycluster-2","mycluster-3"]')
    expect(await up()).toEqual(['mycluster-1'])
  }, 30_000)

  it('status tells what is fenced and what runs', async () => {
    const { code, stdout } = await live.run('fencing status mycluster')
    expect(stdout).toBe(
      [
        'Instance     Replication role  Fenced  PostgreSQL',
        '--------     ----------------  ------  ----------',
        'mycluster-1  Primary           no      runs',
        'mycluster-2  Fenced            yes     down',
        'mycluster-3  Fenced            yes     down',
        '',
      ].join('\n'),
    )
    expect(code).toBe(0)
    const json = await live.run('fencing status -o json')
    expect(JSON.parse(json.stdout)).toMatchObject({
      schemaVersion: 1,
      clusters: [{ namespace: 'default', name: 'mycluster', all: false, fenced: ['mycluster-2', 'mycluster-3'] }],
    })
    expect((await live.run('fencing status mycluster -A')).code).toBe(2)
    expect((await live.run('fencing status nosuch')).code).toBe(1)
  })

  it('off all lets all of them run, and takes nobody else’s annotation away', async () => {
    live.edit((cluster) => {
      cluster.metadata.annotations = { ...cluster.metadata.annotations, 'example.com/mine': 'stays' }
    })
    const { code } = await live.run(['fencing', 'off', 'mycluster', '*'])
    expect(code).toBe(0)
    expect(annotation()).toBeUndefined()
    expect(live.stored().metadata.annotations?.['example.com/mine']).toBe('stays')
    expect(await up()).toEqual(['mycluster-1', 'mycluster-2', 'mycluster-3'])
    await live.settled()
    const again = await live.run(['fencing', 'off', 'mycluster', '3'])
    expect([again.code, again.stdout]).toEqual([0, 'mycluster-3 of default/mycluster is unfenced already\n'])
  }, 30_000)

  it('is refused for what is no instance, and a missing word is a mistake', async () => {
    const before = writes().length
    const { code, stderr } = await live.run('fencing on mycluster solo-1')
    expect(code).toBe(1)
    expect(stderr).toContain('solo-1 is no instance of default/mycluster (its instances: mycluster-1')
    for (const line of ['fencing on mycluster', 'fencing on', 'fencing off mycluster', 'fencing bogus']) {
      expect((await live.run(line)).code).toBe(2)
    }
    expect((await live.run('fencing on mycluster 3 4')).code).toBe(2)
    expect(writes()).toHaveLength(before)
  })

  it('can be lifted from an instance that is gone', async () => {
    live.edit((cluster) => {
      cluster.metadata.annotations = { 'cnpg.io/fencedInstances': '["mycluster-9"]' }
    })
    const { code, stdout } = await live.run('fencing off mycluster 9')
    expect(steady(stdout)).toBe(
      'mycluster-9 unfenced in N s: the fence is gone; there is no pod whose server could start\n',
    )
    expect(code).toBe(0)
    expect(annotation()).toBeUndefined()
  })

  it('repairs an annotation that nobody can read, when told to', async () => {
    live.edit((cluster) => {
      cluster.metadata.annotations = { 'cnpg.io/fencedInstances': 'not JSON' }
    })
    expect((await live.run('fencing off mycluster 3 --force')).code).toBe(1)
    const refused = await live.run(['fencing', 'off', 'mycluster', '*'])
    expect(refused.code).toBe(1)
    expect(refused.stderr).toContain('--force does it all the same')
    expect((await live.run(['fencing', 'off', 'mycluster', '*', '--force'])).code).toBe(0)
    expect(annotation()).toBeUndefined()
  }, 20_000)

  it('never loses what somebody else fences at the same moment', async () => {
    const off = live.sandbox.faults.add({ method: 'PATCH', latencyMs: 300, times: 1 })
    const before = writes().length
    const { code } = await live.run('fencing on mycluster 3', {
      onHost: () => {
        const meddle = async (): Promise<void> => {
          while (writes().length === before) await pause(5)
          live.edit((cluster) => {
            cluster.metadata.annotations = { 'cnpg.io/fencedInstances': '["mycluster-2"]' }
          })
        }
        void meddle()
      },
    })
    off()
    expect(code).toBe(0)
    expect(annotation()).toBe('["mycluster-2","mycluster-3"]')
    await live.run(['fencing', 'off', 'mycluster', '*'])
    await live.settled()
  }, 30_000)

  it('that does not come in time says so, and is waited for when asked again', async () => {
    live.operator.pause()
    const late = await live.run('fencing on mycluster 3 --timeout 1s')
    expect(late.code).toBe(124)
    expect(late.stderr).toContain('that PostgreSQL is down on mycluster-3')
    expect(late.stderr).toContain('To undo it: kubectl cnpg fencing off mycluster mycluster-3\n')
    const status = await live.run('fencing status mycluster')
    expect(status.stdout).toMatch(/mycluster-3 .* yes +still runs\n/)
    const requested = await live.run('fencing on mycluster 3 --no-wait')
    expect(requested.stdout).toMatch(/^it had been requested before; not waited for/)
    const before = writes().length
    live.operator.resume()
    const again = await live.run('fencing on mycluster 3')
    expect([again.code, writes().length]).toEqual([0, before])
    expect(await up()).toEqual(['mycluster-1', 'mycluster-2'])
    await live.run('fencing off mycluster 3')
    await live.settled()
  }, 30_000)

  it('shows what it would do, and sends nothing where nothing may be changed', async () => {
    const before = writes().length
    const plan = await live.run('fencing on mycluster 1 --dry-run')
    expect(plan.code).toBe(0)
    expect(plan.stdout).toContain('1. set the annotation cnpg.io/fencedInstances to ["mycluster-1"]\n')
    const yaml = await live.run('fencing on mycluster 1 --dry-run -o yaml')
    expect(yaml.stdout).toContain(`cnpg.io/fencedInstances: '["mycluster-1"]'`)
    const readOnly = await live.run('fencing on mycluster 1', { env: { CNPG_READ_ONLY: '1' } })
    expect(readOnly.code).toBe(1)
    expect(writes()).toHaveLength(before)
    expect((await live.run('fencing on mycluster 1 --dry-run=server')).code).toBe(0)
    expect(annotation()).toBeUndefined()
  })
})
