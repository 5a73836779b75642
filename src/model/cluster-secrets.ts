import type { Cluster } from '../api/cluster.ts'

/** How the Cluster uses a secret with a certificate. */
export type CertificateRole = 'server CA' | 'server' | 'client CA' | 'replication'

/** Where the certificates of a cluster are kept: by its spec, its status, else the defaults (spec/wire-formats.md D.2). */
export function certificateSecrets(cluster: Cluster): { role: CertificateRole; secret: string; userGiven: boolean }[] {
  const { spec, status, metadata } = cluster
  const row = (role: CertificateRole, key: keyof typeof DEFAULTS) => {
    const given = spec.certificates?.[key] || undefined
    const secret = given ?? status?.certificates?.[key] ?? `${metadata.name}${DEFAULTS[key]}`
    return { role, secret, userGiven: given !== undefined }
  }
  return [
    row('server CA', 'serverCASecret'),
    row('server', 'serverTLSSecret'),
    row('client CA', 'clientCASecret'),
    row('replication', 'replicationTLSSecret'),
  ]
}

const DEFAULTS = {
  serverCASecret: '-ca',
  serverTLSSecret: '-server',
  clientCASecret: '-ca',
  replicationTLSSecret: '-replication',
} as const

/** The secret of the authority that signs clients, and whether the user gave it. */
export function clientAuthority(cluster: Cluster): { secret: string; userGiven: boolean } {
  const found = certificateSecrets(cluster).find(({ role }) => role === 'client CA')
  return { secret: found?.secret ?? '', userGiven: found?.userGiven ?? false }
}

/** What the operator calls its own by the name of the cluster; it would meet a foreign secret there (spec/commands-core.md 9.4). */
const OWN_SUFFIXES = ['-ca', '-server', '-replication', '-app', '-superuser', '-pooler']

/** Is this the name of a secret that the cluster uses, or will use one day? */
export function isClusterSecret(cluster: Cluster, secret: string): boolean {
  const own = OWN_SUFFIXES.map((suffix) => `${cluster.metadata.name}${suffix}`)
  return own.includes(secret) || certificateSecrets(cluster).some((each) => each.secret === secret)
}
