import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { cli, type CliOptions, type CliResult } from '../../helpers/cli.ts'
import { type LogWorld, sequence, startLogWorld } from '../support/log-pods.ts'

let world: LogWorld
beforeEach(async () => {
  world = await startLogWorld()
})
afterEach(() => world.close())

function logs(words = '', options: CliOptions = {}): Promise<CliResult> {
  return cli(`logs cluster shop-db ${words}`, { kubeconfig: world.kubeconfig, ...options })
}

function logRequests(): string[] {
  return world.server.requests.filter(({ path }) => path.endsWith('/log')).map(({ query }) => query)
}

/** Two pods, whose lines were written in turn. */
function twoPods(): void {
  const [one, two] = [world.pod('shop-db-1'), world.pod('shop-db-2')]
  for (let at = 1; at <= 4; at++) (at % 2 === 1 ? one : two).write([`{"msg":"m${at}"}`, 'plain'])
}

describe('logs cluster', () => {
  test('prints all lines of all containers as they are, and asks for no more than it needs', async () => {
    world.pod('shop-db-1').write([...sequence('a', 1, 3), 'plain text', '{"broken'])
    world.pod('shop-db-2', ['postgres', 'sidecar']).write(sequence('b', 1, 2), 'sidecar')
    const { code, stdout, stderr } = await logs()
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    const lines = stdout.split('\n')
    expect(lines.toSorted()).toEqual(
      ['', ...sequence('a', 1, 3), 'plain text', '{"broken', ...sequence('b', 1, 2)].toSorted(),
    )
    expect(lines.filter((line) => line.startsWith('{"msg":"a') || line.startsWith('pl'))).toEqual([
      ...sequence('a', 1, 3),
      'plain text',
    ])
    const paths = world.server.requests.map(({ path }) => path.replace(/^.*\/namespaces\/shop\//, ''))
    expect(paths.toSorted()).toEqual([
      'clusters/shop-db',
      'pods',
      'pods/shop-db-1/log',
      'pods/shop-db-2/log',
      'pods/shop-db-2/log',
    ])
  })

  test.each([
    ['--tail 2', ['m3', 'm4']],
    ['--tail 0', []],
    ['--tail=-5', ['m1', 'm2', 'm3', 'm4']],
    ['--pods shop-db-2', ['m2', 'm4']],
    ['--pods shop-db-1,shop-db-2 --grep m[14]', ['m1', 'm4']],
    ['--loggers postgres', []],
  ])('%s chooses', async (words, expected) => {
    twoPods()
    const { code, stdout } = await logs(words)
    expect(code).toBe(0)
    const shown = [...stdout.matchAll(/"msg":"(m\d)"/g)].map(([, message]) => message)
    expect(shown.toSorted()).toEqual(expected)
  })

  test('--timestamps and --prefix stand in front, --merge sorts by time', async () => {
    twoPods()
    const { stdout } = await logs('-t --prefix --merge')
    expect(stdout.split('\n').slice(0, 3)).toEqual([
      '[pod/shop-db-1/postgres] 2026-11-23T06:00:00.000000000Z {"msg":"m1"}',
      '[pod/shop-db-1/postgres] 2026-11-23T06:00:00.000000000Z plain',
      '[pod/shop-db-2/postgres] 2026-11-23T06:00:00.025000000Z {"msg":"m2"}',
    ])
    expect((await cli('logs pretty', { stdin: stdout })).stdout.split('\n')[1]).toBe(
      '2026-11-23T06:00:00.000          shop-db-1 postgres         plain',
    )
  })

  test('--pretty, which is --format text, names the pod of lines that do not tell', async () => {
    twoPods()
    const { stdout } = await logs('--pretty --tail 1')
    expect(stdout).toBe(
      '2026-11-23T06:00:00.050          shop-db-1 postgres         plain\n' +
        '2026-11-23T06:00:00.075          shop-db-2 postgres         plain\n',
    )
    expect((await logs('--format text --tail 1')).stdout).toBe(stdout)
    expect(
      (await logs('--format json --tail 1')).stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as unknown),
    ).toEqual([
      { ts: '2026-11-23T06:00:00.050000000Z', logger: 'postgres', logging_pod: 'shop-db-1', msg: 'plain' },
      { ts: '2026-11-23T06:00:00.075000000Z', logger: 'postgres', logging_pod: 'shop-db-2', msg: 'plain' },
    ])
  })

  test('--since is asked of the server and held to the fraction, --until too', async () => {
    twoPods()
    const { stdout } = await logs('--merge --since 2026-11-23T06:00:00.025Z --until 2026-11-23T06:00:00.05Z')
    expect(stdout).toBe('{"msg":"m2"}\nplain\n{"msg":"m3"}\nplain\n')
    expect(logRequests()[0]).toContain('sinceTime=2026-11-23T06%3A00%3A00Z')
  })

  test('--previous reads the run before the last restart, where there was one', async () => {
    const [one] = [world.pod('shop-db-1'), world.pod('shop-db-2')]
    one.write(sequence('old', 1, 3))
    one.restart()
    one.write(sequence('new', 1, 3))
    expect((await logs('--previous')).stdout.trim().split('\n')).toEqual(sequence('old', 1, 3))
    const { code, stderr } = await logs('--previous --pods shop-db-2')
    expect(code).toBe(1)
    expect(stderr).toMatch(/^Error: no container of cluster "shop-db" was restarted/)
  })

  test('the log of a container that has ended is there, too', async () => {
    const pod = world.pod('shop-db-1')
    pod.write(sequence('a', 1, 3))
    pod.end()
    expect((await logs()).stdout.trim().split('\n')).toEqual(sequence('a', 1, 3))
  })

  test('a connection that breaks is taken up where it broke', async () => {
    world.pod('shop-db-1').write(sequence('a', 1, 600))
    world.server.faults.add({ resource: 'pods/log', truncateAt: 12_007, times: 3 })
    const { code, stdout, stderr } = await logs()
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout.trim().split('\n')).toEqual(sequence('a', 1, 600))
  })

  test('on a terminal control characters are made visible, into a pipe they are passed on', async () => {
    world.pod('shop-db-1').write(['a\u001b[2Jb'])
    expect((await logs()).stdout).toBe('a\u001b[2Jb\n')
    expect((await logs('', { isTTY: { stdout: true } })).stdout).toBe('a\\x1b[2Jb\n')
  })

  test('a reader that goes away ends it well', async () => {
    world.pod('shop-db-1').write(sequence('a', 1, 1000))
    expect(await logs('', { stdoutClosesAfter: 100 })).toMatchObject({ code: 0, stderr: '' })
  })

  test('Ctrl-C ends it with 130, and says that it was cut short', async () => {
    world.pod('shop-db-1').write(sequence('a', 1, 3))
    world.server.faults.add({ resource: 'pods/log', hang: true })
    const { code, stderr } = await logs('', { onHost: (host) => setTimeout(() => host.raise('SIGINT'), 300) })
    expect({ code, stderr }).toEqual({ code: 130, stderr: 'Error: interrupted by SIGINT\n' })
  })
})

describe('what cannot be read', () => {
  const forbidden = { code: 403, reason: 'Forbidden' }

  test('all logs forbidden: an error that names the rule', async () => {
    world.pod('shop-db-1').write(sequence('a', 1, 3))
    world.server.faults.add({ resource: 'pods/log', answer: forbidden })
    const { code, stdout, stderr } = await logs()
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr).toContain('Error: none of the logs could be read')
    expect(stderr).toContain('get pods/log in namespace "shop"')
  })

  test('one log of several: the others are written, the exit code tells', async () => {
    world.pod('shop-db-1').write(sequence('a', 1, 3))
    world.pod('shop-db-2').write(sequence('b', 1, 3))
    world.server.faults.add({ resource: 'pods/log', pod: 'shop-db-2', answer: forbidden })
    for (const { code, stdout, stderr } of [await logs()]) {
      expect({ code, stdout }).toEqual({ code: 1, stdout: `${sequence('a', 1, 3).join('\n')}\n` })
      expect(stderr).toContain('Incomplete: without shop-db-2/postgres.\n')
    }
  })

  test('a pod that goes between the list and its log', async () => {
    world.pod('shop-db-1').write(sequence('a', 1, 3))
    world.pod('shop-db-2')
    world.server.faults.add({ resource: 'pods/log', pod: 'shop-db-2', answer: { code: 404, reason: 'NotFound' } })
    const { code, stdout, stderr } = await logs()
    expect(code).toBe(1)
    expect(stdout).toBe(`${sequence('a', 1, 3).join('\n')}\n`)
    expect(stderr).toContain('shop-db-2/postgres')
  })

  test.each([
    ['pods forbidden', { resource: 'pods', verb: 'list', answer: forbidden }, /list pods in namespace "shop"/],
    ['the API server away', { latencyMs: 0, cut: 'before' as const }, /^Error: /],
  ])('%s', async (_name, fault, message) => {
    world.pod('shop-db-1')
    world.server.faults.add(fault)
    const { code, stdout, stderr } = await logs()
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr).toMatch(message)
  })

  test('a Cluster that may not be read has logs all the same', async () => {
    world.pod('shop-db-1').write(sequence('a', 1, 3))
    world.server.faults.add({ resource: 'clusters', answer: forbidden })
    expect(await logs()).toMatchObject({ code: 0, stderr: '' })
  })

  test('no such cluster, no pods, no such pod, nothing started', async () => {
    const { kubeconfig } = world
    const missing = await cli('logs cluster shop', { kubeconfig })
    expect(missing.code).toBe(1)
    expect(missing.stderr).toMatch(/cluster "shop" not found in namespace "shop".*\n.*: shop-db\n/)
    const empty = await logs()
    expect(empty.code).toBe(1)
    expect(empty.stderr).toMatch(/^Error: cluster "shop-db" has no pods, and so no logs\n.*status shop-db/)
    world.pod('shop-db-1')
    expect((await logs('--pods shop-db-9')).stderr).toContain('no pod of cluster "shop-db" has that name')
    expect((await logs('-c nosuch')).stderr).toContain('or such a container')
  })

  test.each([
    ['-f --previous', '--previous and --follow do not go together'],
    ['-f --until 5m', '--until and --follow do not go together'],
    ['--pretty --format json', '--pretty and --format json do not go together'],
    ['--tail abc', 'invalid value "abc" for --tail'],
  ])('%s is a mistake', async (words, message) => {
    const { code, stderr } = await logs(words)
    expect(code).toBe(2)
    expect(stderr).toContain(`Error: ${message}`)
    expect(world.server.requests).toEqual([])
  })
})

describe('--output', () => {
  async function folder(): Promise<string> {
    const made = await mkdtemp(join(tmpdir(), 'logs-cluster-'))
    onTestFinished(() => rm(made, { recursive: true }))
    return made
  }

  test('writes a file for its owner alone, and says so', async () => {
    const cwd = await folder()
    world.pod('shop-db-1').write(sequence('a', 1, 3))
    const { code, stdout } = await logs('-o x.jsonl', { cwd })
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'Successfully written logs to "x.jsonl"\n' })
    expect(await readFile(join(cwd, 'x.jsonl'), 'utf8')).toBe(`${sequence('a', 1, 3).join('\n')}\n`)
    expect((await stat(join(cwd, 'x.jsonl'))).mode & 0o777).toBe(0o600)
  })

  test('replaces what is there: without a terminal at once, on one when told so', async () => {
    const cwd = await folder()
    const file = join(cwd, 'x.jsonl')
    world.pod('shop-db-1').write(['new'])
    const old = 'much longer than what comes now\n'
    await writeFile(file, old)
    const no = await logs('-o x.jsonl', { cwd, terminal: { columns: 80 }, answers: ['n'] })
    expect(no.code).toBe(1)
    expect(no.stderr).toContain('x.jsonl was left as it is')
    expect(await readFile(file, 'utf8')).toBe(old)
    for (const options of [{}, { terminal: { columns: 80 }, answers: ['y'] }]) {
      await writeFile(file, old)
      expect((await logs('-o x.jsonl', { cwd, ...options })).code).toBe(0)
      expect(await readFile(file, 'utf8')).toBe('new\n')
    }
    expect((await logs('-o x.jsonl --yes', { cwd, terminal: { columns: 80 } })).host.questions).toEqual([])
  })

  test('what is there stays when no log can be read', async () => {
    const cwd = await folder()
    world.pod('shop-db-1').write(['new'])
    world.server.faults.add({ resource: 'pods/log', answer: { code: 403, reason: 'Forbidden' } })
    await writeFile(join(cwd, 'x.jsonl'), 'old')
    expect((await logs('-o x.jsonl', { cwd })).code).toBe(1)
    expect(await readFile(join(cwd, 'x.jsonl'), 'utf8')).toBe('old')
    expect((await logs('-o y.jsonl', { cwd })).code).toBe(1)
    await expect(stat(join(cwd, 'y.jsonl'))).rejects.toThrow('ENOENT')
  })

  test('a file that cannot be written is an error before anything is read', async () => {
    const cwd = await folder()
    await chmod(cwd, 0o755)
    world.pod('shop-db-1').write(['new'])
    for (const [name, why] of [
      ['nosuch/x.jsonl', 'no such file'],
      ['.', 'directory'],
    ]) {
      const { code, stdout, stderr } = await logs(`-o ${name}`, { cwd })
      expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
      expect(stderr).toMatch(new RegExp(`^Error: cannot write ${name?.replace('.', '\\.')}: .*${why}`))
    }
    expect(logRequests()).toEqual([])
  })

  test.each([[''], ['-f'], ['--pretty'], ['-f --merge']])('a full disk is told as such (%s)', async (words) => {
    world.pod('shop-db-1').write(sequence('a', 1, 3))
    const { code, stderr } = await logs(`-o /dev/full ${words}`)
    expect(code).toBe(1)
    expect(stderr).toMatch(/^Error: cannot write \/dev\/full: ENOSPC/)
  })

  test('-f writes to it, too', async () => {
    const cwd = await folder()
    world.pod('shop-db-1').write(sequence('a', 1, 3))
    const file = join(cwd, 'x.jsonl')
    const { code, stdout } = await logs('-f -o x.jsonl', {
      cwd,
      onHost: (host) => {
        const timer = setInterval(() => {
          void readFile(file, 'utf8').then(
            (text) => text.includes('a 3') && host.raise('SIGINT'),
            () => false,
          )
        }, 20)
        host.signal.addEventListener('abort', () => clearInterval(timer))
      },
    })
    expect({ code, stdout }).toEqual({ code: 130, stdout: '' })
    expect(await readFile(file, 'utf8')).toBe(`${sequence('a', 1, 3).join('\n')}\n`)
  })
})
