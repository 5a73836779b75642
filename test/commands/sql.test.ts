import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { cli, type CliOptions } from '../helpers/cli.ts'
import type { FakeHost } from '../helpers/fake-host.ts'
import type { PostgresCluster } from '../sandbox/postgres/cluster.ts'
import { type Sandbox, startSandbox } from '../sandbox/sandbox.ts'

let sandbox: Sandbox
let cluster: PostgresCluster
let kubeconfig: string
let folder: string

const SPEC = { managed: { roles: [{ name: 'reader', passwordSecret: { name: 'reader-login' } }] } }

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sql-test-'))
  sandbox = await startSandbox({
    clusters: [
      {
        name: 'main',
        namespace: 'default',
        instances: 2,
        superuserAccess: true,
        hbaRules: ['hostssl all auditor all cert'],
        objects: { spec: SPEC },
      },
    ],
  })
  cluster = sandbox.clusters[0] as PostgresCluster
  kubeconfig = sandbox.kubeconfigFor('admin', { namespace: 'default' })
  const primary = cluster.server(cluster.primary)
  await primary.query(`CREATE ROLE reader LOGIN PASSWORD 'open sesame'`)
  await primary.query('CREATE ROLE auditor LOGIN')
  putSecret('reader-login', { username: 'reader', password: 'open sesame' })
  putSecret('spoilt', { username: 'reader', password: 'open sesame\n' })
  await cluster.waitReplayed()
})
afterAll(async () => {
  await rm(folder, { recursive: true, force: true })
  await sandbox.close()
})

function putSecret(name: string, texts: Record<string, string>): void {
  const data = Object.fromEntries(
    Object.entries(texts).map(([key, text]) => [key, Buffer.from(text).toString('base64')]),
  )
  sandbox.store.put({ apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace: 'default' }, data })
}

const sql = (words: readonly string[], options: CliOptions = {}) =>
  cli(['sql', 'main', ...words], { kubeconfig, ...options })

async function output(words: readonly string[], options?: CliOptions): Promise<string> {
  const { code, stdout, stderr } = await sql(words, options)
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  return stdout
}

// Comes first: a command that failed may leave a request on its way, which would be counted here.
test('every request is made as the user that is impersonated', async () => {
  sandbox.requests.splice(0)
  sandbox.users.add('jane', { groups: ['system:masters'] })
  expect((await sql(['select 1', '--as', 'jane'])).code).toBe(0)
  expect(new Set(sandbox.requests.map(({ user, impersonator }) => `${user} by ${impersonator}`))).toEqual(
    new Set(['jane by admin']),
  )
  expect(sandbox.requests.some(({ path }) => path.endsWith('/portforward'))).toBe(true)
})

describe('results', () => {
  test('stand in a table as psql prints it', async () => {
    expect(
      await output(["select 1 as n, 'Grüße' as text, null as nothing union all select 20, 'a', 'b' order by 1"]),
    ).toBe(
      [' n  | text  | nothing', '----+-------+---------', '  1 | Grüße |', ' 20 | a     | b', '(2 rows)', '', ''].join(
        '\n',
      ),
    )
    expect(await output(['select 1 as a, 2 as longer', '-x'])).toBe(
      ['-[ RECORD 1 ]-', 'a      | 1', 'longer | 2', '', ''].join('\n'),
    )
    expect(await output(['select 7 as n', '--no-headers'])).toBe(' 7\n')
  })

  test('wide characters keep the columns in line', async () => {
    const lines = (await output(["select '日本' as a, 1 as b union all select 'ab', 2 order by 2"])).split('\n')
    expect(lines[2]).toBe(' 日本 | 1')
    expect(lines[3]).toBe(' ab   | 2')
  })

  test('as CSV tell NULL from an empty text', async () => {
    const query = `select 1 as a, '' as b, null as c, E'x,"y"\\nz' as "d e"`
    expect(await output([query, '-o', 'csv'])).toBe('a,b,c,d e\n1,"",,"x,""y""\nz"\n')
  })

  test('as JSON keep types, digits and every column', async () => {
    const query = `select 1.50::numeric as n, 9007199254740993 as n, 'NaN'::float8 as f, true as t, null as z,
      '{"k": [1, "\u202e"]}'::jsonb as j, 'x' || chr(27) as s`
    const text = await output([query, '-o', 'json'])
    expect(text).toContain('"n":1.50,"n_2":9007199254740993,')
    expect(text).toMatch(/^[\x20-\x7e\n]*$/)
    expect(JSON.parse(text)).toEqual([
      { n: 1.5, n_2: 9007199254740992, f: 'NaN', t: true, z: null, j: { k: [1, '\u202e'] }, s: 'x\u001b' },
    ])
    expect(JSON.parse(await output(['select 1 where false', '-o', 'json']))).toEqual([])
  })

  test('never send control characters to a terminal', async () => {
    const query = "select E'\\x1b]0;title\\x07' as a"
    for (const format of ['table', 'csv', 'json']) {
      const { stdout } = await sql([query, '-o', format], { terminal: { columns: 80 } })
      expect(stdout).not.toMatch(/[^\P{Cc}\n]/u)
    }
    expect(await output([query, '-o', 'csv', '--no-headers'])).toBe('\u001b]0;title\u0007\n')
  })

  test('of several statements follow one another; what gives no rows is its tag', async () => {
    const text = await output(['select 1 as a; set work_mem = 1024; select 2 as b'])
    expect(text).toBe(' a\n---\n 1\n(1 row)\n\nSET\n b\n---\n 2\n(1 row)\n\n')
    expect(await output(['copy (select generate_series(1, 2)) to stdout'])).toBe('1\n2\n')
    expect(await output([';'])).toBe('')
  })

  test('of a million rows need no memory of that size, and stop with their reader', async () => {
    const { code, stdout } = await sql(["select repeat('x', 100) from generate_series(1, 1000000)", '-o', 'csv'], {
      stdoutClosesAfter: 1000,
    })
    expect(code).toBe(141)
    expect(stdout).toHaveLength(1000)
  })
})

describe('statements', () => {
  test('may have parameters, which are values and never SQL', async () => {
    expect(
      await output(['select $1::int + $2 as sum, $3 as t', '-p', '4', '--param=5', '-p', "'; drop", '-o', 'csv']),
    ).toBe("sum,t\n9,'; drop\n")
    const several = await sql(['select $1; select 2', '-p', '1'])
    expect(several.code).toBe(1)
    expect(several.stderr).toContain('multiple commands')
  })

  test('come from a file or from stdin', async () => {
    const file = join(folder, 'script.sql')
    await writeFile(file, '\ufeff-- comment\nselect 3 as three;\n')
    expect(await output(['-f', file, '-o', 'csv'])).toBe('three\n3\n')
    expect(await output(['-f', '-', '-o', 'csv'], { stdin: '\ufeffselect 4 as four' })).toBe('four\n4\n')
  })

  test.each([
    [[], 'sql needs SQL or --file'],
    [['select 1', '-f', 'x'], 'give the statements as SQL or with --file, not both'],
    [['select 1', '--all-instances', '--replica'], '--all-instances excludes --replica and --instance'],
    [['select 1', '--superuser', '--role', 'x'], '--superuser and --role exclude each other'],
    [['select 1', '--pg-cert', 'x'], '--pg-cert and --pg-key belong together'],
  ])('%j is a mistake', async (words, message) => {
    const { code, stdout, stderr } = await sql(words)
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toContain(`Error: ${message}\n`)
  })

  test('change nothing unless told so', async () => {
    const refused = await sql(['create table t (a int)'])
    expect(refused).toMatchObject({ code: 1, stdout: '' })
    expect(refused.stderr).toBe(
      'Error: cannot execute CREATE TABLE in a read-only transaction\nChanges are allowed with --write.\n',
    )
    const sneaky = await sql(['set default_transaction_read_only = off; create table t (a int)'])
    expect(sneaky.code).toBe(1)
    expect(await output(['--write', 'create table t (a int); insert into t values (1), (2)'])).toBe(
      'CREATE TABLE\nINSERT 0 2\n',
    )
    const replica = await sql(['--write', '--replica', 'insert into t values (3)'])
    expect(replica.stderr).toContain('main-2 is a replica, which takes no changes.')
  })

  test.each([
    'set transaction read write; create table sly (a int)',
    'begin read write; create table sly (a int); commit',
    'commit; begin read write; create table sly (a int); commit',
    'set default_transaction_read_only = off; commit; create table sly (a int)',
    'reset all; rollback; set transaction read write; create table sly (a int); commit',
    'set session characteristics as transaction read write; commit; create table sly (a int)',
    'rollback and chain; set transaction read write; create table sly (a int); commit',
    "select set_config('transaction_read_only', 'off', false); create table sly (a int)",
    'savepoint s; set transaction read write; create table sly (a int); commit',
    'savepoint s; rollback to s; set transaction read write; create table sly (a int); commit',
    '/* ; */ commit; -- ;\n set transaction read write; create table sly (a int); commit',
    'do $$ begin commit; set transaction read write; create table sly (a int); end $$',
    "prepare transaction 'x'; set transaction read write; create table sly (a int)",
    "set standard_conforming_strings = off; select '\\'; commit; set transaction read write; create table sly (a int); --'",
  ])('cannot lead out of the read-only transaction: %s', async (text) => {
    expect((await sql([text])).code).toBe(1)
    expect(await output(["select count(*) from pg_class where relname = 'sly'", '-o', 'csv', '--no-headers'])).toBe(
      '0\n',
    )
  })

  test('that are not for transactions need --write', async () => {
    const { code, stderr } = await sql(['--superuser', "alter system set work_mem = '5MB'"])
    expect(code).toBe(1)
    expect(stderr).toBe(
      'Error: ALTER SYSTEM cannot run inside a transaction block\n' +
        'Without --write all statements run in one read-only transaction.\n',
    )
  })

  test('may begin and end transactions that change nothing, and errors are shown in the whole text', async () => {
    const csv = ['-o', 'csv', '--no-headers']
    const text = 'begin; savepoint s; select 1; rollback to s; commit; begin; select 2; commit; select 3'
    expect((await output([text, ...csv])).match(/\d/g)).toEqual(['1', '2', '3'])
    const { stdout, stderr } = await sql(["select 'ü😀';\n\nselect nosuch", ...csv])
    expect(stdout).toBe('ü😀\n')
    expect(stderr).toBe('Error: column "nosuch" does not exist\nLINE 3: select nosuch\n               ^\n')
  })

  test('are one transaction: a later error takes back the earlier ones', async () => {
    await output(['--write', 'create table half (a int)'])
    expect((await sql(['--write', 'insert into half values (1); select 1/0'])).code).toBe(1)
    expect(await output(['select count(*) from half', '-o', 'csv', '--no-headers'])).toBe('0\n')
  })

  test('that fail are told as psql tells them', async () => {
    const { code, stderr } = await sql(['select\n  1,\n\tnosuch from pg_class'])
    expect(code).toBe(1)
    expect(stderr).toBe('Error: column "nosuch" does not exist\nLINE 3:  nosuch from pg_class\n         ^\n')
    const hinted = await sql(["select 'a'::int; "])
    expect(hinted.stderr).toBe(
      'Error: invalid input syntax for type integer: "a"\nLINE 1: select \'a\'::int;\n               ^\n',
    )
    const long = await sql([`select ${'1, '.repeat(50)}nosuch, ${'2, '.repeat(50)} 3`])
    const [, line = '', mark = ''] = long.stderr.split('\n')
    expect(line).toMatch(/^LINE 1: \.\.\.1, .*\.\.\.$/)
    expect(line.slice(mark.indexOf('^')).startsWith('nosuch')).toBe(true)
    const json = await sql(['select nosuch', '-o', 'json'])
    expect(JSON.parse(json.stderr)).toMatchObject({ error: { reason: '42703', kind: 'failed', exitCode: 1 } })
    const detail = await sql(["do $$ begin raise exception 'no' using detail = 'because', hint = 'try'; end $$"])
    expect(detail.stderr).toMatch(/^Error: no\nDETAIL: {2}because\nHINT: {2}try\nCONTEXT: {2}PL\/pgSQL/)
  })

  test('that notice something say so on stderr', async () => {
    const { code, stdout, stderr } = await sql(["do $$ begin raise notice 'hello %', E'\\x1b'; end $$"])
    expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: 'DO\n', stderr: 'NOTICE:  hello \\x1b\n' })
  })

  test('end at their limit of time', async () => {
    const { code, stderr } = await sql(['select pg_sleep(30)', '--statement-timeout', '200ms'])
    expect(code).toBe(1)
    expect(stderr).toBe(
      'Error: canceling statement due to statement timeout\nA statement may take longer with --statement-timeout.\n',
    )
  })

  test('are cancelled in the server when the program is interrupted', async () => {
    const running = "select count(*)::int as n from pg_stat_activity where query like 'select pg_sleep(50)%'"
    const count = async () => (await cluster.server(cluster.primary).query<{ n: number }>(running))[0]?.n
    let host: FakeHost | undefined
    const ended = sql(['select pg_sleep(50)'], { onHost: (made) => (host = made) })
    while ((await count()) !== 1) await new Promise((resolve) => setTimeout(resolve, 50))
    host?.raise('SIGINT')
    const { code } = await ended
    expect(code).toBe(130)
    const activity =
      "select count(*)::int as n from pg_stat_activity where query like 'select pg_sleep(50)%' and state = 'active'"
    expect(await cluster.server(cluster.primary).query(activity)).toEqual([{ n: 0 }])
  })

  test('that want data are sent to psql', async () => {
    const { code, stderr } = await sql(['--write', 'copy half from stdin'])
    expect(code).toBe(1)
    expect(stderr).toContain('psql takes data on its stdin')
  })
})

describe('instances', () => {
  const recovery = 'select pg_is_in_recovery() as r'

  test('the primary, a replica, or one by name', async () => {
    const csv = ['-o', 'csv', '--no-headers']
    expect(await output([recovery, ...csv])).toBe('f\n')
    expect(await output([recovery, '--replica', ...csv])).toBe('t\n')
    expect(await output([recovery, '--instance', '2', ...csv])).toBe('t\n')
  })

  test('all at once, with one column more', async () => {
    expect(await output([recovery, '--all-instances'])).toBe(
      ' instance | r\n----------+---\n main-1   | f\n main-2   | t\n(2 rows)\n\n',
    )
    expect(JSON.parse(await output([recovery, '--all-instances', '-o', 'json']))).toEqual([
      { instance: 'main-1', r: false },
      { instance: 'main-2', r: true },
    ])
  })

  test('one that fails costs its rows and the exit code', async () => {
    const pod = cluster.pod('main-2')
    pod.faults = { reset: [5432] }
    try {
      const { code, stdout, stderr } = await sql([recovery, '--all-instances', '-o', 'csv'])
      expect({ code, stdout }).toEqual({ code: 1, stdout: 'instance,r\nmain-1,f\n' })
      expect(stderr).toMatch(/^Error: main-2: .*5432.*\n$/)
    } finally {
      pod.faults = {}
    }
  })

  test('one whose port is silent is given up', async () => {
    cluster.pod('main-1').faults = { blackHole: [5432] }
    try {
      const { code, stderr } = await sql([recovery, '--request-timeout', '700ms'])
      expect(code).toBe(124)
      expect(stderr).toContain('PostgreSQL did not answer in time')
    } finally {
      cluster.pod('main-1').faults = {}
    }
  })
})

describe('the login', () => {
  const who = ['select current_user as u, current_database() as d', '-o', 'csv', '--no-headers']

  test.each([
    [[], 'app,app'],
    [['-d', 'postgres'], 'app,postgres'],
    [['--superuser'], 'postgres,postgres'],
    [['--superuser', '-d', 'app'], 'postgres,app'],
    [['--role', 'app'], 'app,app'],
    [['--role', 'reader'], 'reader,app'],
    [['--secret', 'reader-login'], 'reader,app'],
    [['--role', 'streaming_replica'], 'streaming_replica,postgres'],
  ])('%j is as %s', async (words, expected) => {
    expect(await output([...who, ...words])).toBe(`${expected}\n`)
  })

  test('by a client certificate', async () => {
    const { authority } = cluster.credentials
    const pair = await authority.issue({ commonName: 'auditor' })
    const files = [join(folder, 'auditor.crt'), join(folder, 'auditor.key')] as const
    await writeFile(files[0], pair.certificate)
    await writeFile(files[1], pair.key, { mode: 0o600 })
    expect(await output([...who, '--pg-cert', files[0], '--pg-key', files[1]])).toBe('auditor,app\n')
  })

  test('by PGPASSWORD and a CA of ours, without reading a secret', async () => {
    const ca = join(folder, 'ca.crt')
    await writeFile(ca, cluster.credentials.authority.certificate)
    const restore = sandbox.faults.add({ resource: 'secrets', answer: { code: 403, reason: 'Forbidden' } })
    try {
      const env = { PGPASSWORD: 'open sesame', PGSSLMODE: 'verify-full', PGHOST: '192.0.2.1' }
      expect(await output([...who, '--role', 'reader', '--pg-ca', ca], { env })).toBe('reader,app\n')
      const { code, stderr } = await sql(who)
      expect(code).toBe(1)
      expect(stderr).toMatch(/Missing: get secrets[\s\S]*PGPASSWORD[^\n]*--pg-ca/)
    } finally {
      restore()
    }
  })

  test('that is refused says as whom, with what, and what may be wrong with it', async () => {
    const { code, stderr } = await sql([...who, '--secret', 'spoilt'])
    expect(code).toBe(1)
    expect(stderr).toContain('password authentication failed for user "reader"')
    expect(stderr).toContain('as reader to database app, with secret spoilt')
    expect(stderr).toContain('line feed')
  })

  test('of a role without a secret names the ways there are', async () => {
    const { code, stderr } = await sql([...who, '--role', 'auditor'])
    expect(code).toBe(1)
    expect(stderr).toMatch(/no secret is known for role "auditor"[\s\S]*--pg-cert/)
  })

  test('checks the certificate of the server', async () => {
    const ca = join(folder, 'other-ca.crt')
    await writeFile(ca, sandbox.authority.certificate)
    const { code, stderr } = await sql([...who, '--pg-ca', ca])
    expect(code).toBe(1)
    expect(stderr).toMatch(/TLS with PostgreSQL \(main-rw\) failed/)
  })

  test('leaves no secret in any output, log or request', async () => {
    sandbox.requests.splice(0)
    const { appPassword } = cluster.credentials
    const runs = [await sql([...who, '--log-level', 'trace']), await sql(['select nosuch', '--log-level', 'trace'])]
    const all = JSON.stringify([...runs.map(({ stdout, stderr }) => [stdout, stderr]), sandbox.requests])
    expect(all).not.toContain(appPassword)
  })
})
