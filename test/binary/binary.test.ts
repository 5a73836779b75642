import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { type Ended, root, runProcess } from '../helpers/process.ts'
import { onTerminal } from '../helpers/terminal.ts'
import { startManyClusters } from '../helpers/many-clusters.ts'
import { type RecordedState, startRecordedState } from '../sandbox/recorded/state.ts'
import { buildOnce, type Built, type Home, makeHome } from './support.ts'

/* The standalone executable as a user has it: what could be different from the bundle on Node, which all other tests are about. */

let built: Built
let server: RecordedState
let home: Home
let kubeconfig: string

beforeAll(async () => {
  ;[built, server, home] = await Promise.all([
    buildOnce(),
    startRecordedState(`${root}test/fixtures/states/healthy`, { http2: true }),
    makeHome(),
  ])
  kubeconfig = server.kubeconfigFor('admin', { namespace: server.meta.namespace })
  await writeFile(home.env['KUBECONFIG']!, kubeconfig, { mode: 0o600 })
})
afterEach(() => server.faults.clear())
afterAll(async () => {
  await server?.close()
  await home?.remove()
})

const run = (...words: string[]): Promise<Ended> => home.run(built.binary, words)
const onNode = (...words: string[]): Promise<Ended> => home.run(process.execPath, [built.bundle, ...words])

describe('says what the bundle says on Node', () => {
  test.each([
    ['--version'],
    ['--help'],
    ['status --help'],
    ['status mycluster'],
    ['status mycluster -v -v'],
    ['status mycluster -o json'],
    ['status mycluster -o yaml'],
    ['status missing'],
    ['status mycluster --no-such-flag'],
    ['promote mycluster mycluster-9 --yes'],
    ['fencing status mycluster'],
  ])('%s', async (line) => {
    const [ours, theirs] = await Promise.all([run(...line.split(' ')), onNode(...line.split(' '))])
    const plain = ({ stdout, stderr, code }: Ended) => ({
      code,
      stdout: withoutTimes(stdout),
      stderr: withoutTimes(stderr),
    })
    expect(plain(ours)).toEqual(plain(theirs))
    expect(ours.stdout + ours.stderr).not.toBe('')
  })

  /** Times that pass between two runs. */
  const withoutTimes = (text: string): string =>
    text.replace(/\d+(\.\d+)?(?= ?(ms|s)\b)/g, 'N').replace(/((?:takenAt|daysLeft)"?: )[^,\n]+/g, '$1N')
})

test('names its version', async () => {
  const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { version: string }
  expect((await run('version')).stdout).toContain(`Version:${version}`)
})

test('asks everything on one connection', async () => {
  const [connections, requests] = [server.connections, server.requests.length]
  expect(await run('status', 'mycluster')).toMatchObject({ code: 0, stderr: '' })
  expect(server.connections - connections).toBe(1)
  expect(server.requests.length - requests).toBeGreaterThan(10)
})

describe('what it reads', () => {
  test('is neither .env nor bunfig.toml nor package.json nor code of the folder it is called in', async () => {
    const cwd = join(home.folder, 'strange')
    await mkdir(cwd)
    const mark = join(home.folder, 'ran')
    await writeFile(join(cwd, '.env'), 'KUBECONFIG=/nonexistent/strange\nBUN_OPTIONS=--preload=./evil.js\n')
    await writeFile(join(cwd, '.env.local'), 'KUBECONFIG=/nonexistent/strange\n')
    await writeFile(join(cwd, 'bunfig.toml'), 'preload = ["./evil.js"]\n[run]\npreload = ["./evil.js"]\n')
    const evil = `require('node:fs').writeFileSync(${JSON.stringify(mark)}, 'evil')`
    // The last three are called as the executable's own files.
    for (const name of ['evil.js', 'program.cjs', 'quick.cjs', 'rest.cjs']) await writeFile(join(cwd, name), evil)
    await writeFile(join(cwd, 'package.json'), '{"name": "x", "imports": {"node:fs": "./evil.js"}}')
    await writeFile(join(cwd, 'tsconfig.json'), '{"compilerOptions": {"paths": {"*": ["./evil.js"]}}}')
    for (const words of [
      ['status', 'mycluster'],
      ['completion', 'bash'],
    ]) {
      expect(await home.run(built.binary, words, { cwd })).toMatchObject({ code: 0, stderr: '' })
    }
    await expect(readFile(mark)).rejects.toThrow('ENOENT')
  })

  test.each([['--inspect'], ['--preload=./x.js'], ['--smol'], ['-e'], ['--experimental-http2-fetch']])(
    'keeps %s of its user from the runtime',
    async (flag) => {
      expect(await run('status', flag)).toMatchObject({
        code: 2,
        stdout: '',
        stderr: expect.stringContaining(flag.split('=')[0]!) as string,
      })
    },
  )

  test('gives the words behind -- on, and reads stdin', async () => {
    const piped = await home.run(built.binary, ['status', '--', '-'], { stdin: 'x' })
    expect(piped.code).not.toBe(0)
    expect(piped.stderr).toContain('Error: ')
  })
})

describe('pipes', () => {
  test('a reader that leaves early is no error', async () => {
    const script = '"$0" status mycluster -o json | head -c 1; "$0" status mycluster | head -n 1'
    const ended = await home.run('/bin/sh', ['-c', script, built.binary])
    expect(ended).toMatchObject({ code: 0, stderr: '', stdout: '{Cluster Summary\n' })
  })

  test('large output arrives whole', async () => {
    const many = await startManyClusters({ clusters: 60, http2: true })
    try {
      const fleet = await home.run(built.binary, ['status', '-A', '-o', 'json'], {
        kubeconfig: many.kubeconfigFor('admin'),
      })
      expect(fleet.stderr).toBe('')
      expect(fleet.stdout.length).toBeGreaterThan(200_000)
      expect((JSON.parse(fleet.stdout) as { items: unknown[] }).items).toHaveLength(60)
    } finally {
      await many.close()
      await writeFile(home.env['KUBECONFIG']!, kubeconfig)
    }
  })

  test('a full disk is told', async () => {
    const ended = await home.run('/bin/sh', ['-c', '"$0" status mycluster > /dev/full', built.binary])
    expect(ended).toMatchObject({ code: 1, stderr: expect.stringContaining('cannot write to stdout') as string })
  })
})

describe('on a terminal', () => {
  const terminal = (...words: string[]) => onTerminal(built.binary, words, home.env)

  test('shows colours, and none when asked', async () => {
    const coloured = terminal('status', 'mycluster')
    expect(await coloured.ended).toBe(0)
    expect(coloured.screen).toContain('\u001b[')
    const plain = terminal('status', 'mycluster', '--color=never')
    expect(await plain.ended).toBe(0)
    expect(plain.screen).not.toContain('\u001b[3')
  })

  test('asks before a change, and takes no for an answer', async () => {
    const asking = terminal('promote', 'mycluster', 'mycluster-2')
    await asking.shows('[y/N]')
    asking.type('n\r')
    expect(await asking.ended).toBe(1)
    expect(server.requests.filter(({ method }) => method === 'PATCH')).toEqual([])
  })

  test('Ctrl-C at a question ends it with 130', async () => {
    const asking = terminal('promote', 'mycluster', 'mycluster-2')
    await asking.shows('[y/N]')
    asking.type('\u0003')
    expect(await asking.ended).toBe(130)
  })

  test('the watch draws, obeys keys and gives the screen back', async () => {
    const watch = terminal('status', 'mycluster', '--watch')
    await watch.shows('mycluster-3')
    watch.type('q')
    expect(await watch.ended).toBe(0)
    expect(watch.screen).toContain('\u001b[?1049l')
  })
})

describe('the time', () => {
  test('a server that never answers ends with 124', async () => {
    server.faults.add({ hang: true })
    const ended = await run('status', 'mycluster', '--timeout', '700ms')
    expect(ended).toMatchObject({ code: 124, stdout: '' })
  })

  test.each([
    ['SIGTERM', 143],
    ['SIGINT', 130],
  ] as const)('%s ends it with %d', async (signal, code) => {
    server.faults.add({ hang: true })
    const before = server.requests.length
    const asked = () => expect.poll(() => server.requests.length, { timeout: 30_000 }).toBeGreaterThan(before)
    const ended = await runProcess(built.binary, ['status', 'mycluster', '--timeout', '45s'], {
      env: home.env,
      onStart: (child) => void asked().then(() => child.kill(signal)),
    })
    expect(ended).toMatchObject({ code, stdout: '' })
  })
})
