import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startLive, steady } from './support/changes.ts'
import type { Live } from './support/changes.ts'

let live: Live
beforeAll(async () => {
  live = await startLive()
}, 60_000)
afterAll(() => live.sandbox.close())

/** Names of the instances whose server was started anew while `work` ran. */
async function startedAnew(work: () => Promise<void>): Promise<string[]> {
  const times = async () => {
    const all = new Map<string, string>()
    for (const [name, server] of live.cluster.servers) {
      const [row] = await server.query<{ at: string }>('SELECT pg_postmaster_start_time()::text AS at')
      all.set(name, row?.at ?? '')
    }
    return all
  }
  const before = await times()
  await work()
  const after = await times()
  return [...after.keys()].filter((name) => after.get(name) !== before.get(name)).sort()
}

const writes = () => live.sandbox.requests.filter(({ method }) => method !== 'GET')

describe('a restart', () => {
  it('of a standby deletes its pod, and is proved by the start time of the new server', async () => {
    const anew = await startedAnew(async () => {
      const { code, stdout, stderr } = await live.run('restart mycluster 2')
      expect(steady(stdout)).toBe('mycluster-2 restarted in N s\n')
      expect(code).toBe(0)
      expect(
        steady(stderr)
          .replace(/started \S+/, 'started T')
          .replace(/^.* stopped .*\n/m, ''),
      ).toBe(
        [
          'Restart of mycluster-2 in default/mycluster',
          '  instances      mycluster-2: Standby (async), OK, started T',
          'restart of mycluster-2 requested: its pod is being deleted (DELETE pods/mycluster-2)',
          'mycluster-2 restarted  N s',
          '',
        ].join('\n'),
      )
    })
    expect(anew).toEqual(['mycluster-2'])
    expect(await live.cluster.isStreaming('mycluster-2')).toBe(true)
    await live.settled()
  }, 30_000)

  it('of the primary is done in place, and says how long there was none', async () => {
    const anew = await startedAnew(async () => {
      const { code, stdout, stderr } = await live.run('restart mycluster mycluster-1')
      expect(steady(stdout)).toBe('mycluster-1 restarted in N s; no primary answered for N s\n')
      expect(stderr).toContain('Warning: the primary is down for a moment')
      expect(code).toBe(0)
    })
    expect(anew).toEqual(['mycluster-1'])
    expect(live.stored().status?.currentPrimary).toBe('mycluster-1')
    await live.settled()
  }, 30_000)

  it('of all restarts one after the other', async () => {
    const anew = await startedAnew(async () => {
      const { code, stdout } = await live.run('restart mycluster -o json')
      expect(code).toBe(0)
      const outcome = JSON.parse(stdout) as { phases: { id: string }[]; requests: { body: unknown }[] }
      expect(outcome.phases.map(({ id }) => id)).toEqual(
        expect.arrayContaining(['up mycluster-1', 'up mycluster-2', 'up mycluster-3']),
      )
      expect(outcome.requests).toMatchObject([
        { body: { metadata: { annotations: { 'kubectl.kubernetes.io/restartedAt': expect.any(String) as string } } } },
      ])
    })
    expect(anew).toEqual(['mycluster-1', 'mycluster-2', 'mycluster-3'])
    await live.settled()
  }, 40_000)

  it('of what is no instance of the cluster is refused before anything is sent', async () => {
    const before = writes().length
    const { code, stderr } = await live.run('restart mycluster other-1')
    expect(code).toBe(1)
    expect(stderr).toContain(
      'restart refused: other-1 is no instance of default/mycluster (its instances: mycluster-1, mycluster-2, mycluster-3)',
    )
    expect(writes()).toHaveLength(before)
  })

  it('that is only requested says so', async () => {
    const { code, stdout } = await live.run('restart mycluster 3 --no-wait')
    expect(stdout).toBe(
      'restart of mycluster-3 requested: its pod is being deleted; not waited for. To follow it: kubectl cnpg status mycluster -w\n',
    )
    expect(code).toBe(0)
    await live.settled()
  }, 30_000)
})

describe('restart --pending', () => {
  it('has nothing to do when nothing waits', async () => {
    const { code, stdout } = await live.run('restart mycluster --pending')
    expect([code, stdout]).toEqual([0, 'no instance of default/mycluster waits for a restart\n'])
  })

  it('names the parameters, restarts those that wait one after the other, and then they are live', async () => {
    for (const server of live.cluster.servers.values()) {
      await server.query('ALTER SYSTEM SET max_connections = 60')
      await server.query('SELECT pg_reload_conf()')
    }
    await expect
      .poll(
        async () => {
          const { stdout } = await live.run('restart mycluster --pending --dry-run')
          return [...stdout.matchAll(/(mycluster-\d): .* waits for a restart: (.*)/g)].map(
            ([, who, what]) => `${who} ${what}`,
          )
        },
        { timeout: 15_000 },
      )
      .toEqual(['mycluster-2', 'mycluster-3', 'mycluster-1'].map((name) => `${name} max_connections 50 -> 60`))
    const refused = await live.run('restart mycluster --pending --no-wait')
    expect(refused.code).toBe(2)
    expect(refused.stderr).toContain('3 steps have to wait for one another')
    const anew = await startedAnew(async () => {
      const { code, stdout, stderr } = await live.run('restart mycluster --pending')
      expect(steady(stdout)).toMatch(/^mycluster-2, mycluster-3, mycluster-1 restarted in N s/)
      const steps = stderr.match(/^mycluster-\d restarted|^restart of mycluster-\d requested/gm)
      expect(steps).toEqual(
        [2, 3, 1].flatMap((serial) => [`restart of mycluster-${serial} requested`, `mycluster-${serial} restarted`]),
      )
      expect(code).toBe(0)
    })
    expect(anew).toEqual(['mycluster-1', 'mycluster-2', 'mycluster-3'])
    for (const server of live.cluster.servers.values()) {
      const [row] = await server.query<{ value: string }>("SELECT current_setting('max_connections') AS value")
      expect(row?.value).toBe('60')
    }
    await live.settled()
  }, 60_000)

  it('chooses by itself', async () => {
    const { code, stderr } = await live.run('restart mycluster 1 --pending')
    expect(code).toBe(2)
    expect(stderr).toContain('--pending chooses the instances itself')
  })
})
