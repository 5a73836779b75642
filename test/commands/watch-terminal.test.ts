import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest'
import { onTerminal, type Terminal } from '../helpers/terminal.ts'
import { screenOf } from '../helpers/virtual-screen.ts'
import { ClusterClient } from '../sandbox/operator-client.ts'
import type { PostgresCluster } from '../sandbox/postgres/cluster.ts'
import { type Sandbox, startSandbox } from '../sandbox/sandbox.ts'
import { play } from '../snapshot/support/recorded.ts'
import { kubeconfigFile, program } from './support/program.ts'

interface Size {
  columns: number
  rows: number
}

const USUAL: Size = { columns: 80, rows: 24 }
const HIGH: Size = { columns: 120, rows: 40 }

async function watch(kubeconfig: string, env: NodeJS.ProcessEnv = {}, size = USUAL): Promise<Terminal> {
  const place = await kubeconfigFile(kubeconfig)
  onTestFinished(() => place.remove())
  const line = [...program, 'status', 'mycluster', '--watch', '--interval', '300ms']
  return onTerminal(process.execPath, line, { LC_ALL: 'C.UTF-8', NO_COLOR: '1', ...place.env, ...env }, size)
}

function picture({ screen }: Terminal, { columns, rows } = USUAL): string[] {
  return screenOf(screen, columns, rows)
}

/** What stands in one row of the instances, from its name on. */
function row(terminal: Terminal, name: string, size = USUAL): string {
  return picture(terminal, size).findLast((line) => line.startsWith(`${name} `)) ?? ''
}

function eventually(check: () => void): Promise<void> {
  return vi.waitFor(check, { timeout: 30_000, interval: 50 })
}

describe('a watch on a terminal', () => {
  async function start(env?: NodeJS.ProcessEnv): Promise<Terminal> {
    const { server } = await play('lagging-replica')
    const terminal = await watch(server.kubeconfigFor('admin', { namespace: server.meta.namespace }), env)
    await terminal.shows('q: quit')
    return terminal
  }

  test('fills the screen without scrolling, and goes on in place', async () => {
    const terminal = await start()
    const [time] = picture(terminal)
    await eventually(() => expect(picture(terminal)[0]).not.toBe(time))
    const lines = picture(terminal)
    expect(lines[0]).toMatch(/^\d\d:\d\d:\d\d UTC {2}rec-main\/mycluster {2}context sandbox {2}every 0.3s {2}live$/)
    expect(lines.at(-1)).toMatch(/^… \d+ more lines {3}q: quit/)
    expect(row(terminal, 'mycluster-2')).toMatch(/Standby \(paused\) +OK +110 MB +█+/)
    const drawn = terminal.screen.slice(terminal.screen.indexOf('\u001b[?1049h'))
    expect(drawn).not.toContain('\n')
    terminal.type('q')
    expect(await terminal.ended).toBe(0)
  })

  test('fits another size of the terminal', async () => {
    const terminal = await start()
    const before = terminal.screen.length
    terminal.resize(40, 20)
    const narrow = () => screenOf(terminal.screen.slice(before), 40, 20)
    await eventually(() => expect(narrow().at(-1)).toContain('q: quit'))
    expect(narrow().find((line) => line.startsWith('mycluster-2 '))).toMatch(/paused +OK +110 MB/)
    terminal.type('q')
    await terminal.ended
  })

  test('draws in ASCII where the locale knows no more', async () => {
    const terminal = await start({ LC_ALL: 'C' })
    expect(row(terminal, 'mycluster-2')).toMatch(/110 MB +#+/)
    expect(terminal.screen).toMatch(/^[\u0000-\u007f]*$/)
    terminal.type('q')
    await terminal.ended
  })

  test('appends as on a pipe where nothing can be drawn in place', async () => {
    const { server } = await play('healthy')
    const kubeconfig = server.kubeconfigFor('admin', { namespace: server.meta.namespace })
    const terminal = await watch(kubeconfig, { TERM: 'dumb' })
    await terminal.shows('Instances status')
    await eventually(() => expect(terminal.screen).toContain('mycluster-3'))
    terminal.type('\u0003')
    expect(await terminal.ended).toBe(130)
    expect(terminal.screen).not.toContain('\u001b')
  })

  test.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const)('gives the screen back at %s and exits with %i', async (signal, code) => {
    const terminal = await start()
    terminal.kill(signal)
    expect(await terminal.ended).toBe(code)
    const { screen } = terminal
    expect(screen.lastIndexOf('\u001b[?1049l')).toBeGreaterThan(screen.lastIndexOf('\u001b[?1049h'))
    expect(screen.lastIndexOf('\u001b[?25h')).toBeGreaterThan(screen.lastIndexOf('\u001b[?25l'))
  })

  test('ends with 130 at Ctrl-C, without a word of error', async () => {
    const terminal = await start()
    terminal.type('\u0003')
    expect(await terminal.ended).toBe(130)
    expect(terminal.screen).not.toContain('Error')
  })
})

describe('a failover of real servers', () => {
  let sandbox: Sandbox
  let cluster: PostgresCluster
  let client: ClusterClient

  beforeAll(async () => {
    sandbox = await startSandbox({ clusters: [{ name: 'mycluster', namespace: 'default', operator: { pace: 400 } }] })
    cluster = sandbox.clusters[0]!
    client = new ClusterClient(sandbox)
  })
  afterAll(async () => {
    client.close()
    await sandbox.close()
  })

  test('is seen live: the primary goes, another one takes over, the old one comes back as its standby', async () => {
    const terminal = await watch(sandbox.kubeconfigFor('admin', { namespace: 'default' }), {}, HIGH)
    const text = () => picture(terminal, HIGH).join('\n')
    const old = cluster.primary
    await eventually(() => expect(row(terminal, old, HIGH)).toMatch(/ Primary +OK/))
    expect((await client.deletePod(old, 0)).status).toBe(200)
    await eventually(() => expect(text()).toContain('CRITICAL'))
    await eventually(() => expect(cluster.primary).not.toBe(old))
    const next = cluster.primary
    await eventually(() => expect(row(terminal, next, HIGH)).toMatch(/ Primary\*? +OK/))
    await eventually(() => expect(row(terminal, old, HIGH)).toMatch(/ Standby \(async\)\*? +OK/))
    await eventually(() => expect(text()).toMatch(/^Status: +Cluster in healthy state/m))
    expect(text()).toMatch(new RegExp(`^Primary instance: +${next}`, 'm'))
    expect(text()).toMatch(new RegExp(`^\\d\\d:\\d\\d:\\d\\d {2}${next}: Standby .* → Primary$`, 'm'))
    terminal.type('q')
    expect(await terminal.ended).toBe(0)
  })

  test('is told of on a pipe, one line for each change', async () => {
    const next = [...cluster.pods.keys()].find((name) => name !== cluster.primary)!
    const old = cluster.primary
    const place = await kubeconfigFile(sandbox.kubeconfigFor('admin', { namespace: 'default' }))
    const { runProcess } = await import('../helpers/process.ts')
    const line = [...program, 'status', 'mycluster', '-w', '--interval', '300ms']
    let output = ''
    const ended = runProcess(process.execPath, line, {
      env: { ...process.env, ...place.env },
      onStart(child) {
        child.stdout?.on('data', (text: string) => {
          output += text
          if (output.includes(`\n${old}: `) && output.includes('\nStatus: Cluster in healthy state (was '))
            child.kill('SIGINT')
        })
      },
    })
    await eventually(() => expect(output).toContain('Instances status'))
    expect((await client.promote(next)).status).toBe(200)
    const { code, stdout, stderr } = await ended
    await place.remove()
    expect([code, stderr]).toEqual([130, ''])
    expect(stdout).toMatch(/\nStatus: Switchover in progress.* \(was Cluster in healthy state\)/)
    expect(stdout).toMatch(new RegExp(`\\n${next}: .*-> Primary\\n`))
    expect(stdout).toMatch(new RegExp(`\\nPrimary instance: ${next} \\(was `))
  })
})
