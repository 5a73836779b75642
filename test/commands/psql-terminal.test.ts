import { readFile } from 'node:fs/promises'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { onTerminal } from '../helpers/terminal.ts'
import { findProgram } from '../sandbox/instance/psql-command.ts'
import { type Sandbox, startSandbox } from '../sandbox/sandbox.ts'
import { kubeconfigFile, type Place, program } from './support/program.ts'
import { type Program, type StandIn, startStandIn } from './support/stand-in.ts'

const CTRL_C = '\u0003'
const CTRL_D = '\u0004'

describe('on a terminal', () => {
  let standIn: StandIn | undefined
  let place: Place | undefined
  afterEach(async () => {
    await standIn?.close()
    await place?.remove()
    standIn = undefined
    place = undefined
  })

  async function start(behaviour: Program, words: readonly string[] = []) {
    standIn = await startStandIn(behaviour)
    place = await kubeconfigFile(standIn.kubeconfig)
    // The state of the terminal is told before and after, as the user's shell would find it.
    const script = 'stty -g; "$@"; code=$?; stty -g; exit $code'
    const line = ['-c', script, 'sh', process.execPath, ...program, 'psql', 'shop-db', ...words]
    return onTerminal('/bin/sh', line, place.env)
  }

  /** Shows each byte that comes in as a number; `q` ends it with code 7. */
  const numbers: Program = async (request) => {
    await request.stdout(Buffer.from('ready\r\n'))
    for await (const chunk of request.stdin ?? []) {
      for (const byte of chunk) await request.stdout(Buffer.from(`<${byte}>`))
      if (chunk.includes(0x71)) return 7
    }
    return 0
  }

  /** The two states that the shell has printed are one and the same. */
  function expectRestored(screen: string): void {
    const states = screen.match(/[0-9a-f]+(?::[0-9a-f]+){10,}/g) ?? []
    expect(states).toHaveLength(2)
    expect(states[1]).toBe(states[0])
  }

  test('every key goes to psql, Ctrl-C and Ctrl-D too, and its exit code comes back', async () => {
    const terminal = await start(numbers)
    await terminal.shows('ready')
    terminal.type(`a${CTRL_C}${CTRL_D}\u001a\u001c\r\u001b[A`)
    await terminal.shows('<97><3><4><26><28><13><27><91><65>')
    terminal.type('q')
    expect(await terminal.ended).toBe(7)
    expectRestored(terminal.screen)
    expect(standIn?.ran[0]).toMatchObject({ tty: true })
  })

  test('psql has the size of the window, also after it changed', async () => {
    const terminal = await start(async (request) => {
      let last = ''
      await new Promise<void>((resolve) => {
        request.onResize(({ columns, rows }) => {
          last = `${columns}x${rows}`
          void request.stdout(Buffer.from(`size ${last};`))
          if (last === '101x37') resolve()
        })
      })
      return 0
    })
    await terminal.shows('size 80x24;')
    terminal.resize(101, 37)
    expect(await terminal.ended).toBe(0)
    expect(terminal.screen).toContain('size 101x37;')
  })

  test('-t=false gives psql no terminal', async () => {
    const terminal = await start(numbers, ['-t=false'])
    await terminal.shows('ready')
    terminal.type('q\n')
    expect(await terminal.ended).toBe(7)
    expect(standIn?.ran[0]).toMatchObject({ tty: false })
  })

  test('when the connection drops, the terminal is as before, out of the pager too', async () => {
    const terminal = await start(async (request) => {
      await request.stdout(Buffer.from('\u001b[?2004h\u001b[?1049h\u001b[?2'))
      await request.stdout(Buffer.from('5l\u001b[?1h\u001b=a pager'))
      return new Promise(() => undefined)
    })
    await terminal.shows('a pager')
    await standIn?.close()
    expect(await terminal.ended).toBe(1)
    expectRestored(terminal.screen)
    const after = terminal.screen.slice(terminal.screen.indexOf('a pager'))
    for (const sequence of ['\u001b[?2004l', '\u001b[?1049l', '\u001b[?25h', '\u001b[?1l', '\u001b>']) {
      expect(after).toContain(sequence)
    }
    expect(after).toMatch(/\r\nError: .*connection/)
  })

  test('modes that psql took back itself are left alone', async () => {
    const terminal = await start(async (request) => {
      await request.stdout(Buffer.from('\u001b[?2004hon\u001b[?2004loff'))
      return 0
    })
    expect(await terminal.ended).toBe(0)
    expect(terminal.screen.split('\u001b[?2004l')).toHaveLength(2)
  })

  test('before psql has started, Ctrl-C ends the program', async () => {
    standIn = await startStandIn(numbers)
    standIn.server.faults.add({ resource: 'pods/exec', hang: true })
    place = await kubeconfigFile(standIn.kubeconfig)
    const terminal = onTerminal(process.execPath, [...program, 'psql', 'shop-db', '--log-level=debug'], place.env)
    while (!standIn.server.requests.some(({ path }) => path.endsWith('/exec'))) {
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
    terminal.type(CTRL_C)
    expect(await terminal.ended).toBe(130)
    expect(terminal.screen).toContain('interrupted by SIGINT')
  })

  test('three Ctrl-C that nothing answers lead out of a dead connection', async () => {
    const terminal = await start(async (request) => {
      await request.stdout(Buffer.from('hello'))
      return new Promise(() => undefined)
    })
    await terminal.shows('hello')
    for (let second = 0; second < 3; second++) {
      terminal.type(CTRL_C)
      await new Promise((resolve) => setTimeout(resolve, 1_050))
    }
    terminal.type(CTRL_C)
    expect(await terminal.ended).toBe(1)
    expect(terminal.screen).toContain('psql does not answer any more')
    expectRestored(terminal.screen)
  })

  test('a crash gives the terminal back, and says what it was where it can be read', async () => {
    standIn = await startStandIn(async (request) => {
      await request.stdout(Buffer.from('\u001b[?1049h\u001b[?25la pager'))
      return new Promise(() => undefined)
    })
    place = await kubeconfigFile(standIn.kubeconfig)
    const crash = "process.once('SIGWINCH', () => { throw new Error('a mistake of ours') })"
    const line = [`--import=data:text/javascript,${encodeURIComponent(crash)}`, ...program, 'psql', 'shop-db']
    const script = 'stty -g; "$@"; code=$?; stty -g; exit $code'
    const terminal = onTerminal('/bin/sh', ['-c', script, 'sh', process.execPath, ...line], place.env)
    await terminal.shows('a pager')
    terminal.resize(90, 30)
    expect(await terminal.ended).toBe(1)
    expectRestored(terminal.screen)
    expect(terminal.screen).toMatch(/\u001b\[\?1049l[^]*a mistake of ours/)
    expect(terminal.screen).toContain('\u001b[?25h')
  })

  test('SIGTERM gives the terminal back', async () => {
    standIn = await startStandIn(numbers)
    place = await kubeconfigFile(standIn.kubeconfig)
    const pidFile = `${place.folder}/pid`
    const line = ['-c', 'stty -g; sh -c \'echo $$ >"$PIDFILE"; exec "$@"\' sh "$@"; code=$?; stty -g; exit $code', 'sh']
    const terminal = onTerminal('/bin/sh', [...line, process.execPath, ...program, 'psql', 'shop-db'], {
      ...place.env,
      PIDFILE: pidFile,
    })
    await terminal.shows('ready')
    process.kill(Number(await readFile(pidFile, 'utf8')), 'SIGTERM')
    expect(await terminal.ended).toBe(143)
    expectRestored(terminal.screen)
    expect(terminal.screen).toContain('interrupted by SIGTERM')
  })
})

describe.skipIf(findProgram('psql') === undefined)('the real psql', () => {
  let sandbox: Sandbox
  let place: Place
  beforeAll(async () => {
    sandbox = await startSandbox({ clusters: [{ name: 'main', namespace: 'default', instances: 1 }] })
    place = await kubeconfigFile(sandbox.kubeconfigFor('admin', { namespace: 'default' }))
  })
  afterAll(async () => {
    await place.remove()
    await sandbox.close()
  })

  const start = (...words: string[]) =>
    onTerminal(process.execPath, [...program, 'psql', 'main', ...words], { ...place.env, PSQL_PAGER: 'cat' })

  test('is interactive: Ctrl-C cancels a statement and not the session, Ctrl-D ends it', async () => {
    const terminal = start()
    await terminal.shows('postgres=# ')
    terminal.type('select 6 * 7 as answer;\r')
    await terminal.shows('42')
    terminal.type('select pg_sleep(40);\r')
    // Before the server has it, Ctrl-C would only empty the line.
    const sleeping = "SELECT FROM pg_stat_activity WHERE state = 'active' AND query = 'select pg_sleep(40);'"
    const server = sandbox.clusters[0]!.server('main-1')
    await expect.poll(async () => (await server.query(sleeping)).length, { timeout: 20_000 }).toBe(1)
    terminal.type(CTRL_C)
    await terminal.shows('canceling statement due to user request')
    terminal.type("select 'still ' || 'here';\r")
    await terminal.shows('still here')
    terminal.type(CTRL_D)
    expect(await terminal.ended).toBe(0)
  })

  test('\\q ends it, and a statement of -c gives its code', async () => {
    const session = start()
    await session.shows('postgres=# ')
    session.type('\\q\r')
    expect(await session.ended).toBe(0)
    const statement = start('--', '-c', 'select 1/0')
    expect(await statement.ended).toBe(1)
    expect(statement.screen).toContain('ERROR:  division by zero')
  })
})
