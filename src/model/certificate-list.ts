import type { Cluster } from '../api/cluster.ts'
import type { DatabaseRole, Pooler } from '../api/companions.ts'
import type { CertificateFacts } from '../api/x509.ts'
import { certificateSecrets } from './cluster-secrets.ts'
import { secondsBetween, toUtc } from './time.ts'

/** What a secret holds that may be seen by all. */
export interface KeptCertificates {
  secret: string
  /** Certificates of `tls.crt` (the first of a chain) or `ca.crt` (all of a bundle); null when they cannot be read. */
  certificates: CertificateFacts[] | null
  /** Kind of the object that keeps the secret. */
  owner: string | null
  /** cert-manager keeps it. */
  certManager: boolean
}

/** All that is known of one cluster. */
export interface CertificateSources {
  cluster: Cluster
  poolers: readonly Pooler[]
  roles: readonly DatabaseRole[]
  /** By name of the secret. */
  kept: ReadonlyMap<string, KeptCertificates>
  /** Secrets whose certificate the cluster's client CA has signed. */
  signed: ReadonlySet<string>
}

export type Renewer = 'operator' | 'user' | 'cert-manager' | 'nobody'

/** One certificate of a cluster: a row of `certificate list`. */
export interface ListedCertificate {
  namespace: string
  cluster: string
  secret: string
  usedFor: string[]
  renewedBy: Renewer
  /** Null where only the date is known, from the Cluster's status. */
  facts: CertificateFacts | null
  /** ISO 8601 in UTC; null when the certificate cannot be read. */
  notAfter: string | null
  daysLeft: number | null
}

interface Use {
  secret: string
  usedFor: string
  renewedBy: Renewer
}

/**
 * The certificates of a cluster: its own, those of its poolers and declared roles, and those that were issued to others by its
 * client CA (spec/wire-formats.md D.2).
 */
export function listCertificates(sources: CertificateSources, now: string): ListedCertificate[] {
  const uses = [...ownUses(sources), ...poolerUses(sources), ...roleUses(sources)]
  const known = new Set(uses.map(({ secret }) => secret))
  const issued = [...sources.signed].filter((secret) => !known.has(secret)).sort()
  const all = [...uses, ...issued.map((secret): Use => ({ secret, usedFor: 'login', renewedBy: 'nobody' }))]
  const secrets = [...new Set(all.map(({ secret }) => secret))]
  return secrets.flatMap((secret) =>
    rowsOf(
      sources,
      secret,
      all.filter((use) => use.secret === secret),
      now,
    ),
  )
}

function ownUses({ cluster }: CertificateSources): Use[] {
  return certificateSecrets(cluster).map(({ role, secret, userGiven }) => {
    return { secret, usedFor: role, renewedBy: userGiven ? 'user' : 'operator' }
  })
}

function poolerUses({ cluster, poolers, kept }: CertificateSources): Use[] {
  const given = poolers.flatMap(({ metadata, spec }) => {
    const { serverTLSSecret, clientTLSSecret, authQuerySecret } = spec.pgbouncer ?? {}
    return [serverTLSSecret, clientTLSSecret, authQuerySecret].flatMap((reference): Use[] => {
      const secret = reference?.name
      if (secret === undefined || (reference === authQuerySecret && !kept.has(secret))) return []
      return [{ secret, usedFor: `pooler ${metadata.name}`, renewedBy: 'user' }]
    })
  })
  const shared = `${cluster.metadata.name}-pooler`
  return kept.has(shared) ? [{ secret: shared, usedFor: 'poolers', renewedBy: 'operator' }, ...given] : given
}

function roleUses({ roles, kept }: CertificateSources): Use[] {
  return roles.flatMap(({ metadata, spec }): Use[] => {
    const secret = `${metadata.name}-client-cert`
    return kept.has(secret) ? [{ secret, usedFor: `login of ${spec.name}`, renewedBy: 'operator' }] : []
  })
}

function rowsOf(
  { cluster, kept }: CertificateSources,
  secret: string,
  uses: readonly Use[],
  now: string,
): ListedCertificate[] {
  const { name, namespace = '' } = cluster.metadata
  const found = kept.get(secret)
  const usedFor = [...new Set(uses.map((use) => use.usedFor))]
  const base = { namespace, cluster: name, secret, renewedBy: renewerOf(uses, found) }
  const told = toUtc(cluster.status?.certificates?.expirations?.[secret]) ?? null
  if (!found?.certificates) return [{ ...base, usedFor, facts: null, ...ending(told, now) }]
  return found.certificates.map((facts) => {
    const login = usedFor.map((use) => (use === 'login' ? `login of ${facts.commonName ?? '?'}` : use))
    return { ...base, usedFor: login, facts, ...ending(facts.notAfter, now) }
  })
}

function renewerOf(uses: readonly Use[], kept: KeptCertificates | undefined): Renewer {
  const renewer = uses[0]?.renewedBy ?? 'nobody'
  if (renewer === 'operator') return renewer
  if (kept?.certManager) return 'cert-manager'
  return renewer === 'nobody' && kept?.owner === 'DatabaseRole' ? 'operator' : renewer
}

function ending(notAfter: string | null, now: string): Pick<ListedCertificate, 'notAfter' | 'daysLeft'> {
  const seconds = secondsBetween(now, notAfter)
  return { notAfter, daysLeft: seconds === null ? null : seconds / 86_400 }
}

/** Soonest first; what is not known last. */
export function byEnd(rows: readonly ListedCertificate[]): ListedCertificate[] {
  const rank = ({ daysLeft }: ListedCertificate): number => daysLeft ?? Number.POSITIVE_INFINITY
  return [...rows].sort((a, b) => (rank(a) === rank(b) ? 0 : rank(a) - rank(b)))
}
