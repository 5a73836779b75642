import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { runProcess } from '../../helpers/process.ts'
import { onTerminal } from '../../helpers/terminal.ts'
import { type Live, startLive } from '../support/changes.ts'
import { kubeconfigFile, type Place, program } from '../support/program.ts'

const CTRL_C = '\u0003'
const hasKubectl = spawnSync('kubectl', ['version', '--client']).status === 0

describe('real servers', () => {
  let live: Live
  let place: Place
  beforeAll(async () => {
    live = await startLive(2)
    place = await kubeconfigFile(live.sandbox.kubeconfigFor('admin', { namespace: 'default' }))
  }, 60_000)
  afterAll(async () => {
    await place.remove()
    await live.sandbox.close()
  })

  /** Lets a server log `NAME FROM` to `NAME TO`. */
  async function count(instance: string, name: string, from: number, to: number): Promise<void> {
    const { cluster } = live
    const { appPassword: password } = cluster.credentials
    const { port } = cluster.server(instance)
    const session = new pg.Client({ host: '127.0.0.1', port, user: 'app', database: 'app', password })
    await session.connect()
    await session.query(`DO $$ BEGIN FOR n IN ${from}..${to} LOOP RAISE LOG '${name} %;', n; END LOOP; END $$`)
    await session.end()
  }

  /** The numbers that were shown behind a name. */
  function counted(text: string, name: string): number[] {
    return [...text.matchAll(new RegExp(` ${name} (\\d+);`, 'g'))].map(([, number]) => Number(number))
  }

  const upTo = (last: number): number[] => Array.from({ length: last }, (_, index) => index + 1)

  test.skipIf(!hasKubectl)(
    'followed on a terminal, through the deletion of the primary by kubectl, each record comes once',
    async () => {
      const words = ['logs', 'cluster', 'mycluster', '-f', '--pretty', '--loggers', 'postgres']
      const terminal = onTerminal(process.execPath, [...program, ...words], { ...place.env })
      await count('mycluster-1', 'first', 1, 50)
      await count('mycluster-2', 'standby', 1, 50)
      await terminal.shows('first 50;')
      await terminal.shows('standby 50;')
      const env = { ...process.env, ...place.env }
      const deleted = await runProcess('kubectl', ['delete', 'pod', 'mycluster-1', '--wait=false'], { env })
      expect(deleted.stderr).toBe('')
      await vi.waitFor(() => expect(live.cluster.primary).toBe('mycluster-2'), { timeout: 30_000 })
      await live.settled()
      await count('mycluster-2', 'second', 1, 50)
      await count('mycluster-1', 'anew', 1, 50)
      await terminal.shows('second 50;')
      await terminal.shows('anew 50;')
      terminal.type(CTRL_C)
      expect(await terminal.ended).toBe(130)
      for (const name of ['first', 'standby', 'second', 'anew']) {
        expect(counted(terminal.screen, name), name).toEqual(upTo(50))
      }
      expect(terminal.screen).toMatch(/\u001b\[34mLOG {5}\u001b\[39m \u001b\[3\dmmycluster-2\u001b\[39m/)
      expect(terminal.screen).not.toContain('Error')
    },
    60_000,
  )

  test('with head behind it, it ends at the next line', async () => {
    const script = '"$@" | head -n 1; echo over'
    const words = [process.execPath, ...program, 'logs', 'cluster', 'mycluster', '-f']
    const ended = runProcess('sh', ['-c', script, 'sh', ...words], { env: { ...process.env, ...place.env } })
    const timer = setInterval(() => void count('mycluster-2', 'more', 1, 1), 300)
    const { stdout, stderr } = await ended
    clearInterval(timer)
    expect(stdout).toMatch(/^\{.*\}\nover\n$/)
    expect(stderr).toBe('')
  })

  test('a whole log through a pipe into logs pretty is what --pretty shows', async () => {
    await count('mycluster-2', 'whole', 1, 100)
    const until = new Date().toISOString()
    const script = '"$@" --until "$UNTIL" | "$NODE" --no-warnings "$ENTRY" logs pretty'
    const env = { ...process.env, ...place.env, UNTIL: until, NODE: process.execPath, ENTRY: program[1] }
    const words = [process.execPath, ...program, 'logs', 'cluster', 'mycluster']
    const piped = await runProcess('sh', ['-c', script, 'sh', ...words], { env })
    const { stdout } = await live.run(['logs', 'cluster', 'mycluster', '--pretty', '--until', until])
    expect(piped.stdout.split('\n').length).toBeGreaterThan(100)
    expect(piped.stdout.split('\n').toSorted()).toEqual(stdout.split('\n').toSorted())
  })
})

describe('logs pretty as a process', () => {
  test('shows a line soon though more may come, and ends by Ctrl-C with what it has', async () => {
    const child = spawn(process.execPath, [...program, 'logs', 'pretty'])
    let [stdout, stderr] = ['', '']
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
    child.stdin.write('{"msg":"one"}\n{"msg":"two"}\n{"msg":"a part of')
    await vi.waitFor(() => expect(stdout).toContain('two\n'), { timeout: 20_000 })
    child.stdin.write('{"msg":"three"}\n')
    child.stdin.write('{"msg":"four"}\n')
    await vi.waitFor(() => expect(stdout).toContain('four\n'), { timeout: 20_000 })
    child.kill('SIGINT')
    const [code] = (await once(child, 'close')) as [number]
    expect({ code, stderr }).toEqual({ code: 130, stderr: '' })
    expect(stdout).toContain('{"msg":"a part of{"msg":"three"}\n')
  })
})
