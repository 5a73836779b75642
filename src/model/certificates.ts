import type { CertificateNames } from '../api/cluster.ts'
import type { Certificate } from './cluster-status.ts'
import type { ModelContext } from './context.ts'
import { secondsBetween, toUtc } from './time.ts'

const ROLES: readonly [keyof CertificateNames, Certificate['roles'][number]][] = [
  ['serverCASecret', 'server CA'],
  ['serverTLSSecret', 'server'],
  ['clientCASecret', 'client CA'],
  ['replicationTLSSecret', 'replication'],
]

/**
 * Expiry dates that the Cluster's status holds, by name of the secret (spec/wire-formats.md B.3), then those of certificates that
 * users gave to Poolers.
 */
export function certificates(context: ModelContext): Certificate[] {
  const { status, spec } = context.cluster
  const used = status?.certificates ?? {}
  const given = new Set(ROLES.map(([key]) => spec.certificates?.[key]).filter((name) => name !== undefined))
  const own = Object.entries(used.expirations ?? {})
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, expiresText]) => ({
      name,
      roles: ROLES.filter(([key]) => used[key] === name).map(([, role]) => role),
      userGiven: given.has(name),
      ...ending(context, expiresText),
    }))
  const { poolerCertificates } = context.snapshot.objects
  const ofPoolers = poolerCertificates?.ok ? poolerCertificates.value : []
  return [
    ...own,
    ...ofPoolers.map(({ name, expiresAt }): Certificate => {
      return { name, roles: ['pooler'], userGiven: true, ...ending(context, expiresAt) }
    }),
  ]
}

function ending(
  { now }: ModelContext,
  expiresText: string,
): Pick<Certificate, 'expiresAt' | 'expiresText' | 'daysLeft'> {
  const expiresAt = toUtc(expiresText) ?? null
  const seconds = secondsBetween(now, expiresAt)
  return { expiresAt, expiresText, daysLeft: seconds === null ? null : seconds / 86400 }
}
