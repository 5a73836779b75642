import { X509Certificate } from 'node:crypto'
import type { Cluster } from '../api/cluster.ts'
import type { Pooler } from '../api/companions.ts'
import type { KubeObject } from '../api/objects.ts'
import type { Part } from '../api/part.ts'
import type { CertificateEnd } from '../api/snapshot.ts'
import { CliError } from '../errors/cli-error.ts'
import { pathOf, Resources } from '../kube/resources.ts'
import type { GatherOptions } from './objects.ts'
import { present } from './parts.ts'
import type { Reader } from './reader.ts'

interface TlsSecret extends KubeObject {
  data?: Record<string, string>
}

/**
 * When the certificates end that users gave to Poolers: nobody else tells. Only the date leaves the Secret; one that may not be
 * read, is gone or holds no certificate is left out. Undefined when no Pooler names any. Rejects only with the user's
 * interruption.
 */
export async function poolerCertificates(
  reader: Reader,
  cluster: Cluster,
  poolers: Part<Pooler[]>,
  options: GatherOptions,
): Promise<Part<CertificateEnd[]> | undefined> {
  const names = poolers.ok ? givenSecrets(cluster, poolers.value) : []
  if (names.length === 0) return undefined
  const namespace = cluster.metadata.namespace ?? ''
  const ends = names.map(async (name): Promise<CertificateEnd[]> => {
    try {
      const path = pathOf(Resources.secrets, { namespace, name })
      const { data } = await reader.getJson<TlsSecret>(path, { signal: options.signal })
      const { validTo } = new X509Certificate(Buffer.from(data?.['tls.crt'] ?? '', 'base64'))
      return [{ name, expiresAt: new Date(validTo).toISOString() }]
    } catch (error) {
      if (error instanceof CliError && error.kind === 'interrupted') throw error
      return []
    }
  })
  return present((await Promise.all(ends)).flat(), options.clock)
}

/** Secrets with a certificate and its key that Poolers name themselves, without those that the Cluster tells of anyway. */
function givenSecrets(cluster: Cluster, poolers: readonly Pooler[]): string[] {
  const known = cluster.status?.certificates?.expirations ?? {}
  const named = poolers.flatMap(({ spec }) => {
    const { serverTLSSecret, clientTLSSecret } = spec.pgbouncer ?? {}
    return [serverTLSSecret?.name, clientTLSSecret?.name]
  })
  return [...new Set(named)].filter((name) => name !== undefined && !(name in known)) as string[]
}
