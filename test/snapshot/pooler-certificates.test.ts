import { expect, it } from 'vitest'

import type { Cluster } from '../../src/api/cluster.ts'
import type { Pooler } from '../../src/api/companions.ts'
import { CliError } from '../../src/errors/cli-error.ts'
import { poolerCertificates } from '../../src/snapshot/pooler-certificates.ts'
import type { Reader } from '../../src/snapshot/reader.ts'
import { createAuthority } from '../helpers/certificates.ts'
import { varied } from '../helpers/snapshots.ts'
import { ManualClock } from './support/manual-clock.ts'

const authority = await createAuthority()
const { cert, key, notAfter } = await authority.server()

const cluster = {
  metadata: { name: 'orders', namespace: 'shop' },
  spec: {},
  status: { certificates: { expirations: { 'orders-server': '2027-02-21 05:44:06 +0000 UTC' } } },
} as Cluster

function pooler(pgbouncer: Pooler['spec']['pgbouncer']): Pooler {
  return { metadata: { name: 'rw' }, spec: { cluster: { name: 'orders' }, ...(pgbouncer ? { pgbouncer } : {}) } }
}

/** Reads secrets out of this table; what is not there is forbidden. */
async function ends(poolers: Pooler[], secrets: Record<string, Record<string, string>>) {
  const asked: string[] = []
  const reader = {
    getJson: (path: string) => {
      asked.push(path)
      const data = secrets[path.split('/').at(-1)!]
      if (!data) return Promise.reject(new CliError({ kind: 'forbidden', message: 'secrets is forbidden' }))
      const encoded = Object.entries(data).map(([name, text]) => [name, Buffer.from(text).toString('base64')] as const)
      return Promise.resolve({ data: Object.fromEntries(encoded) })
    },
  } as unknown as Reader
  const part = { ok: true, value: poolers, at: '', via: 'api' } as const
  const options = { clock: new ManualClock(), signal: new AbortController().signal }
  return { asked, part: await poolerCertificates(reader, cluster, part, options) }
}

it('tells when a certificate ends that a Pooler names, and keeps nothing else of the Secret', async () => {
  const { asked, part } = await ends([pooler({ clientTLSSecret: { name: 'rw-tls' } })], {
    'rw-tls': { 'tls.crt': cert, 'tls.key': key },
  })
  expect(asked).toEqual(['/api/v1/namespaces/shop/secrets/rw-tls'])
  expect(part).toMatchObject({ ok: true, value: [{ name: 'rw-tls', expiresAt: notAfter.toISOString() }] })
  expect(JSON.stringify(part)).not.toMatch(/PRIVATE|CERTIFICATE/)
})

it('asks for nothing when no Pooler names any, or the Cluster tells of it', async () => {
  const { asked, part } = await ends(
    [pooler(undefined), pooler({ poolMode: 'session' }), pooler({ serverTLSSecret: { name: 'orders-server' } })],
    {},
  )
  expect({ asked, part }).toEqual({ asked: [], part: undefined })
})

it('says nothing of a Secret that may not be read, or holds no certificate', async () => {
  const { part } = await ends([pooler({ clientTLSSecret: { name: 'denied' }, serverTLSSecret: { name: 'odd' } })], {
    odd: { 'tls.crt': 'no certificate' },
  })
  expect(part).toMatchObject({ ok: true, value: [] })
})

it('stands among the certificates, renewed by the user, for the poolers', () => {
  const status = varied('pooler', (snapshot) => {
    const value = [{ name: 'rw-tls', expiresAt: '2026-11-26T05:55:52.000Z' }]
    snapshot.objects.poolerCertificates = { ok: true, value, at: snapshot.takenAt, via: 'api' }
  })
  expect(status.certificates.at(-1)).toMatchObject({
    name: 'rw-tls',
    roles: ['pooler'],
    userGiven: true,
    expiresAt: '2026-11-26T05:55:52.000Z',
  })
})
