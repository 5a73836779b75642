import { spawn, spawnSync } from 'node:child_process'
import { appendFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import type { InstanceStatus } from '../../src/api/instance-status.ts'
import type { CliError } from '../../src/errors/cli-error.ts'
import { openPort } from '../../src/kube/port-forward.ts'
import { detailsByPg, type PgAccess, statusByPg, withPg } from '../../src/postgres/pg-runner.ts'
import { detailsByPsql, type RunCommand, settingsByPsql, statusByPsql } from '../../src/postgres/psql-runner.ts'
import { startChannelServer } from '../kube/channel-server.ts'
import { type PostgresCluster, startPostgresCluster } from '../sandbox/postgres/cluster.ts'

const CLUSTER = 'shop-db'
const hasPsql = spawnSync('psql', ['--version']).status === 0

let cluster: PostgresCluster

beforeAll(async () => {
  cluster = await startPostgresCluster({ name: CLUSTER, namespace: 'shop', instances: 2 })
})

afterAll(async () => {
  await cluster.stop()
})

function primary() {
  return serverOf(`${CLUSTER}-1`)
}

function serverOf(name: string) {
  const server = cluster.servers.get(name)
  if (server === undefined) throw new Error(`no server ${name}`)
  return server
}

/** psql on the private socket, as by exec in the container. */
function psqlOn(name: string): RunCommand {
  const { host, port, user } = serverOf(name).address()
  return async ([program = '', ...args], stdin) => {
    const env = { ...process.env, PGHOST: host, PGPORT: String(port), PGUSER: user }
    const child = spawn(program, args, { env })
    const output = { stdout: '', stderr: '' }
    child.stdout.on('data', (chunk: Buffer) => (output.stdout += chunk.toString()))
    child.stderr.on('data', (chunk: Buffer) => (output.stderr += chunk.toString()))
    child.stdin.end(stdin)
    const exitCode = await new Promise<number>((resolve) => child.on('close', (code) => resolve(code ?? -1)))
    return { ...output, exitCode }
  }
}

/** As streaming_replica with its client certificate, as through a port-forward. */
function replicaOn(name: string, change: Partial<PgAccess> = {}): PgAccess {
  const { authority, replication } = cluster.credentials
  return {
    open: async () => connect(serverOf(name).port, '127.0.0.1'),
    user: 'streaming_replica',
    tls: {
      ca: authority.certificate,
      servername: `${CLUSTER}-rw`,
      cert: replication.certificate,
      key: replication.key,
    },
    ...change,
  }
}

/** What the instance manager says at the moment. */
async function managerSays(name: string): Promise<InstanceStatus> {
  const answer = await cluster.pod(name).http({
    port: 8000,
    tls: true,
    method: 'GET',
    path: '/pg/status',
    headers: {},
    body: new Uint8Array(),
    signal: new AbortController().signal,
  })
  const { pod, node, isPodReady, ...status } = JSON.parse(String(answer.body)) as InstanceStatus &
    Record<string, unknown>
  expect({ pod, node, isPodReady }).toBeDefined()
  for (const key of [
    'executableHash',
    'instanceManagerVersion',
    'instanceArch',
    'isInstanceManagerUpgrading',
    'sessionID',
  ]) {
    delete status[key]
  }
  const told = status as InstanceStatus
  // The manager leaves zeros out; ours says them, because absent means "not permitted" there.
  return { isArchivingWAL: false, ...(told.isPrimary === true ? { readyWalFiles: 0 } : {}), ...told }
}

/** Background work writes WAL now and then: two readings are equal in the end. */
async function settled(check: () => Promise<void>): Promise<void> {
  await vi.waitFor(check, { timeout: 20_000, interval: 100 })
}

/** Lags move between two questions. */
function still(status: InstanceStatus): InstanceStatus {
  const rows = status.replicationInfo?.map((row) => {
    expect(row.writeLag).toMatch(/^\d\d:\d\d:\d\d/)
    return { ...row, writeLag: 'x', flushLag: 'x', replayLag: 'x' }
  })
  return { ...status, ...(rows === undefined ? {} : { replicationInfo: rows }) }
}

async function failure(work: Promise<unknown>): Promise<CliError> {
  return work.then(
    () => {
      throw new Error('it went well')
    },
    (error: unknown) => error as CliError,
  )
}

describe.skipIf(!hasPsql)('psql in the container', () => {
  test.each([`${CLUSTER}-1`, `${CLUSTER}-2`])('gives what the instance manager of %s gives', async (name) => {
    await settled(async () => {
      const manager = await managerSays(name)
      expect(still(await statusByPsql(psqlOn(name), CLUSTER))).toEqual(still(manager))
    })
  })

  test('runs with the catalogue alone in the search path', async () => {
    await primary().query(
      'CREATE FUNCTION public.pg_is_in_recovery() RETURNS boolean LANGUAGE sql AS $$ SELECT true $$',
    )
    await primary().query('ALTER ROLE postgres SET search_path = public, pg_catalog')
    try {
      expect(await statusByPsql(psqlOn(`${CLUSTER}-1`), CLUSTER)).toMatchObject({ isPrimary: true })
    } finally {
      await primary().query('ALTER ROLE postgres RESET search_path')
      await primary().query('DROP FUNCTION public.pg_is_in_recovery()')
    }
  })

  test('says that the server is down', async () => {
    const run = psqlOn(`${CLUSTER}-1`)
    const gone: RunCommand = (command, stdin) => run([...command, '-h', '/nowhere'], stdin)
    const error = await failure(statusByPsql(gone, CLUSTER))
    expect(error).toMatchObject({ kind: 'unreachable' })
    expect(error.message).toContain('No such file or directory')
  })
})

describe('pg over a stream, as streaming_replica', () => {
  test('sees its own side in full, of the other walsenders only the names', async () => {
    await settled(async () => {
      const { pendingRestartForDecrease, readyWalFiles, ...rest } = await managerSays(`${CLUSTER}-1`)
      const seen = await statusByPg(replicaOn(`${CLUSTER}-1`), CLUSTER)
      expect(seen).toEqual({ ...rest, replicationInfo: [{ applicationName: `${CLUSTER}-2` }] })
      expect([pendingRestartForDecrease, readyWalFiles]).toEqual([false, expect.any(Number)])
    })
  })

  test('reads a standby', async () => {
    const seen = await statusByPg(replicaOn(`${CLUSTER}-2`), CLUSTER)
    expect(seen).toMatchObject({ isPrimary: false, isWalReceiverActive: true, systemID: cluster.systemId })
    expect(seen.replayLsn).toMatch(/^[0-9A-F]+\/[0-9A-F]+$/)
    expect(seen.replicationInfo).toBeUndefined()
  })

  test('works the same through a port-forward', async () => {
    const tunnel = await startChannelServer({
      protocols: ['v4.channel.k8s.io'],
      async serve(channels) {
        const port = Buffer.from([5432 & 255, 5432 >> 8])
        await channels.send(0, port)
        await channels.send(1, port)
        const socket = connect(primary().port, '127.0.0.1')
        socket.on('error', () => undefined)
        socket.on('data', (data) => void channels.send(0, data).catch(() => undefined))
        socket.on('close', () => channels.socket.close(1000))
        for await (const chunk of channels.input(0)) socket.write(chunk)
        socket.end()
      },
    })
    try {
      const open = () => openPort(tunnel.session, { namespace: 'shop', pod: `${CLUSTER}-1`, port: 5432 })
      expect(await statusByPg(replicaOn(`${CLUSTER}-1`, { open }), CLUSTER)).toMatchObject({ isPrimary: true })
      const access = replicaOn(`${CLUSTER}-1`, { open })
      const wrong = { ...access, tls: { ...access.tls, servername: 'elsewhere' } }
      expect((await failure(statusByPg(wrong, CLUSTER))).message).toContain('elsewhere')
    } finally {
      await tunnel.close()
    }
  })

  test('a certificate of another authority is named as the cause', async () => {
    const access = replicaOn(`${CLUSTER}-1`)
    const error = await failure(statusByPg({ ...access, tls: { ...access.tls, ca: access.tls.cert ?? '' } }, CLUSTER))
    expect(error.kind).toBe('tls')
    expect(error.message).toMatch(/certificate|issuer/)
  })

  test('so is a certificate for another name', async () => {
    const access = replicaOn(`${CLUSTER}-1`)
    const error = await failure(statusByPg({ ...access, tls: { ...access.tls, servername: 'elsewhere' } }, CLUSTER))
    expect(error.kind).toBe('tls')
    expect(error.message).toContain('elsewhere')
  })

  test('without the client certificate the login is refused', async () => {
    const { ca, servername } = replicaOn(`${CLUSTER}-1`).tls
    expect((await failure(statusByPg(replicaOn(`${CLUSTER}-1`, { tls: { ca, servername } }), CLUSTER))).kind).toBe(
      'unauthorized',
    )
  })

  test('a role with a password logs in, a wrong password is refused', async () => {
    const access = {
      ...replicaOn(`${CLUSTER}-1`),
      user: 'app',
      database: 'app',
      password: cluster.credentials.appPassword,
    }
    expect(await statusByPg(access, CLUSTER)).toMatchObject({ isPrimary: true })
    expect((await failure(statusByPg({ ...access, password: 'wrong' }, CLUSTER))).kind).toBe('unauthorized')
  })

  test('a statement that takes too long is ended by the server', async () => {
    const slow = withPg(replicaOn(`${CLUSTER}-1`), (query) => query('SELECT pg_sleep(60)'))
    expect((await failure(slow)).message).toContain('statement timeout')
  })

  test('a signal ends it with its reason', async () => {
    const stop = new AbortController()
    const work = failure(
      withPg(replicaOn(`${CLUSTER}-1`, { signal: stop.signal }), (query) => query('SELECT pg_sleep(60)')),
    )
    const reason = new Error('enough')
    setTimeout(() => stop.abort(reason), 100)
    expect(await work).toBe(reason)
  })

  test('a server that accepts and says nothing is given up', async () => {
    const { createServer } = await import('node:net')
    const silent = createServer(() => undefined)
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve))
    const { port } = silent.address() as { port: number }
    const access = replicaOn(`${CLUSTER}-1`, { open: async () => connect(port, '127.0.0.1'), timeoutMs: 100 })
    expect((await failure(statusByPg(access, CLUSTER))).kind).toBe('timeout')
    silent.close()
  })

  test('a server that is no PostgreSQL is told as such', async () => {
    const { createServer } = await import('node:net')
    const other = createServer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'))
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
    const { port } = other.address() as { port: number }
    const access = replicaOn(`${CLUSTER}-1`, { open: async () => connect(port, '127.0.0.1') })
    expect((await failure(statusByPg(access, CLUSTER))).kind).toBe('tls')
    other.close()
  })
})

describe('details', () => {
  test.skipIf(!hasPsql)('name the settings that wait for a restart and the lines that are wrong', async () => {
    const file = join(primary().layout.data, 'override.conf')
    await appendFile(file, "max_connections = 40\nshared_buffers = '64MB'\nwork_mem = 'banana'\n")
    await primary().query('SELECT pg_reload_conf()')
    const run = psqlOn(`${CLUSTER}-1`)
    await expect.poll(async () => (await statusByPsql(run, CLUSTER)).pendingRestart).toBe(true)
    expect(await statusByPsql(run, CLUSTER)).toMatchObject({ pendingRestartForDecrease: true })
    const details = await detailsByPsql(run, CLUSTER)
    expect(details.pendingRestartSettings).toEqual([
      { name: 'max_connections', current: '50', pending: '40' },
      { name: 'shared_buffers', current: '32MB', pending: '64MB' },
    ])
    expect(details.configurationErrors).toEqual([
      { file, line: expect.any(Number) as number, name: 'work_mem', error: 'setting could not be applied' },
    ])
    expect(details.serverVersion).toBe(cluster.version)
    expect(Math.abs(Date.parse(details.postmasterStartedAt ?? '') - Date.now())).toBeLessThan(600_000)
    expect(details.foreignStandbys).toEqual([])
  })

  test.skipIf(!hasPsql)('take no value for refused that needs a restart and was just written', async () => {
    const server = serverOf(`${CLUSTER}-2`)
    const run = psqlOn(`${CLUSTER}-2`)
    const ask = async () => (await settingsByPsql(run, ['max_connections']))[0]
    const loadedAt = async () => (await run(['psql', '-XAtqc', 'SELECT pg_conf_load_time()', 'postgres'], '')).stdout
    const before = await loadedAt()
    await server.query('SELECT pg_reload_conf()')
    await expect.poll(loadedAt).not.toBe(before)
    await appendFile(join(server.layout.data, 'override.conf'), 'max_connections = 60\n')
    const refused = { inFile: '60', pendingRestart: false, error: 'setting could not be applied' }
    expect(await ask()).toMatchObject({ ...refused, loaded: false })
    await server.query('SELECT pg_reload_conf()')
    await expect.poll(ask).toMatchObject({ inFile: '60', pendingRestart: true, error: null, loaded: true })
  })

  test('a role with less rights gets the part it may see', async () => {
    const details = await detailsByPg(replicaOn(`${CLUSTER}-1`), CLUSTER)
    expect(details.configurationErrors).toBeUndefined()
    expect(details.serverVersion).toBe(cluster.version)
  })

  test('standbys of other clusters are foreign, the own ones are not', async () => {
    const own = await detailsByPg(replicaOn(`${CLUSTER}-1`), CLUSTER)
    const other = await detailsByPg(replicaOn(`${CLUSTER}-1`), 'db')
    expect(own.foreignStandbys).toEqual([])
    expect(other.foreignStandbys).toEqual([{ applicationName: `${CLUSTER}-2`, state: '', clientAddress: '127.0.0.1' }])
  })
})
