import { X509Certificate } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { load } from 'js-yaml'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createAuthority } from '../helpers/certificates.ts'
import { runProcess } from '../helpers/process.ts'
import { onTerminal } from '../helpers/terminal.ts'
import { startLive } from './support/changes.ts'
import type { Live } from './support/changes.ts'
import { kubeconfigFile, program } from './support/program.ts'
import type { Place } from './support/program.ts'
import { secretsOf } from './support/secrets.ts'
import type { StoredSecret } from './support/secrets.ts'

let live: Live
let place: Place
let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'certificate-test-'))
  live = await startLive(1, { hbaRules: ['hostssl all app all cert', 'hostssl all "odd ""name" all cert'] })
  place = await kubeconfigFile(live.sandbox.kubeconfigFor('admin', { namespace: 'default' }))
}, 60_000)
afterAll(async () => {
  await place.remove()
  await live.sandbox.close()
  await rm(folder, { recursive: true })
})

const stored = (name: string) => secretsOf(live.sandbox, 'default').get(name)
const textOf = (secret: StoredSecret, key: string) => Buffer.from(secret.data[key] ?? '', 'base64').toString()
const writes = () => live.sandbox.requests.filter(({ method }) => method !== 'GET')
const make = (name: string, more = '', role = 'app') =>
  live.run(`certificate ${name} --cnpg-cluster mycluster --cnpg-user ${role} ${more}`)

/** Dates, random numbers and the folder of this run made steady. */
function steady(text: string): string {
  return text.replaceAll(folder, 'DIR').replace(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d \+0000 UTC/g, 'TIME')
}

/** Logs in over TLS and says as whom; null when the server asks for something else. */
async function logIn(user: string, ssl: { cert: string; key: string; ca: string }): Promise<unknown> {
  const { port } = live.cluster.server('mycluster-1')
  const client = new pg.Client({
    host: '127.0.0.1',
    port,
    user,
    database: 'app',
    ssl: { ...ssl, servername: 'mycluster-rw' },
  })
  try {
    await client.connect()
    const { rows } = await client.query<{ user: string; dn: string }>(
      'SELECT current_user AS user, client_dn AS dn FROM pg_stat_ssl WHERE pid = pg_backend_pid()',
    )
    return rows[0]
  } finally {
    await client.end().catch(() => undefined)
  }
}

describe('a certificate', () => {
  it('is shown, made, verified, and its files are said how to use', async () => {
    const { code, stdout, stderr } = await make('app-cert', `--out ${folder}/files`)
    expect(steady(stderr)).toBe(
      [
        'Certificate for role app of default/mycluster',
        '  secret         default/app-cert',
        '  certificate    CN=app',
        '  valid until    TIME',
        '  signed by      OU=default, CN=mycluster (secret mycluster-ca, until TIME, renewed by the operator with the same key)',
        '  login rule     hostssl all app all cert',
        'Warning: nobody renews it by itself; later: kubectl cnpg certificate renew app-cert',
        'secret/app-cert created (POST secrets/app-cert)',
        'Written: DIR/files/app-cert.crt, DIR/files/app-cert.key, DIR/files/mycluster-ca.crt',
        'From here:      kubectl cnpg connect mycluster --role app --pg-cert DIR/files/app-cert.crt --pg-key DIR/files/app-cert.key --pg-ca DIR/files/mycluster-ca.crt -- psql',
        "In the cluster: psql 'host=mycluster-rw.default.svc port=5432 user=app dbname=app sslmode=verify-ca sslrootcert=DIR/files/mycluster-ca.crt sslcert=DIR/files/app-cert.crt sslkey=DIR/files/app-cert.key'",
        '',
      ].join('\n'),
    )
    expect(steady(stdout)).toBe(
      'secret/app-cert created: CN=app, until TIME, signed by the CA of secret mycluster-ca\n',
    )
    expect(code).toBe(0)
    const key = textOf(stored('app-cert'), 'tls.key')
    expect(key).toMatch(/^-----BEGIN EC PRIVATE KEY-----\n/)
    expect(stdout + stderr).not.toContain('PRIVATE KEY')
  })

  it('has the shape of the official plugin’s', () => {
    const { metadata, type, data } = stored('app-cert')
    expect({ type, keys: Object.keys(data) }).toEqual({ type: 'kubernetes.io/tls', keys: ['tls.crt', 'tls.key'] })
    expect(metadata.labels).toEqual({ 'app.kubernetes.io/managed-by': 'cloudnative-pg' })
    expect([metadata.annotations, metadata.ownerReferences]).toEqual([undefined, undefined])
    const certificate = new X509Certificate(textOf(stored('app-cert'), 'tls.crt'))
    const days = (Date.parse(certificate.validTo) - Date.parse(certificate.validFrom)) / 86_400_000
    expect({ subject: certificate.subject, days, ca: certificate.ca }).toEqual({
      subject: 'CN=app',
      days: 90,
      ca: false,
    })
    expect(Date.now() - Date.parse(certificate.validFrom)).toBeGreaterThanOrEqual(300_000)
  })

  it('logs in to PostgreSQL, and without it nobody does', async () => {
    const cert = textOf(stored('app-cert'), 'tls.crt')
    const key = textOf(stored('app-cert'), 'tls.key')
    const ca = live.cluster.credentials.authority.certificate
    expect(await logIn('app', { cert, key, ca })).toEqual({ user: 'app', dn: '/CN=app' })
    await expect(logIn('app', { cert: '', key: '', ca })).rejects.toThrow('valid client certificate')
    const other = await createAuthority('other')
    const foreign = await other.client('app')
    await expect(logIn('app', { cert: foreign.cert, key: foreign.key, ca })).rejects.toThrow()
  })

  it('of a role with an odd name logs in, too', async () => {
    const role = 'odd "name'
    await live.cluster.server('mycluster-1').query(`CREATE ROLE "odd ""name" LOGIN`)
    const { code, stderr } = await live.run(['certificate', 'odd', '--cnpg-cluster', 'mycluster', '--cnpg-user', role])
    expect(code).toBe(0)
    expect(stderr).toContain('  login rule     hostssl all "odd ""name" all cert\n')
    const ssl = { cert: textOf(stored('odd'), 'tls.crt'), key: textOf(stored('odd'), 'tls.key') }
    const seen = await logIn(role, { ...ssl, ca: live.cluster.credentials.authority.certificate })
    expect(seen).toMatchObject({ user: role })
  })

  it('lets the real psql in by its files, which nobody else may read', async (test) => {
    const files = (await readdir(join(folder, 'files'))).sort()
    expect(files).toEqual(['app-cert.crt', 'app-cert.key', 'mycluster-ca.crt'])
    const modes = await Promise.all([...files, '.'].map((name) => stat(join(folder, 'files', name))))
    expect(modes.map(({ mode }) => (mode & 0o777).toString(8))).toEqual(['600', '600', '600', '700'])
    const there = await runProcess('psql', ['--version']).catch(() => undefined)
    if (there?.code !== 0) return test.skip('there is no psql on this machine')
    const line = [...program, 'connect', 'mycluster', '--role', 'app', '--pg-cert', join(folder, 'files/app-cert.crt')]
    const more = ['--pg-key', join(folder, 'files/app-cert.key'), '--pg-ca', join(folder, 'files/mycluster-ca.crt')]
    const query = 'SELECT current_user, ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()'
    const { code, stdout, stderr } = await runProcess(
      process.execPath,
      [...line, ...more, '--', 'psql', '-XAtc', query],
      {
        env: { ...process.env, ...place.env },
      },
    )
    expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: 'app|t\n', stderr: '' })
  })
})

describe('what is refused, before anything is made', () => {
  it.each([
    [
      'app-cert',
      '',
      /there is a secret app-cert already \(CN=app, until .*\)\nWhat helps: kubectl cnpg certificate renew app-cert\n/,
    ],
    ['mycluster-app', '', /mycluster-app is the name of a secret that cluster mycluster uses itself/],
    ['mycluster-pooler', '', /mycluster-pooler is the name of a secret/],
    ['other', `--out DIR/files`, /DIR\/files\/mycluster-ca.crt would be overwritten \(--overwrite allows it\)/],
  ])('%s %s', async (name, more, message) => {
    await writeFile(join(folder, 'files/mycluster-ca.crt'), 'mine')
    const before = writes().length
    const { code, stderr } = await make(name, more.replace('DIR', folder))
    expect(code).toBe(1)
    expect(steady(stderr)).toMatch(message)
    expect(writes()).toHaveLength(before)
  })

  it.each([
    ['certificate', 'needs --cnpg-cluster and --cnpg-user'],
    ['certificate x --cnpg-user app', 'needs --cnpg-cluster'],
    ['certificate --cnpg-cluster mycluster --cnpg-user app', 'certificate needs NAME'],
    ['certificate Bad_Name --cnpg-cluster mycluster --cnpg-user app', '"Bad_Name" is no name of a secret'],
    [`certificate x --cnpg-cluster mycluster --cnpg-user ${'u'.repeat(64)}`, 'it is 64 bytes long'],
    ['certificate x --cnpg-cluster mycluster --cnpg-user=', 'it is empty'],
    ['certificate x --cnpg-cluster mycluster --cnpg-user app --duration 1m', '--duration has to be more than 5m'],
    ['certificate x --cnpg-cluster mycluster --cnpg-user app -o text2', 'text2'],
    ['certificate x y --cnpg-cluster mycluster --cnpg-user app', 'unexpected argument "y"'],
  ])('as a mistake: %s', async (line, message) => {
    const { code, stderr } = await live.run(line)
    expect(stderr).toContain(message)
    expect(code).toBe(2)
  })

  it('a cluster that is not there, and one whose secret may not be read', async () => {
    const missing = await live.run('certificate x --cnpg-cluster nosuch --cnpg-user app')
    expect([missing.code, missing.stderr]).toEqual([1, expect.stringContaining('cluster "nosuch" not found')])
    const allow = live.sandbox.policy.deny({ resource: 'secrets', verb: 'get', name: 'mycluster-ca' })
    const forbidden = await make('x')
    allow()
    expect(forbidden.code).toBe(1)
    expect(forbidden.stderr).toContain('secrets "mycluster-ca" is forbidden')
    const deny = live.sandbox.policy.deny({ resource: 'secrets', verb: 'create' })
    const barred = await make('x')
    deny()
    expect(barred.code).toBe(1)
    expect(barred.stderr).toContain('POST secrets/x was refused')
    expect(stored('x')).toBeUndefined()
  })
})

it('replaces files when told to', async () => {
  const file = join(folder, 'files/mycluster-ca.crt')
  await writeFile(file, 'mine', { mode: 0o644 })
  expect((await make('again', `--out ${folder}/files --overwrite`)).code).toBe(0)
  expect(await readFile(file, 'utf8')).toBe(live.cluster.credentials.authority.certificate)
  expect((await stat(file)).mode & 0o777).toBe(0o600)
})

describe('-o', () => {
  it.each(['json', 'yaml'])(
    '%s with --dry-run is the manifest alone, whatever is there, and nothing is sent',
    async (form) => {
      const before = writes().length
      const { code, stdout, stderr } = await make('app-cert', `--dry-run -o ${form}`)
      expect([code, stderr]).toEqual([0, ''])
      const manifest = load(stdout) as StoredSecret & { apiVersion: string; kind: string }
      expect({ ...manifest, data: Object.keys(manifest.data) }).toEqual({
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: {
          name: 'app-cert',
          namespace: 'default',
          labels: { 'app.kubernetes.io/managed-by': 'cloudnative-pg' },
        },
        type: 'kubernetes.io/tls',
        data: ['tls.crt', 'tls.key'],
      })
      const certificate = new X509Certificate(textOf(manifest, 'tls.crt'))
      expect(certificate.subject).toBe('CN=app')
      expect(writes()).toHaveLength(before)
    },
  )

  it('json without it is what was made, and nothing else is on stdout', async () => {
    const { code, stdout, stderr } = await make('json-cert', '-o json')
    expect(code).toBe(0)
    expect((JSON.parse(stdout) as StoredSecret).data).toEqual(stored('json-cert').data)
    expect(stderr).toContain('secret/json-cert created (POST secrets/json-cert)')
  })

  it('text with --dry-run shows the request without the key', async () => {
    const { code, stdout } = await make('dry', '--dry-run', 'joe')
    expect(code).toBe(0)
    expect(steady(stdout)).toBe(
      [
        'Certificate for role joe of default/mycluster',
        '  secret         default/dry',
        '  certificate    CN=joe',
        '  valid until    TIME',
        '  signed by      OU=default, CN=mycluster (secret mycluster-ca, until TIME, renewed by the operator with the same key)',
        'Warning: PostgreSQL will not take it yet, no rule asks this role for a certificate. In spec.postgresql.pg_hba it takes: hostssl app joe all cert',
        'Warning: nobody renews it by itself; later: kubectl cnpg certificate renew dry',
        'Would do:',
        '  1. create secret dry with a certificate and its key',
        '     POST /api/v1/namespaces/default/secrets',
        'Proof: secret dry holds the new certificate, signed by the client CA of mycluster',
        '',
      ].join('\n'),
    )
    expect((await make('dry', '--dry-run=server')).stdout).toContain('The API server accepts the requests')
    expect(stored('dry')).toBeUndefined()
  })
})

describe('on a terminal', () => {
  it('it is asked, and no is no', async () => {
    const words = [...program, 'certificate', 'asked', '--cnpg-cluster', 'mycluster', '--cnpg-user', 'app']
    const no = onTerminal(process.execPath, words, place.env, { columns: 200, rows: 24 })
    await no.shows('Create secret default/asked? [y/N]')
    no.type('n\r')
    expect(await no.ended).toBe(1)
    expect(no.screen).toContain('not confirmed')
    expect(stored('asked')).toBeUndefined()
    const yes = onTerminal(process.execPath, words, place.env, { columns: 200, rows: 24 })
    await yes.shows('[y/N]')
    yes.type('y\r')
    expect(await yes.ended).toBe(0)
    expect(yes.screen).toContain('secret/asked created: CN=app')
    expect(yes.screen).not.toContain('PRIVATE KEY')
  }, 20_000)
})

describe('a fault', () => {
  it.each(['before', 'during', 'after'] as const)(
    'that cuts the connection %s the request: it is made once',
    async (cut) => {
      live.sandbox.faults.add({ method: 'POST', resource: 'secrets', cut, times: 1 })
      const { code } = await make(`cut-${cut}`)
      expect(code).toBe(0)
      expect(stored(`cut-${cut}`)).toBeDefined()
    },
  )

  it('while the files are written leaves the secret, and says so', async () => {
    await writeFile(join(folder, 'a-file'), '')
    const { code, stderr } = await make('no-files', `--out ${folder}/a-file/below`)
    expect(code).toBe(1)
    expect(stderr).toContain('the secret holds the certificate, but its files could not be written: ')
    expect(stderr).toContain('kubectl cnpg certificate renew no-files --cnpg-cluster mycluster --out DIR')
    expect(stored('no-files')).toBeDefined()
  })

  it('of the proof: somebody changes the secret at once', async () => {
    const steal = (): void => {
      secretsOf(live.sandbox, 'default').put('stolen', 'kubernetes.io/tls', { 'tls.crt': 'x', 'tls.key': 'y' })
    }
    live.sandbox.writer.onAdmission(({ operation, object }) => {
      if (operation === 'CREATE' && object?.metadata.name === 'stolen') setImmediate(steal)
    })
    const { code, stderr } = await make('stolen')
    expect(code).toBe(1)
    expect(stderr).toContain('somebody else has changed the secret meanwhile')
  })
})
