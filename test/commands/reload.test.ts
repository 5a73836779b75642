import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startLive, steady } from './support/changes.ts'
import type { Live } from './support/changes.ts'

let live: Live
beforeAll(async () => {
  live = await startLive()
}, 60_000)
afterAll(() => live.sandbox.close())

/** Changes parameters of the Cluster's spec while the operator looks away: it hands them out with the next request. */
function setParameters(parameters: Record<string, string>): void {
  live.operator.pause()
  live.edit(({ spec }) => Object.assign(spec.postgresql!.parameters!, parameters))
}

async function values(parameter: string): Promise<string[]> {
  const shown: string[] = []
  for (const server of live.cluster.servers.values()) {
    const [row] = await server.query<{ value: string }>('SELECT current_setting($1) AS value', [parameter])
    shown.push(row?.value ?? '')
  }
  return shown
}

/** Lets the operator look again as soon as the reload was requested. */
const resumed = {
  onHost: (host: { errors: () => string }) => {
    const timer = setInterval(() => {
      if (!host.errors().includes('reload of mycluster requested')) return
      clearInterval(timer)
      live.operator.resume()
    }, 10)
  },
}

describe('a reload', () => {
  it('is proved by the values that every server runs with, however they are written', async () => {
    setParameters({
      ...{ work_mem: '8192kB', checkpoint_timeout: '600', log_lock_waits: 'true' },
      // These our own sessions set for themselves.
      ...{
        TimeZone: 'Europe/Berlin',
        statement_timeout: '45s',
        lock_timeout: '0',
        default_transaction_read_only: 'off',
      },
    })
    const { code, stdout, stderr } = await live.run('reload mycluster', resumed)
    expect(stderr).toContain('mycluster-1: work_mem is 4MB, not 8192kB')
    expect(steady(stdout)).toMatch(
      /^Reload proved in N s: \d+ parameters of the spec live on mycluster-1, mycluster-2, mycluster-3\n$/,
    )
    expect(code).toBe(0)
    expect(await values('work_mem')).toEqual(['8MB', '8MB', '8MB'])
    expect(await values('TimeZone')).toEqual(Array(3).fill('Europe/Berlin'))
    await live.settled()
  }, 30_000)

  it('does not take what the role that asks has for itself for what the server has', async () => {
    const primary = live.cluster.server('mycluster-1')
    await primary.query("ALTER ROLE postgres SET maintenance_work_mem = '96MB'")
    setParameters({ maintenance_work_mem: '96MB' })
    const { code, stderr } = await live.run('reload mycluster --timeout 1s')
    expect(stderr.match(/mycluster-\d: maintenance_work_mem is \w+, not 96MB$/gm)).toHaveLength(3)
    expect(code).toBe(124)
    live.operator.resume()
    expect((await live.run('reload mycluster')).code).toBe(0)
    await primary.query('ALTER ROLE postgres RESET maintenance_work_mem')
    await live.settled()
  }, 30_000)

  it('names what waits for a restart', async () => {
    // So that the operator leaves the primary as it is.
    live.edit(({ spec }) => (spec.primaryUpdateStrategy = 'supervised'))
    setParameters({ max_connections: '120' })
    const { code, stdout } = await live.run('reload mycluster --timeout 20s', resumed)
    expect(stdout).toMatch(/; waiting for a restart: max_connections 50 -> 120 \(mycluster-1/)
    expect(stdout).toMatch(/ (\d+) of \d+ parameters of the spec live/)
    expect(code).toBe(0)
    await live.settled()
    expect((await live.run('restart mycluster 1')).code).toBe(0)
    await live.settled()
  }, 60_000)

  it('says when nothing had to change, and still asks for it as the official does', async () => {
    const { code, stdout } = await live.run('reload mycluster')
    expect(stdout).toMatch(/: nothing had to change: \d+ parameters of the spec live on/)
    expect(code).toBe(0)
    const { body, contentType } = live.sandbox.requests.filter(({ method }) => method === 'PATCH').at(-1)!
    expect(contentType).toBe('application/merge-patch+json')
    expect(JSON.parse(body)).toEqual({
      metadata: { annotations: { 'cnpg.io/reloadedAt': expect.stringMatching(/^\d{4}-.*\.\d{6}Z$/) as string } },
    })
    await live.settled()
  }, 30_000)

  it('that cannot take effect has failed, with the word of the server', async () => {
    const server = live.cluster.server('mycluster-2')
    await server.query("ALTER SYSTEM SET work_mem = '12MB'")
    await server.query('SELECT pg_reload_conf()')
    const { code, stderr } = await live.run('reload mycluster --timeout 20s')
    expect(code).toBe(1)
    expect(stderr).toContain('work_mem is 12MB by ALTER SYSTEM, not 8192kB (mycluster-2)')
    await server.query('ALTER SYSTEM RESET work_mem')
    await server.query('SELECT pg_reload_conf()')
    await live.settled()
  }, 30_000)

  it('is not proved within the time when the operator does not react', async () => {
    setParameters({ work_mem: '16MB' })
    const { code, stderr } = await live.run('reload mycluster --timeout 1s')
    expect(code).toBe(124)
    expect(stderr).toContain('that every parameter of the spec is live on every instance, or waits for a restart')
    expect(stderr).toContain('To follow it: kubectl cnpg status mycluster -w\n')
    live.operator.resume()
    await live.settled()
  }, 30_000)
})

describe('without the right to run commands in pods', () => {
  it('a port-forward tells what everybody may see; the rest is named and not called proved', async () => {
    const allow = live.sandbox.policy.deny({ resource: 'pods/exec' })
    const { code, stderr } = await live.run('reload mycluster')
    allow()
    expect(stderr).toMatch(/not shown +TimeZone, .*log_directory, log_filename, .* \(needs pods\/exec\)/)
    expect(stderr).toContain('the others are live on mycluster-1, mycluster-2, mycluster-3')
    expect(code).toBe(1)
    await live.settled()
  }, 30_000)

  it('nor to forward ports it cannot be proved, which is said at once and is no success', async () => {
    const allow = ['pods/exec', 'pods/portforward'].map((resource) => live.sandbox.policy.deny({ resource }))
    const { code, stdout, stderr } = await live.run('reload mycluster')
    for (const each of allow) each()
    expect(stderr).toContain('reload of mycluster requested')
    expect(stderr).toContain('the live values cannot be read: ')
    expect([code, stdout]).toEqual([1, ''])
    await live.settled()
  }, 30_000)
})
