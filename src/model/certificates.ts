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

/** Expiry dates that the Cluster's status holds, by name of the secret (spec/wire-formats.md B.3). */
export function certificates(context: ModelContext): Certificate[] {
  const { status, spec } = context.cluster
  const used = status?.certificates ?? {}
  const given = new Set(ROLES.map(([key]) => spec.certificates?.[key]).filter((name) => name !== undefined))
  return Object.entries(used.expirations ?? {})
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, expiresText]) => {
      const expiresAt = toUtc(expiresText) ?? null
      const seconds = secondsBetween(context.now, expiresAt)
      return {
        name,
        roles: ROLES.filter(([key]) => used[key] === name).map(([, role]) => role),
        userGiven: given.has(name),
        expiresAt,
        expiresText,
        daysLeft: seconds === null ? null : seconds / 86400,
      }
    })
}
