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

async function standby(name: string): Promise<boolean | undefined> {
  const [row] = await live.cluster.server(name).query<{ standby: boolean }>('SELECT pg_is_in_recovery() AS standby')
  return row?.standby
}

const writes = () => live.sandbox.requests.filter(({ method }) => method !== 'GET')

describe('a switchover', () => {
  it('on a terminal: shows, asks, tells the phases and the outcome, and it is true', async () => {
    const { code, stdout, stderr, host } = await live.run('promote mycluster 2', { ...terminal, answers: ['y'] })
    expect(steady(stderr)).toBe(
      [
        'Switchover of default/mycluster: mycluster-1 (primary) -> mycluster-2',
        '  streaming      yes, timeline 1, async',
        '  lag            0 B, 0 s',
        '  readiness      pod Ready on node1, not fenced',
        '  WAL archive    OK, 0 waiting',
        'mycluster-2 requested as primary (PATCH clusters/mycluster/status)',
        'mycluster-1 shutting down  N s',
        'mycluster-2 is primary, timeline 2  N s',
        'mycluster-1 follows on timeline 2  N s',
        '',
      ].join('\n'),
    )
    expect(host.questions).toEqual(['Promote mycluster-2? [y/N] '])
    expect(steady(stdout)).toBe('Switchover done in N s; no primary answered for N s\n')
    expect(code).toBe(0)
    expect([await standby('mycluster-1'), await standby('mycluster-2')]).toEqual([true, false])
    expect(await live.cluster.isStreaming('mycluster-1')).toBe(true)
    await live.settled()
  }, 30_000)

  it('in a pipe: neither asks nor colours, and gives the whole outcome as JSON', async () => {
    const { code, stdout, stderr } = await live.run('promote mycluster mycluster-1 -o json')
    expect(code).toBe(0)
    expect(stderr).not.toContain('\x1b')
    const outcome = JSON.parse(stdout) as Record<string, unknown>
    expect(outcome).toMatchObject({
      schemaVersion: 1,
      change: 'promote',
      target: 'default/mycluster',
      outcome: 'proved',
      phases: expect.arrayContaining([
        expect.objectContaining({ id: 'primary', text: 'mycluster-1 is primary, timeline 3' }),
        expect.objectContaining({ id: 'follows' }),
      ]) as unknown,
      outage: { seconds: expect.any(Number) as number, accuracySeconds: expect.any(Number) as number },
      requests: [{ method: 'PATCH', body: { status: { targetPrimary: 'mycluster-1' } } }],
      undo: [expect.stringContaining('kubectl cnpg promote mycluster mycluster-2') as string],
    })
    expect(await standby('mycluster-1')).toBe(false)
    await live.settled()
  }, 30_000)

  it('to an instance of its own choice wants the name typed', async () => {
    const declined = await live.run('promote mycluster', { ...terminal, answers: ['y'] })
    expect(declined.code).toBe(1)
    expect(declined.stderr).toContain('Error: not confirmed: the answer was not mycluster-2\nNothing was changed.\n')
    const piped = await live.run('promote mycluster')
    expect(piped.code).toBe(1)
    expect(piped.stderr).toContain('--yes confirms it')
    expect(live.stored().status?.targetPrimary).toBe('mycluster-1')
  })

  it('to the primary is nothing to do', async () => {
    const { code, stdout } = await live.run('promote mycluster 1')
    expect([code, stdout]).toEqual([0, 'mycluster-1 is already the primary node in the cluster default/mycluster\n'])
  })

  it('that is refused or not confirmed sends nothing', async () => {
    const before = writes().length
    for (const line of ['promote mycluster 9', 'promote mycluster other-1', 'promote mycluster 2 --confirm']) {
      expect((await live.run(line)).code).toBe(1)
    }
    const declined = await live.run('promote mycluster 2', { ...terminal, answers: ['n'] })
    expect([declined.code, declined.stderr.split('\n').at(-2)]).toEqual([1, 'Nothing was changed.'])
    expect(writes()).toHaveLength(before)
  })
})

describe('without doing it', () => {
  it('shows the plan and the ranking', async () => {
    const { code, stdout } = await live.run('promote mycluster --dry-run')
    expect(code).toBe(0)
    expect(stdout).toMatch(/candidates +1\. mycluster-2: async, lag \d+ B\n +2\. mycluster-3: async/)
    expect(stdout).toContain('PATCH /apis/postgresql.cnpg.io/v1/namespaces/default/clusters/mycluster/status\n')
  })

  it('prints the exact patch, or lets the server look at it', async () => {
    const { stdout } = await live.run('promote mycluster 2 --dry-run -o yaml')
    expect(stdout).toContain('outcome: dry-run\n')
    expect(stdout).toContain('        targetPrimary: mycluster-2\n')
    const server = await live.run('promote mycluster 2 --dry-run=server')
    expect([server.code, server.stdout]).toEqual([0, 'The API server accepts the requests; nothing was changed.\n'])
    expect(writes().at(-1)?.query).toContain('dryRun=All')
    expect(live.stored().status?.targetPrimary).toBe('mycluster-1')
  })

  it('exits with 1 where it would be refused', async () => {
    const { code, stdout } = await live.run('promote mycluster 9 --dry-run')
    expect(code).toBe(1)
    expect(stdout).toContain('Refused: mycluster-9 is no instance of default/mycluster')
  })

  it('refuses before any request where nothing may be changed', async () => {
    const before = live.sandbox.requests.length
    const variable = await live.run('promote mycluster 2', { env: { CNPG_READ_ONLY: '1' } })
    expect(variable.code).toBe(1)
    expect(variable.stderr).toContain('CNPG_READ_ONLY is set')
    expect(live.sandbox.requests).toHaveLength(before)
    expect((await live.run('promote mycluster 2 --dry-run', { env: { CNPG_READ_ONLY: '1' } })).code).toBe(0)
  })
})

describe('a switchover that does not come', () => {
  it('because the operator takes it back has failed', async () => {
    live.operator.rollBackNext()
    const { code, stdout, stderr } = await live.run('promote mycluster 2')
    expect(code).toBe(1)
    expect(stdout).toBe('')
    expect(stderr).toContain('the target primary was set to mycluster-1, and mycluster-2 is not the primary')
    await live.settled()
  }, 30_000)

  it('because somebody else names a third instance has failed, and says which', async () => {
    live.operator.pause()
    const { code, stderr } = await live.run('promote mycluster 2', {
      onHost: (host) => {
        const meddle = async (): Promise<void> => {
          while (!host.errors().includes('requested as primary')) await pause(5)
          live.edit(({ status }) => Object.assign(status!, { targetPrimary: 'mycluster-3' }))
        }
        void meddle()
      },
    })
    expect(code).toBe(1)
    expect(stderr).toContain('the target primary was set to mycluster-3, and mycluster-2 is not the primary')
    live.edit(({ status }) =>
      Object.assign(status!, { targetPrimary: 'mycluster-1', phase: 'Cluster in healthy state' }),
    )
    live.operator.resume()
    await live.settled()
  }, 30_000)

  it('in time is still running: 124, and how to follow it', async () => {
    live.operator.pause()
    const { code, stderr } = await live.run('promote mycluster 2 --timeout 1s')
    expect(code).toBe(124)
    expect(stderr).toContain('that mycluster-2 answers as the primary and mycluster-1 follows it')
    expect(stderr).toContain('To follow it: kubectl cnpg status mycluster -w\n')
    const again = await live.run('promote mycluster 2')
    expect(again.stderr).toContain('a switchover to mycluster-2 is under way already')
    const back = await live.run('promote mycluster 1 --force --no-wait')
    expect(back.stdout).toMatch(/^mycluster-1 requested as primary; not waited for/)
    expect(back.code).toBe(0)
    live.operator.resume()
    await live.settled()
    expect(live.stored().status).toMatchObject({ currentPrimary: 'mycluster-1', targetPrimary: 'mycluster-1' })
  }, 30_000)

  it('for it was interrupted says what goes on, and how to undo it', async () => {
    live.operator.pause()
    const { code, stderr } = await live.run('promote mycluster 2', {
      onHost: (host) => {
        const sent = () => host.errors().includes('mycluster-2 requested as primary')
        const interrupt = async (): Promise<void> => {
          while (!sent()) await pause(10)
          host.raise('SIGINT')
        }
        void interrupt()
      },
    })
    expect(code).toBe(130)
    expect(stderr).toContain('Interrupted. Already accepted: mycluster-2 requested as primary.\n')
    expect(stderr).toContain('To undo it: kubectl cnpg promote mycluster mycluster-1 (--force while it still runs)\n')
    live.operator.resume()
    await live.settled()
    expect(await standby('mycluster-2')).toBe(false)
  }, 30_000)
})

it('without the right to list pods it is proved all the same, by the instances that the Cluster names', async () => {
  const allow = live.sandbox.policy.deny({ resource: 'pods', verb: 'list' })
  const { code, stdout, stderr } = await live.run('promote mycluster 3')
  allow()
  expect(stderr).toContain('  readiness      pod not known, not fenced\n')
  expect(steady(stdout)).toBe('Switchover done in N s; no primary answered for N s\n')
  expect(code).toBe(0)
  expect(await standby('mycluster-3')).toBe(false)
  await live.settled()
}, 30_000)

it('an API server that is away for a moment does not end the wait', async () => {
  const { code, stdout } = await live.run('promote mycluster 1', {
    onHost: (host) => {
      const cut = async (): Promise<void> => {
        while (!host.errors().includes('requested as primary')) await pause(5)
        live.sandbox.faults.connections = 'reset'
        const off = live.sandbox.faults.add({ cut: 'before' })
        await pause(400)
        live.sandbox.faults.connections = 'normal'
        off()
      }
      void cut()
    },
  })
  expect(stdout).toMatch(/^Switchover done in/)
  expect(code).toBe(0)
  expect(await standby('mycluster-1')).toBe(false)
  await live.settled()
}, 30_000)
