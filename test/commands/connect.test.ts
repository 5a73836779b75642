import type { ChildProcess } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { connect as connectSocket, createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { cli, type CliResult } from '../helpers/cli.ts'
import type { FakeHost } from '../helpers/fake-host.ts'
import { runProcess } from '../helpers/process.ts'
import type { PostgresCluster } from '../sandbox/postgres/cluster.ts'
import { type Sandbox, startSandbox } from '../sandbox/sandbox.ts'
import { aPod } from '../snapshot/support/objects.ts'
import { kubeconfigFile, program } from './support/program.ts'

let sandbox: Sandbox
let cluster: PostgresCluster
let kubeconfig: string
let folder: string
const open: { host: FakeHost; ended: Promise<CliResult> }[] = []
const clients: pg.Client[] = []

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'connect-test-'))
  sandbox = await startSandbox({
    clusters: [
      { name: 'main', namespace: 'default', instances: 3, superuserAccess: true, operator: { pace: 20 } },
      { name: 'still', namespace: 'default', instances: 1, operator: false },
    ],
  })
  cluster = sandbox.clusters[0] as PostgresCluster
  kubeconfig = sandbox.kubeconfigFor('admin', { namespace: 'default' })
})
afterEach(async () => {
  await Promise.all(clients.splice(0).map((client) => client.end().catch(() => undefined)))
  for (const { host, ended } of open.splice(0)) {
    host.raise('SIGINT')
    await ended
  }
  sandbox.faults.clear()
})
afterAll(async () => {
  await rm(folder, { recursive: true, force: true })
  await sandbox.close()
})

interface Opened {
  host: FakeHost
  port: number
  ended: Promise<CliResult>
}

/** Starts connect and resolves when it has told its port. */
async function connect(words: readonly string[] = [], name = 'main', login = kubeconfig): Promise<Opened> {
  let host: FakeHost | undefined
  const ended = cli(['connect', name, ...words], { kubeconfig: login, onHost: (made) => (host = made) })
  host = await until(() => host)
  const started = host
  open.push({ host, ended })
  const text = await until(() => /127\.0\.0\.1:(\d+)/.exec(started.output())?.[1], ended)
  return { host, port: Number(text), ended }
}

async function until<T>(look: () => T | undefined | false, ended?: Promise<CliResult>): Promise<T> {
  let over: CliResult | undefined
  void ended?.then((result) => (over = result))
  for (;;) {
    const found = look()
    if (found !== undefined && found !== false) return found
    if (over !== undefined) throw new Error(`ended with ${over.code}: ${over.stderr}`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

async function client(port: number, config: pg.ClientConfig = {}): Promise<pg.Client> {
  const { appPassword, authority } = cluster.credentials
  const made = new pg.Client({
    host: '127.0.0.1',
    port,
    user: 'app',
    database: 'app',
    password: appPassword,
    ssl: { ca: authority.certificate, servername: 'main-rw' },
    ...config,
  })
  made.on('error', () => undefined)
  clients.push(made)
  await made.connect()
  return made
}

/** The instance at the other end, told apart by its port on this machine. */
async function serverPort(connection: pg.Client): Promise<number> {
  const { rows } = await connection.query<{ port: number }>("select current_setting('port')::int as port")
  return rows[0]?.port ?? 0
}

const portOf = (name: string): number => cluster.server(name).port

describe('the port', () => {
  test('leads to the primary, for several programs at once, with TLS from end to end', async () => {
    const { port } = await connect()
    const several = await Promise.all([client(port), client(port), client(port)])
    expect(await Promise.all(several.map(serverPort))).toEqual(Array(3).fill(portOf('main-1')))
  })

  test('is the one that is asked for, or an error when it is taken', async () => {
    const taken = createServer().listen(0, '127.0.0.1')
    await new Promise((resolve) => taken.once('listening', resolve))
    const { port } = taken.address() as AddressInfo
    const { code, stdout, stderr } = await cli(`connect main --port ${port}`, { kubeconfig })
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr).toMatch(new RegExp(`^Error: port ${port} of 127.0.0.1 is in use\n.*--port`))
    await new Promise((resolve) => taken.close(resolve))
    expect((await connect(['--port', String(port)])).port).toBe(port)
  })

  test('passes much on in both directions without keeping it, also to a program that reads slowly', async () => {
    const { port } = await connect()
    const connection = await client(port)
    const { rows } = await connection.query<{ n: string }>('select length($1)::text as n', ['x'.repeat(20_000_000)])
    expect(rows[0]?.n).toBe('20000000')
    const large = await connection.query<{ t: string }>("select repeat('y', 50000000) as t")
    expect(large.rows[0]?.t).toHaveLength(50_000_000)

    // Somebody who asks for everything and reads nothing: what the server sends stays where it is.
    const silent = await client(port, { application_name: 'silent' })
    const stream = (silent as unknown as { connection: { stream: { pause(): void } } }).connection.stream
    void silent.query("select repeat('z', 1000) from generate_series(1, 300000)").catch(() => undefined)
    stream.pause()
    const waiting = "select wait_event from pg_stat_activity where application_name = 'silent'"
    let event: string | undefined
    while (event !== 'ClientWrite') {
      event = (await cluster.server('main-1').query<{ wait_event: string }>(waiting))[0]?.wait_event
    }
    expect(await serverPort(connection)).toBe(portOf('main-1'))
  })

  test('leads to the replicas in turns with --replica', async () => {
    const { port, host } = await connect(['--replica'])
    expect(host.output()).toContain('leads to the replicas of main (now main-2, main-3)')
    const ports: number[] = []
    for (let turn = 0; turn < 4; turn++) ports.push(await serverPort(await client(port)))
    expect(ports.toSorted()).toEqual(
      [portOf('main-2'), portOf('main-2'), portOf('main-3'), portOf('main-3')].toSorted(),
    )
  })

  test('leads to a pooler with --pooler', async () => {
    const pooler = (name: string, of: string) => ({
      apiVersion: 'postgresql.cnpg.io/v1',
      kind: 'Pooler',
      metadata: { name, namespace: 'default' },
      spec: { cluster: { name: of }, type: 'rw', instances: 1 },
    })
    sandbox.store.put(pooler('main-pooler', 'main'))
    sandbox.store.put(pooler('foreign', 'other'))
    const pod = aPod('main', 9, 'default')
    const labels = { 'cnpg.io/poolerName': 'main-pooler' }
    sandbox.store.put({
      apiVersion: 'v1',
      ...pod,
      metadata: { ...pod.metadata, name: 'main-pooler-x', labels },
    } as never)
    sandbox.setPod('default', 'main-pooler-x', cluster.pod('main-1'))
    const { port } = await connect(['--pooler', 'main-pooler'])
    expect(await serverPort(await client(port))).toBe(portOf('main-1'))
    const missing = await cli('connect main --pooler nosuch', { kubeconfig })
    expect(missing.stderr).toContain(
      'there is no pooler "nosuch" in namespace "default"\nPoolers of main: main-pooler\n',
    )
    const foreign = await cli('connect main --pooler foreign', { kubeconfig })
    expect(foreign.stderr).toContain('pooler "foreign" belongs to cluster "other", not to "main"')
  })

  test('closes everything at Ctrl-C, and says nothing', async () => {
    const { port, host, ended } = await connect()
    const connection = await client(port)
    const lost = new Promise((resolve) => connection.once('end', resolve))
    host.raise('SIGINT')
    const { code, stderr } = await ended
    expect({ code, stderr }).toEqual({ code: 130, stderr: '' })
    await lost
    const refused = connectSocket(port, '127.0.0.1')
    const error = await new Promise<NodeJS.ErrnoException>((resolve) => refused.once('error', resolve))
    expect(error.code).toBe('ECONNREFUSED')
  })

  test('tells why a connection fails, and stays', async () => {
    const { port, host } = await connect()
    const restore = sandbox.faults.add({ resource: 'pods/portforward', answer: { code: 403, reason: 'Forbidden' } })
    await expect(client(port)).rejects.toThrow()
    await until(() => host.errors().includes('a connection failed: '))
    restore()
    expect(await serverPort(await client(port))).toBe(portOf('main-1'))
  })
})

describe('a switchover', () => {
  test.each([
    ['seen by a watch', () => undefined],
    [
      'seen by looking again, where watching is not allowed',
      () => sandbox.faults.add({ verb: 'watch', resource: 'pods', answer: { code: 403, reason: 'Forbidden' } }),
    ],
  ])('%s turns the port to the new primary and closes what led to the old one', async (_case, prepare) => {
    prepare()
    const from = cluster.primary
    const to = from === 'main-1' ? 'main-2' : 'main-1'
    const { port, host } = await connect()
    const before = await client(port)
    expect(await serverPort(before)).toBe(portOf(from))
    const lost = new Promise((resolve) => before.once('end', resolve))
    const promoted = await cli(`promote main ${to} --yes`, { kubeconfig })
    expect(promoted).toMatchObject({ code: 0 })
    await lost
    expect(await serverPort(await client(port))).toBe(portOf(to))
    await until(() => host.errors().includes(`the primary is now ${to}`))
  })

  test('a connection that is made meanwhile waits for the new primary', async () => {
    const still = sandbox.clusters[1] as PostgresCluster
    const { port, host } = await connect([], 'still')
    const pod = sandbox.store.get(sandbox.store.resource('Pod'), 'default', 'still-1') as never as ReturnType<
      typeof aPod
    >
    const { role: _role, 'cnpg.io/instanceRole': _instanceRole, ...labels } = pod.metadata.labels ?? {}
    sandbox.store.put({ ...pod, metadata: { ...pod.metadata, labels } } as never)
    await until(() => host.errors().includes('there is no primary at the moment (was still-1); new connections wait'))
    const { appPassword, authority } = still.credentials
    const waiting = client(port, {
      password: appPassword,
      ssl: { ca: authority.certificate, servername: 'still-rw' },
    })
    await new Promise((resolve) => setTimeout(resolve, 200))
    const { resourceVersion: _version, ...metadata } = pod.metadata
    sandbox.store.put({ ...pod, metadata } as never)
    expect(await serverPort(await waiting)).toBe(still.server('still-1').port)
  })

  test('while the API server cannot be watched, new connections look first where they have to go', async () => {
    sandbox.faults.add({ verb: 'watch', resource: 'pods', answer: { code: 503 } })
    const { port, host } = await connect()
    await until(() => host.errors().includes('changes cannot be seen at the moment'))
    const to = cluster.primary === 'main-1' ? 'main-2' : 'main-1'
    expect(await cli(`promote main ${to} --yes`, { kubeconfig })).toMatchObject({ code: 0 })
    expect(await serverPort(await client(port))).toBe(portOf(to))
  })
})

describe('what is printed', () => {
  test('names every program and hides the password', async () => {
    const { host, port } = await connect(['--log-level', 'trace'])
    const { appPassword } = cluster.credentials
    for (const text of [
      `psql 'host=127.0.0.1 port=${port} user=app dbname=app sslmode=require'`,
      `postgresql://app@127.0.0.1:${port}/app?sslmode=require`,
      `jdbc:postgresql://127.0.0.1:${port}/app?user=app&sslmode=require`,
      `new pg.Client({ host: "127.0.0.1", port: ${port}, user: "app", database: "app", ssl: { rejectUnauthorized: false } })`,
      `psycopg.connect("host=127.0.0.1 port=${port} user=app dbname=app sslmode=require")`,
      `export PGHOST=127.0.0.1 PGPORT=${port} PGUSER=app PGDATABASE=app PGSSLMODE=require\n`,
      'The password is in secret main-app; --show-password prints it',
    ]) {
      expect(host.output()).toContain(text)
    }
    expect(host.output() + host.errors()).not.toContain(appPassword)
  })

  test('has the password when it is asked for, in a form that works', async () => {
    const { host } = await connect(['--show-password'])
    const uri = /URI +(\S+)\?/.exec(host.output())?.[1] ?? ''
    expect(uri).toContain(cluster.credentials.appPassword)
    const connection = new pg.Client({ connectionString: uri, ssl: { rejectUnauthorized: false } })
    clients.push(connection)
    await connection.connect()
    expect(await serverPort(connection)).toBe(portOf(cluster.primary))
  })

  test('is an object with -o json', async () => {
    const { host, port } = await connect(['-o', 'json', '--superuser'])
    expect(JSON.parse(host.output())).toMatchObject({
      cluster: 'main',
      target: 'primary',
      pods: [cluster.primary],
      host: '127.0.0.1',
      port,
      user: 'postgres',
      database: 'postgres',
      environment: { PGPORT: String(port), PGSSLMODE: 'require' },
    })
  })

  test('files for psql and for checking the server are written; the secret one is removed', async () => {
    const [pass, ca] = [join(folder, 'pass'), join(folder, 'ca.crt')]
    const { host, port, ended } = await connect(['--write-pgpass', pass, '--write-ca', ca])
    expect(await readFile(pass, 'utf8')).toBe(`127.0.0.1:${port}:*:app:${cluster.credentials.appPassword}\n`)
    expect((await stat(pass)).mode & 0o777).toBe(0o600)
    expect(await readFile(ca, 'utf8')).toBe(cluster.credentials.authority.certificate)
    expect(host.output()).toContain(`sslmode=verify-ca sslrootcert=${ca} passfile=${pass}`)
    const again = await cli(['connect', 'main', '--write-pgpass', pass], { kubeconfig })
    expect(again.code).toBe(1)
    expect(again.stderr).toContain(`${pass} exists and is left alone`)
    host.raise('SIGTERM')
    expect((await ended).code).toBe(143)
    expect(existsSync(pass)).toBe(false)
    expect(existsSync(ca)).toBe(true)
  })

  test('without the right to read secrets it works, but for the password', async () => {
    sandbox.faults.add({ resource: 'secrets', answer: { code: 403, reason: 'Forbidden' } })
    const { host, port } = await connect()
    expect(host.errors()).toContain('no password is at hand: ')
    expect(host.output()).toContain('user=app dbname=app')
    expect(await serverPort(await client(port))).toBe(portOf(cluster.primary))
    const { code } = await cli('connect main --show-password', { kubeconfig })
    expect(code).toBe(1)
  })
})

describe('with a command', () => {
  async function run(words: readonly string[], onStart?: (child: ChildProcess) => void) {
    const place = await kubeconfigFile(kubeconfig)
    try {
      return await runProcess(process.execPath, [...program, 'connect', 'main', ...words], {
        env: { ...process.env, ...place.env },
        onStart: (child) => onStart?.(child),
      })
    } finally {
      await place.remove()
    }
  }

  test('it has the connection in its environment, its streams are ours, its exit code is returned', async () => {
    const script = 'cat "$PGPASSFILE"; echo "$PGHOST $PGPORT $PGUSER $PGDATABASE $PGSSLMODE [$PGPASSWORD]"; exit 9'
    const { code, stdout, stderr } = await run(['--', 'sh', '-c', script])
    expect({ code, stderr }).toEqual({ code: 9, stderr: '' })
    const [, port] = /^127\.0\.0\.1:(\d+):\*:app:\w{64}\n/.exec(stdout) ?? []
    expect(stdout).toContain(`\n127.0.0.1 ${port} app app require []\n`)
  })

  test('a program that is not there is 127', async () => {
    const { code, stderr } = await run(['--', 'no-such-program'])
    expect(code).toBe(127)
    expect(stderr).toBe('Error: there is no program no-such-program\n')
  })

  test('a second signal leaves neither a password in a file nor the program', async () => {
    const pass = join(folder, 'pass-of-two-signals')
    const words = ['--write-pgpass', pass, '--', 'sh', '-c', "trap '' TERM; echo started; exec sleep 40"]
    const { code } = await run(words, (child) =>
      child.stdout?.once('data', () => {
        expect(existsSync(pass)).toBe(true)
        child.kill('SIGTERM')
        setTimeout(() => child.kill('SIGTERM'), 200)
      }),
    )
    expect(code).toBe(143)
    expect(existsSync(pass)).toBe(false)
  })

  test('Ctrl-C is the program’s affair, SIGTERM ends both', async () => {
    const script = "trap 'echo interrupted' INT; echo started; while :; do sleep 0.1; done"
    const place = await kubeconfigFile(kubeconfig)
    const ended = runProcess(process.execPath, [...program, 'connect', 'main', '--', 'sh', '-c', script], {
      env: { ...process.env, ...place.env },
      onStart(child) {
        child.stdout?.on('data', () => {
          if (child.exitCode !== null) return
          child.kill('SIGINT')
          setTimeout(() => child.kill('SIGTERM'), 300)
        })
      },
    })
    const { code, stdout } = await ended
    await place.remove()
    expect(code).toBe(143)
    expect(stdout).toContain('started')
  })
})

test('every request is made as the user that is impersonated', async () => {
  for (const name of ['jane', 'robin']) sandbox.users.add(name, { groups: ['system:masters'] })
  // A user of this test alone: what the commands before it still ask for is theirs.
  const { port } = await connect(['--as', 'jane'], 'main', sandbox.kubeconfigFor('robin', { namespace: 'default' }))
  await client(port)
  const asked = sandbox.requests.map(({ user, impersonator }) => `${user} by ${impersonator}`)
  expect(new Set(asked.filter((line) => line.includes('robin')))).toEqual(new Set(['jane by robin']))
})
