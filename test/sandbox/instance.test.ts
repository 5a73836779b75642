import { createHash, randomBytes } from 'node:crypto'
import { get } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'
import { gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { goFloat } from './instance/exposition.ts'
import { splitStatements } from './instance/psql-statements.ts'
import { PodClient } from './pod-client.ts'
import { startPostgresCluster } from './postgres/cluster.ts'
import type { PostgresCluster } from './postgres/cluster.ts'
import { recordedState } from './recorded-files.ts'
import type { LivePod } from './instance/live-pod.ts'

let modern: PostgresCluster
let old: PostgresCluster
let primary: PodClient
let pod: LivePod

beforeAll(async () => {
  ;[modern, old] = await Promise.all([
    startPostgresCluster({ name: 'mycluster', namespace: 'shop', instances: 2, psql: 'own' }),
    startPostgresCluster({ name: 'mycluster', namespace: 'shop', instances: 2, wire: '1.15.1' }),
  ])
  pod = modern.pod('mycluster-1')
  primary = new PodClient(pod)
})
afterAll(async () => {
  await Promise.all([modern.stop(), old.stop()])
})

describe('/pg/status', () => {
  const cases = [
    ['1.30.0', 'healthy', 'mycluster-1', ['lastFailedWAL']],
    ['1.30.0', 'healthy', 'mycluster-2', []],
    ['1.15.1', 'operator-1.15.1-healthy', 'mycluster-1', []],
    ['1.15.1', 'operator-1.15.1-healthy', 'mycluster-2', []],
  ] as const
  test.each(cases)(
    'of %s has the fields of the recorded %s of %s, in their order',
    async (wire, state, name, never) => {
      const cluster = wire === '1.30.0' ? modern : old
      const recorded = JSON.parse(recordedState(state, `pgstatus/${name}.json`)) as Record<string, unknown>
      const status = await new PodClient(cluster.pod(name)).status(wire === '1.30.0')
      expect(Object.keys(status)).toEqual(
        Object.keys(recorded).filter((key) => !(never as readonly string[]).includes(key)),
      )
      for (const [key, value] of Object.entries(status)) {
        expect([key, typeof value]).toEqual([key, typeof recorded[key]])
        if (typeof value === 'boolean') expect([key, value]).toEqual([key, recorded[key]])
      }
      const rows = (list: unknown) => (list as Record<string, unknown>[] | undefined)?.map((row) => Object.keys(row))[0]
      expect(rows(status['replicationInfo'])).toEqual(rows(recorded['replicationInfo']))
      expect(rows(status['replicationSlotsInfo'])).toEqual(rows(recorded['replicationSlotsInfo']))
      expect(status['systemID']).toBe(cluster.systemId)
    },
  )

  test('gives times in UTC at 1.30.0 and in the zone of the server at 1.15.1', async () => {
    expect((await primary.status())['lastArchivedWALTime']).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/)
    expect((await new PodClient(old.pod('mycluster-1')).status(false))['lastArchivedWALTime']).toMatch(/\+09:00$/)
  })

  test('is answered only by the scheme the pod was started with', async () => {
    expect(await primary.get('/pg/status', { tls: false })).toMatchObject({
      status: 400,
      text: 'Client sent an HTTP request to an HTTPS server.\n',
    })
    await expect(new PodClient(old.pod('mycluster-1')).get('/pg/status', { tls: true })).rejects.toThrow(
      'http: server gave HTTP response to HTTPS client',
    )
  })

  test('is an error text when PostgreSQL is down, unless the instance is fenced', async () => {
    const standby = new PodClient(modern.pod('mycluster-2'))
    await modern.fence('mycluster-2')
    const recorded = JSON.parse(recordedState('fenced-one', 'pgstatus/mycluster-3.json')) as Record<string, unknown>
    expect(await standby.status()).toEqual({
      ...recorded,
      pod: { metadata: { name: 'mycluster-2' }, spec: { containers: null }, status: {} },
    })
    modern.pod('mycluster-2').fenced = false
    expect(await standby.get('/pg/status')).toMatchObject({
      status: 500,
      text: expect.stringMatching(/^failed to connect to `user=postgres/) as string,
    })
    expect((await standby.get('/readyz')).status).toBe(500)
    expect((await standby.get('/metrics', { port: 9187, tls: false })).text).toContain(
      'cnpg_collector_up{cluster="mycluster"} 0',
    )
    const command = await standby.exec(['/controller/manager', 'instance', 'status'])
    expect(command).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringContaining('invalid status code: 500') as string,
    })
    expect(await standby.exec(['psql', '-XAtqc', 'SELECT 1'])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining(
        'socket "/controller/run/.s.PGSQL.5432" failed: No such file or directory',
      ) as string,
    })
    await modern.unfence('mycluster-2')
    await modern.waitStreaming('mycluster-2')
  })
})

describe('the other paths', () => {
  test.each(['/healthz', '/readyz', '/startupz', '/failsafe'])('%s says OK', async (path) => {
    expect(await primary.get(path)).toMatchObject({ status: 200, text: 'OK' })
  })

  test('that only the operator may use ask for its certificate', async () => {
    expect(await primary.get('/pg/controldata')).toMatchObject({ status: 401, text: 'client certificate required\n' })
  })

  test('that 1.15.1 does not know are not found', async () => {
    expect((await new PodClient(old.pod('mycluster-1')).get('/failsafe', { tls: false })).status).toBe(404)
  })

  test('and ports without a server refuse', async () => {
    await expect(primary.get('/', { port: 8080, tls: false })).rejects.toThrow('connection refused')
  })
})

describe('metrics', () => {
  const shape = (text: string) =>
    new Set(
      text
        .split('\n')
        .filter((line) => line !== '' && !line.startsWith('#'))
        .map((line) => line.replace(/ \S+$/, '').replace(/="[^"]*"/g, '')),
    )

  test.each(['mycluster-1', 'mycluster-2'])('of %s have the names and labels that a client reads', async (name) => {
    const { text } = await new PodClient(modern.pod(name)).get('/metrics', { port: 9187, tls: false })
    const recorded = shape(recordedState('healthy', `metrics/${name}.txt`))
    const ours = shape(text)
    // Standbys of the sandbox keep no copies of the primary's slots.
    expect([...recorded].filter((sample) => !ours.has(sample) && !sample.includes('replication_slots'))).toEqual([])
    expect(text).toMatch(/^cnpg_pg_database_size_bytes\{datname="app"\} 7\.\d+e\+06$/m)
    expect(text).toContain(`cnpg_pg_replication_in_recovery ${name === 'mycluster-1' ? 0 : 1}\n`)
    expect(text.includes('cnpg_pg_stat_archiver_archived_count')).toBe(name === 'mycluster-1')
  })

  test('come compressed to whoever accepts that', async () => {
    const response = await primary.get('/metrics', { port: 9187, tls: false, headers: { 'Accept-Encoding': 'gzip' } })
    expect(response.headers['content-encoding']).toBe('gzip')
    expect(gunzipSync(response.body).toString()).toContain('cnpg_collector_up{cluster="mycluster"} 1\n')
  })

  test('print numbers as Go does', () => {
    expect([0, 1, 0.001746, 56_769, 2_613_739, 939_524_096, -1, Number.NaN, 0.00001].map(goFloat)).toEqual([
      '0',
      '1',
      '0.001746',
      '56769',
      '2.613739e+06',
      '9.39524096e+08',
      '-1',
      'NaN',
      '1e-05',
    ])
  })
})

describe('commands', () => {
  test('psql of the machine, or its stand-in, answers a query', async () => {
    for (const client of [primary, new PodClient(old.pod('mycluster-1'))]) {
      expect(await client.exec(['psql', '-XAtqc', 'SELECT current_user, 1 + 1'])).toEqual({
        code: 0,
        stdout: 'postgres|2\n',
        stderr: '',
      })
      expect(
        await client.exec(['psql', '-X', '-d', 'app'], { input: 'SELECT 1 AS one;\nSELECT NULL;\n' }),
      ).toMatchObject({
        code: 0,
        stdout: expect.stringContaining(' one \n-----\n   1\n(1 row)\n') as string,
      })
      expect(await client.exec(['psql', '-XAtqc', 'SELECT 1/0'])).toEqual({
        code: 1,
        stdout: '',
        stderr: 'ERROR:  division by zero\n',
      })
      const failing = await client.exec(['psql', '-XAtq', '-v', 'ON_ERROR_STOP=1'], {
        input: 'SELECT 1;\nSELECT x;\nSELECT 2;',
      })
      expect([failing.code, failing.stdout]).toEqual([3, '1\n'])
      expect(
        (await client.exec(['psql', '-X', '-p', '5432', '-h', '/controller/run', '-d', 'nosuch', '-c', 'x'])).code,
      ).toBe(2)
    }
  })

  test('psql asked for a terminal gets one', async () => {
    const { code, stdout } = await primary.exec(['sh', '-c', 'test -t 0 && stty size'], { tty: true })
    expect([code, stdout.trim()]).toEqual([0, '24 80'])
  })

  test('files come with the paths of a container', async () => {
    const { stdout: conf } = await primary.exec(['cat', '/var/lib/postgresql/data/pgdata/custom.conf'])
    expect(conf).toContain("port = '5432'\n")
    expect(conf).toContain("unix_socket_directories = '/controller/run'\n")
    const { stdout: hba } = await primary.exec(['cat', '/var/lib/postgresql/data/pgdata/pg_hba.conf'])
    expect(hba).toContain('hostssl replication streaming_replica all cert map=cnpg_streaming_replica')
    const { stdout: override } = await new PodClient(modern.pod('mycluster-2')).exec([
      'cat',
      '/var/lib/postgresql/data/pgdata/override.conf',
    ])
    expect(override).toContain('sslcert=/controller/certificates/streaming_replica.crt')
    for (const text of [conf, hba, override]) expect(text).not.toContain(modern.folder)
    expect((await primary.exec(['cat', '/etc/passwd'])).code).toBe(1)
  })

  test('sizes and free space are those of the data directory', async () => {
    expect((await primary.exec(['du', '-sLh', '/var/lib/postgresql/data/pgdata'])).stdout).toMatch(
      /^\d+(\.\d)?M\t\/var\/lib\/postgresql\/data\/pgdata\n$/,
    )
    const { stdout } = await primary.exec(['df', '-B1', '-P', '/var/lib/postgresql/data/pgdata'])
    expect(stdout.split('\n')[1]).toMatch(/^\S+ +\d+ +\d+ +\d+ +\d+% \/var\/lib\/postgresql\/data$/)
  })

  test('pg_controldata reads what SQL reads', async () => {
    const { stdout } = await primary.exec(['pg_controldata'])
    const lines = new Map(stdout.split('\n').map((line) => [line.slice(0, 38).trim(), line.slice(38)] as const))
    const [row] = await pod.server.query<Record<string, string>>(
      `SELECT checkpoint_lsn::text, redo_wal_file, timeline_id::text, next_xid, next_oid::text, system_identifier::text,
              bytes_per_wal_segment::text, max_toast_chunk_size::text
         FROM pg_control_checkpoint(), pg_control_system(), pg_control_init()`,
    )
    expect([
      lines.get('Latest checkpoint location:'),
      lines.get("Latest checkpoint's REDO WAL file:"),
      lines.get("Latest checkpoint's TimeLineID:"),
      lines.get("Latest checkpoint's NextXID:"),
      lines.get("Latest checkpoint's NextOID:"),
      lines.get('Database system identifier:'),
      lines.get('Bytes per WAL segment:'),
      lines.get('Maximum size of a TOAST chunk:'),
    ]).toEqual(Object.values(row ?? {}))
    expect(lines.get('Database cluster state:')).toBe('in production')
  })

  test('exit codes are the real ones', async () => {
    expect(await primary.exec(['sh', '-c', 'echo out; echo err >&2; exit 7'])).toEqual({
      code: 7,
      stdout: 'out\n',
      stderr: 'err\n',
    })
    expect((await primary.exec(['true'])).code).toBe(0)
    expect((await primary.exec(['false'])).code).toBe(1)
    expect((await primary.exec(['pg_ctl', 'status'])).code).toBe(0)
    expect(await primary.exec(['barman-cloud-backup'])).toMatchObject({
      code: 127,
      stderr: expect.stringContaining('not found') as string,
    })
    await expect(primary.exec(['true'], { container: 'sidecar' })).rejects.toMatchObject({ status: 400 })
  })

  test.each([['cat'], ['sh', '-c', 'cat']])(
    '%s passes input through byte for byte, however much',
    async (...command) => {
      const chunk = randomBytes(64 * 1024)
      const count = 512
      const sent = createHash('sha256')
      const got = createHash('sha256')
      let ahead = 0
      let most = 0
      async function* input(): AsyncGenerator<Uint8Array> {
        for (let index = 0; index < count; index++) {
          sent.update(chunk)
          most = Math.max(most, ++ahead)
          yield chunk
        }
      }
      const code = await pod.exec({
        container: 'postgres',
        command,
        tty: false,
        stdin: input(),
        stdout: async (bytes) => {
          got.update(bytes)
          ahead -= bytes.length / chunk.length
        },
        stderr: async () => undefined,
        onResize: () => undefined,
        signal: AbortSignal.timeout(30_000),
      })
      expect(code).toBe(0)
      expect(got.digest('hex')).toBe(sent.digest('hex'))
      // A reader that is slower than the writer holds it back: little is ever under way.
      expect(most).toBeLessThan(count / 4)
    },
  )

  test('a command ends when the client leaves', async () => {
    const leave = new AbortController()
    const running = primary.exec(['sh', '-c', 'exec sleep 600'], { signal: leave.signal })
    await pause(50)
    leave.abort()
    expect((await running).code).toBe(137)
  })
})

describe('faults', () => {
  const during = async <T>(faults: LivePod['faults'], work: () => Promise<T>): Promise<T> => {
    pod.faults = faults
    try {
      return await work()
    } finally {
      pod.faults = {}
    }
  }

  test('a black hole never answers on its port, and only there', async () => {
    await during({ blackHole: [8000] }, async () => {
      const signal = AbortSignal.timeout(100)
      await expect(primary.get('/pg/status', { signal })).rejects.toThrow(':8000: i/o timeout')
      expect((await primary.get('/metrics', { port: 9187, tls: false })).status).toBe(200)
      expect((await primary.exec(['/controller/manager', 'instance', 'status'])).code).toBe(0)
    })
  })

  test('a frozen manager is silent, while psql works', async () => {
    await during({ frozenManager: true }, async () => {
      await expect(primary.get('/pg/status', { signal: AbortSignal.timeout(100) })).rejects.toThrow('timeout')
      const status = await primary.exec(['/controller/manager', 'instance', 'status'], {
        signal: AbortSignal.timeout(100),
      })
      expect(status).toEqual({ code: 137, stdout: '', stderr: '' })
      expect((await primary.exec(['psql', '-XAtqc', 'SELECT 1'])).stdout).toBe('1\n')
    })
  })

  test('reset, another answer, a truncated body', async () => {
    await during({ reset: [8000] }, async () =>
      expect(primary.get('/pg/status')).rejects.toThrow('connection reset by peer'),
    )
    await during({ respond: { port: 8000, path: '/pg/', status: 503, body: 'starting' } }, async () => {
      expect(await primary.get('/pg/status')).toMatchObject({ status: 503, text: 'starting' })
      expect((await primary.get('/healthz')).status).toBe(200)
    })
    const cut = await during({ truncate: 20 }, async () => primary.get('/pg/status'))
    expect(cut.text).toHaveLength(20)
  })
})

describe('port-forward', () => {
  test('reaches the web servers, the status port through TLS', async () => {
    const metrics = await new Promise<string>((resolve, reject) => {
      void pod.connect(9187).then((socket) => {
        const request = get({ path: '/metrics', createConnection: () => socket }, (response) => {
          const chunks: Buffer[] = []
          response
            .on('data', (chunk: Buffer) => chunks.push(chunk))
            .once('end', () => resolve(Buffer.concat(chunks).toString()))
        })
        request.once('error', reject)
      })
    })
    expect(metrics).toContain('cnpg_collector_up{cluster="mycluster"} 1')
  })

  test('is refused on ports without a server', async () => {
    await expect(pod.connect(1234)).rejects.toThrow('connection refused')
  })
})

test('a script is split outside of quotes, comments and dollar quotes', () => {
  const script = `SELECT ';' AS a; -- not; here
    SELECT $x$ ; $x$; /* ; */ SELECT :'name', :n::int, a::text; \\q`
  expect(splitStatements(script, { name: "O'Hara", n: '7' })).toEqual([
    "SELECT ';' AS a",
    'SELECT $x$ ; $x$',
    "/* ; */ SELECT 'O''Hara', 7::int, a::text",
    '\\q',
  ])
})
