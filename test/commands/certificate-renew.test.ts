import { X509Certificate } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Cluster } from '../../src/api/cluster.ts'
import { createAuthority } from '../helpers/certificates.ts'
import { cli } from '../helpers/cli.ts'
import { createAuthority as operatorsAuthority } from '../sandbox/postgres/certificates.ts'
import type { Authority } from '../sandbox/postgres/certificates.ts'
import { startApiServer } from '../sandbox/sandbox.ts'
import type { ApiServer } from '../sandbox/sandbox.ts'
import { secretsOf } from './support/secrets.ts'

const DAY_MS = 86_400_000
const NOW = new Date('2026-11-27T12:00:00Z')
const inDays = (days: number) => new Date(NOW.getTime() + days * DAY_MS)

let server: ApiServer
let secrets: ReturnType<typeof secretsOf>
let authority: Authority
beforeAll(async () => {
  server = await startApiServer()
  secrets = secretsOf(server, 'shop')
  authority = await operatorsAuthority('orders', 'shop', { notBefore: inDays(-60), notAfter: inDays(30) })
})
afterAll(() => server.close())

beforeEach(async () => {
  putCluster({})
  secrets.put('orders-ca', 'Opaque', { 'ca.crt': authority.certificate, 'ca.key': authority.key })
  const old = await authority.issue({ commonName: 'app', notBefore: inDays(-80), notAfter: inDays(10) })
  secrets.put('app-cert', 'kubernetes.io/tls', { 'tls.crt': old.certificate, 'tls.key': old.key, mine: 'stays' })
})

function putCluster(spec: Partial<Cluster['spec']>): void {
  server.store.put({
    apiVersion: 'postgresql.cnpg.io/v1',
    kind: 'Cluster',
    metadata: { name: 'orders', namespace: 'shop' },
    spec: { instances: 1, ...spec },
  })
}

const run = (line: string) =>
  cli(line, { kubeconfig: server.kubeconfigFor('admin', { namespace: 'shop' }), now: NOW.toISOString() })
const make = (more = '') => run(`certificate new --cnpg-cluster orders --cnpg-user app --dry-run ${more}`)
const steady = (text: string) => text.replace(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d \+0000 UTC/g, 'TIME')

describe('certificate renew', () => {
  it('makes a new key and certificate for the same role in the same secret', async () => {
    const before = new X509Certificate(secrets.text('app-cert', 'tls.crt'))
    const { code, stdout, stderr } = await run('certificate renew secret/app-cert')
    expect(stdout).toBe(
      'secret/app-cert renewed: CN=app, until 2027-02-25 11:55:00 +0000 UTC, signed by the CA of secret orders-ca\n',
    )
    expect(stderr).toBe(
      [
        'New certificate for role app of shop/orders',
        '  secret         shop/app-cert',
        '  until now      CN=app, until 2026-12-07 12:00:00 +0000 UTC',
        '  certificate    CN=app',
        '  valid until    2027-02-25 11:55:00 +0000 UTC',
        '  signed by      OU=shop, CN=orders (secret orders-ca, until 2026-12-27 12:00:00 +0000 UTC, renewed by the operator with the same key)',
        'Warning: PostgreSQL will not take it yet, no rule asks this role for a certificate. In spec.postgresql.pg_hba it takes: hostssl postgres app all cert',
        'Warning: the certificate before it stays valid until its own end: nothing revokes it',
        'secret/app-cert changed (PATCH secrets/app-cert)',
        '',
      ].join('\n'),
    )
    expect(code).toBe(0)
    const after = new X509Certificate(secrets.text('app-cert', 'tls.crt'))
    expect(after.serialNumber).not.toBe(before.serialNumber)
    expect(after.publicKey.equals(before.publicKey)).toBe(false)
    expect(after.verify(new X509Certificate(authority.certificate).publicKey)).toBe(true)
    expect(secrets.text('app-cert', 'mine')).toBe('stays')
  })

  it('goes on after a conflict, and its dry run shows the whole secret', async () => {
    server.faults.add({ method: 'PATCH', resource: 'secrets', times: 1, answer: { code: 409, reason: 'Conflict' } })
    const { code } = await run('certificate renew app-cert --duration 30d')
    expect(code).toBe(0)
    expect(new X509Certificate(secrets.text('app-cert', 'tls.crt')).validTo).toContain('Dec 27 11:55:00 2026')
    const dry = await run('certificate renew app-cert --dry-run -o json')
    const secret = JSON.parse(dry.stdout) as Record<string, unknown>
    expect(secret).toMatchObject({ kind: 'Secret', type: 'kubernetes.io/tls', data: { mine: 'c3RheXM=' } })
    // The patch changes no labels.
    expect(secret['metadata']).toEqual({ name: 'app-cert', namespace: 'shop' })
  })

  it.each([
    ['nosuch', {}, 'there is no secret "nosuch" in namespace shop'],
    ['orders-ca', {}, 'secret orders-ca holds no certificate of a role'],
    [
      'declared',
      { ownerReferences: [{ kind: 'DatabaseRole', name: 'app', controller: true }] },
      'secret declared belongs to DatabaseRole app',
    ],
    ['managed', { annotations: { 'cert-manager.io/certificate-name': 'app' } }, 'cert-manager keeps secret managed'],
  ])('of %s is refused', async (name, metadata, message) => {
    const { certificate, key } = await authority.issue({ commonName: 'app' })
    if (!/nosuch|-ca/.test(name))
      secrets.put(name, 'kubernetes.io/tls', { 'tls.crt': certificate, 'tls.key': key }, metadata)
    const { code, stderr } = await run(`certificate renew ${name}`)
    expect([code, stderr]).toEqual([1, expect.stringContaining(message)])
  })

  it('of a server’s certificate is refused, and of one of an unknown authority the cluster has to be named', async () => {
    const leaf = await authority.issue({ commonName: 'orders-rw', dnsNames: ['orders-rw'] })
    secrets.put('web', 'kubernetes.io/tls', { 'tls.crt': leaf.certificate, 'tls.key': leaf.key })
    expect((await run('certificate renew web')).stderr).toContain(
      'the certificate in secret web is not one for clients',
    )
    const foreign = await (await createAuthority('Company CA')).client('app')
    secrets.put('foreign', 'kubernetes.io/tls', { 'tls.crt': foreign.cert, 'tls.key': foreign.key })
    expect((await run('certificate renew foreign')).stderr).toContain('Name the cluster with --cnpg-cluster.')
    expect((await run('certificate renew foreign --cnpg-cluster orders')).code).toBe(0)
  })
})

interface Given {
  /** Null: there is none. */
  key?: 'other' | 'RUBBISH' | null
  cert?: string
  /** Days from now. */
  from?: number
  until?: number
}

describe('an authority', () => {
  it.each<[string, Given, string]>([
    ['without its key', { key: null }, 'there is no ca.key, without which nothing can be signed: the CA was given by'],
    ['with the key of another', { key: 'other' }, 'ca.key is not the key of the certificate in ca.crt'],
    ['that is broken', { cert: 'broken' }, 'ca.crt holds no certificate that can be read'],
    ['whose key is broken', { key: 'RUBBISH' }, 'ca.key holds no private key that can be read'],
    ['that has expired', { from: -90, until: -1 }, 'the CA in secret own-ca expired on TIME: whoever gave it'],
    ['that is not valid yet', { from: 1 }, 'the CA in secret own-ca is not valid before TIME'],
    [
      'that ends before the certificate',
      { until: 20.5 },
      'ends on TIME, before the certificate would; --duration 20d fits',
    ],
  ])('given by the user %s: refused', async (_name, { key, cert, from = -10, until = 400 }, message) => {
    const own = await createAuthority('Company CA', { notBefore: inDays(from), notAfter: inDays(until) })
    const keys = { other: authority.key, RUBBISH: '-----BEGIN PRIVATE KEY-----\nRUBBISH\n' }
    const kept = key === null ? {} : { 'ca.key': key === undefined ? own.key : keys[key] }
    secrets.put('own-ca', 'Opaque', { 'ca.crt': cert ?? own.cert, ...kept })
    putCluster({ certificates: { clientCASecret: 'own-ca', replicationTLSSecret: 'given' } })
    const { code, stdout } = await make()
    expect(steady(stdout)).toContain(message)
    expect(stdout).not.toContain('RUBBISH')
    expect(code).toBe(1)
    const manifest = await make('-o yaml')
    expect([manifest.code, manifest.stdout]).toEqual([1, ''])
    expect(steady(manifest.stderr)).toContain(message)
  })

  it('that ends first signs for a shorter time, or with --force all the same', async () => {
    const own = await createAuthority('Company CA', { notBefore: inDays(-10), notAfter: inDays(20) })
    secrets.put('own-ca', 'Opaque', { 'ca.crt': own.cert, 'ca.key': own.key })
    putCluster({ certificates: { clientCASecret: 'own-ca' } })
    expect((await make('--duration 10d')).code).toBe(0)
    expect((await make('--force')).code).toBe(0)
  })

  it('of the operator that has expired signs nothing, and one that it should have renewed is told', async () => {
    const late = await operatorsAuthority('orders', 'shop', { notBefore: inDays(-85), notAfter: inDays(5) })
    secrets.put('orders-ca', 'Opaque', { 'ca.crt': late.certificate, 'ca.key': late.key })
    const soon = await make()
    expect([soon.code, steady(soon.stdout)]).toEqual([
      0,
      expect.stringContaining('Warning: the CA ends on TIME, and the operator should have renewed it by now'),
    ])
    const ended = await operatorsAuthority('orders', 'shop', { notBefore: inDays(-91), notAfter: inDays(-1) })
    secrets.put('orders-ca', 'Opaque', { 'ca.crt': ended.certificate, 'ca.key': ended.key })
    const refused = await make()
    expect([refused.code, refused.stdout]).toEqual([
      1,
      expect.stringContaining('the operator should have renewed it and has not'),
    ])
  })
})
