import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createAuthority as plainAuthority } from '../helpers/certificates.ts'
import { cli } from '../helpers/cli.ts'
import { createAuthority } from '../sandbox/postgres/certificates.ts'
import { startApiServer } from '../sandbox/sandbox.ts'
import type { ApiServer } from '../sandbox/sandbox.ts'
import { secretsOf } from './support/secrets.ts'

const NOW = new Date('2026-11-27T12:00:00Z')
const inDays = (days: number) => new Date(NOW.getTime() + days * 86_400_000)
const lasting = (days: number) => ({ notBefore: inDays(days - 90), notAfter: inDays(days) })

let server: ApiServer
beforeAll(async () => {
  server = await startApiServer()
  await orders()
  await ledger()
  const foreign = await plainAuthority('Somebody')
  const web = await foreign.server({ notAfter: inDays(1) })
  secretsOf(server, 'shop').put('website', 'kubernetes.io/tls', { 'tls.crt': web.cert, 'tls.key': web.key })
})
afterAll(() => server.close())

function put(kind: string, namespace: string, name: string, spec: object, status: object = {}): void {
  const apiVersion = 'postgresql.cnpg.io/v1'
  server.store.put({ apiVersion, kind, metadata: { name, namespace }, spec, status })
}

/** One with all the operator's defaults, a pooler, a declared role, and certificates issued to roles. */
async function orders(): Promise<void> {
  const secrets = secretsOf(server, 'shop')
  const ca = await createAuthority('orders', 'shop', lasting(80))
  const leaf = async (
    secret: string,
    days: number,
    request: { commonName: string; dnsNames?: string[] },
    metadata = {},
  ) => {
    const { certificate, key } = await ca.issue({ ...request, ...lasting(days) })
    secrets.put(secret, 'kubernetes.io/tls', { 'tls.crt': certificate, 'tls.key': key }, metadata)
  }
  const ends = { 'orders-ca': '2027-02-15 12:00:00 +0000 UTC', 'orders-server': '2027-02-15 12:00:00 +0000 UTC' }
  put('Cluster', 'shop', 'orders', { instances: 3 }, { certificates: { expirations: ends } })
  put('Pooler', 'shop', 'pool', { cluster: { name: 'orders' }, pgbouncer: { serverTLSSecret: { name: 'pool-tls' } } })
  put('DatabaseRole', 'shop', 'reports', { cluster: { name: 'orders' }, name: 'reporter' })
  secrets.put('orders-ca', 'Opaque', { 'ca.crt': ca.certificate, 'ca.key': ca.key })
  await leaf('orders-server', 80, { commonName: 'orders-rw', dnsNames: ['orders-rw', 'orders-rw.shop'] })
  await leaf('orders-replication', 6.5, { commonName: 'streaming_replica' })
  await leaf('orders-pooler', 40, { commonName: 'cnpg_pooler_pgbouncer' })
  await leaf('pool-tls', 20, { commonName: 'pool' })
  await leaf('reports-client-cert', 60, { commonName: 'reporter' })
  await leaf('app-cert', -2, { commonName: 'app' })
  await leaf('managed', 29, { commonName: 'joe' }, { annotations: { 'cert-manager.io/certificate-name': 'joe' } })
}

/** One whose authorities were given by its user, as a bundle. */
async function ledger(): Promise<void> {
  const secrets = secretsOf(server, 'bank')
  const [old, now] = await Promise.all([
    plainAuthority('Old CA', { notAfter: inDays(12) }),
    plainAuthority('Bank CA', { notAfter: inDays(1000) }),
  ])
  put('Cluster', 'bank', 'ledger', {
    instances: 1,
    certificates: { serverCASecret: 'bank-ca', clientCASecret: 'bank-ca', replicationTLSSecret: 'gone' },
  })
  secrets.put('bank-ca', 'Opaque', { 'ca.crt': old.cert + now.cert })
}

const list = (words: string, namespace = 'shop') =>
  cli(`certificate list ${words}`, {
    kubeconfig: server.kubeconfigFor('admin', { namespace }),
    now: NOW.toISOString(),
    env: { NO_COLOR: '1' },
  })

describe('certificate list', () => {
  it('shows all certificates of a cluster, and nobody else’s', async () => {
    const { code, stdout, stderr } = await list('orders')
    expect(stdout).toBe(GOLDEN_CLUSTER)
    expect([code, stderr]).toEqual([0, ''])
  })

  it('-A is a calendar, the next end first', async () => {
    const { code, stdout, stderr } = await list('-A')
    expect(stdout).toBe(GOLDEN_CALENDAR)
    expect(code).toBe(0)
    expect(stderr.trim().split('\n')).toEqual([
      expect.stringContaining('secret bank/gone: '),
      expect.stringContaining('secret bank/ledger-server: '),
    ])
  })

  it('on a terminal of 80 columns stays readable', async () => {
    const { stdout } = await cli('certificate list orders', {
      kubeconfig: server.kubeconfigFor('admin', { namespace: 'shop' }),
      now: NOW.toISOString(),
      terminal: { columns: 80 },
      env: { NO_COLOR: '1' },
    })
    expect(Math.max(...stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80)
    expect(stdout).toContain('orders-replication')
  })

  it('is data for programs, which holds no key', async () => {
    const { stdout } = await list('orders -o json')
    const { certificates, unread } = JSON.parse(stdout) as {
      certificates: Record<string, unknown>[]
      unread: unknown[]
    }
    expect(unread).toEqual([])
    expect(certificates).toHaveLength(8)
    expect(certificates[1]).toMatchObject({
      namespace: 'shop',
      cluster: 'orders',
      secret: 'orders-server',
      usedFor: ['server'],
      renewedBy: 'operator',
      notAfter: '2027-02-15T12:00:00Z',
      daysLeft: 80,
      facts: { subject: 'CN=orders-rw', names: ['orders-rw', 'orders-rw.shop'], forServers: true },
    })
    expect(stdout).not.toContain('PRIVATE')
    const named = await list('orders -o name')
    expect(named.stdout).toContain('secret/orders-ca\nsecret/orders-server\n')
    const path = `-o jsonpath={range.certificates[?(@.renewedBy=="nobody")]}{.secret}{end}`
    expect((await list(`orders ${path}`)).stdout).toBe('app-cert')
    expect((await list('orders -o yaml')).stdout).toContain('renewedBy: cert-manager')
    expect((await list('orders -o wide')).stdout).toContain('orders-rw, orders-rw.shop')
  })

  it('without the right to list secrets shows those that the clusters name, without any the dates of the status', async () => {
    const allow = [server.policy.deny({ resource: 'secrets', verb: 'list' })]
    const named = await list('orders')
    expect(named.stdout).toContain('orders-replication  replication')
    expect(named.stdout).toMatch(/^pool-tls +pooler pool +CN=pool /m)
    expect(named.stdout).not.toContain('app-cert')
    expect(named.stderr).toContain('secrets: certificates issued to roles are not shown: ')
    allow.push(server.policy.deny({ resource: 'secrets', verb: 'get' }))
    const bare = await list('orders')
    for (const permit of allow) permit()
    expect(bare.code).toBe(0)
    expect(bare.stdout).toBe(GOLDEN_BARE)
    expect(bare.stderr).toContain('secret shop/orders-ca: ')
  })

  it('says when there is nothing to tell of, and refuses what contradicts itself', async () => {
    const none = await list('', 'empty')
    expect([none.code, none.stderr]).toEqual([1, expect.stringContaining('there is no cluster in namespace empty')])
    expect((await list('nosuch')).code).toBe(1)
    expect((await list('orders -A')).code).toBe(2)
  })
})

const GOLDEN_CLUSTER = `\
Secret               Used For              Subject                   Issuer              Expiration Date                Days Left             Renewed By
------               --------              -------                   ------              ---------------                ---------             ----------
orders-ca            server CA, client CA  OU=shop, CN=orders        OU=shop, CN=orders  2027-02-15 12:00:00 +0000 UTC  80.00                 operator
orders-server        server                CN=orders-rw              OU=shop, CN=orders  2027-02-15 12:00:00 +0000 UTC  80.00                 operator
orders-replication   replication           CN=streaming_replica      OU=shop, CN=orders  2026-12-04 00:00:00 +0000 UTC  6.50 - Expires Soon   operator
orders-pooler        poolers               CN=cnpg_pooler_pgbouncer  OU=shop, CN=orders  2027-01-06 12:00:00 +0000 UTC  40.00                 operator
pool-tls             pooler pool           CN=pool                   OU=shop, CN=orders  2026-12-17 12:00:00 +0000 UTC  20.00 - Expires Soon  user
reports-client-cert  login of reporter     CN=reporter               OU=shop, CN=orders  2027-01-26 12:00:00 +0000 UTC  60.00                 operator
app-cert             login of app          CN=app                    OU=shop, CN=orders  2026-11-25 12:00:00 +0000 UTC  Expired               nobody
managed              login of joe          CN=joe                    OU=shop, CN=orders  2026-12-26 12:00:00 +0000 UTC  29.00 - Expires Soon  cert-manager

To renew app-cert: kubectl cnpg certificate renew app-cert --cnpg-cluster orders -n shop
`

const GOLDEN_CALENDAR = `\
Expiration Date                Days Left             Namespace  Cluster  Secret               Used For              Subject                   Renewed By
---------------                ---------             ---------  -------  ------               --------              -------                   ----------
2026-11-25 12:00:00 +0000 UTC  Expired               shop       orders   app-cert             login of app          CN=app                    nobody
2026-12-04 00:00:00 +0000 UTC  6.50 - Expires Soon   shop       orders   orders-replication   replication           CN=streaming_replica      operator
2026-12-09 12:00:00 +0000 UTC  12.00 - Expires Soon  bank       ledger   bank-ca              server CA, client CA  CN=Old CA                 user
2026-12-17 12:00:00 +0000 UTC  20.00 - Expires Soon  shop       orders   pool-tls             pooler pool           CN=pool                   user
2026-12-26 12:00:00 +0000 UTC  29.00 - Expires Soon  shop       orders   managed              login of joe          CN=joe                    cert-manager
2027-01-06 12:00:00 +0000 UTC  40.00                 shop       orders   orders-pooler        poolers               CN=cnpg_pooler_pgbouncer  operator
2027-01-26 12:00:00 +0000 UTC  60.00                 shop       orders   reports-client-cert  login of reporter     CN=reporter               operator
2027-02-15 12:00:00 +0000 UTC  80.00                 shop       orders   orders-ca            server CA, client CA  OU=shop, CN=orders        operator
2027-02-15 12:00:00 +0000 UTC  80.00                 shop       orders   orders-server        server                CN=orders-rw              operator
2029-08-23 12:00:00 +0000 UTC  1000.00               bank       ledger   bank-ca              server CA, client CA  CN=Bank CA                user
-                              not known             bank       ledger   ledger-server        server                -                         operator
-                              not known             bank       ledger   gone                 replication           -                         user

To renew app-cert: kubectl cnpg certificate renew app-cert --cnpg-cluster orders -n shop
`

const GOLDEN_BARE = `\
Secret              Used For              Subject  Issuer  Expiration Date                Days Left  Renewed By
------              --------              -------  ------  ---------------                ---------  ----------
orders-ca           server CA, client CA  -        -       2027-02-15 12:00:00 +0000 UTC  80.00      operator
orders-server       server                -        -       2027-02-15 12:00:00 +0000 UTC  80.00      operator
orders-replication  replication           -        -       -                              not known  operator
pool-tls            pooler pool           -        -       -                              not known  user
`
