import type { Cluster } from '../../api/cluster.ts'
import type { DatabaseRole, Pooler } from '../../api/companions.ts'
import type { ObjectMeta } from '../../api/objects.ts'
import { CliError } from '../../errors/cli-error.ts'
import { pathOf, Resources } from '../../kube/resources.ts'
import type { Resource } from '../../kube/resources.ts'
import type { CertificateSources, KeptCertificates } from '../../model/certificate-list.ts'
import { certificateSecrets, clientAuthority } from '../../model/cluster-secrets.ts'
import { CERT_MANAGER } from '../../plan/certificate-checks.ts'
import { inNamespace } from '../../snapshot/rules.ts'
import { readSecret, secretText } from '../../snapshot/secrets.ts'
import type { Secret } from '../../snapshot/secrets.ts'
import { readCertificates } from '../../x509/read.ts'
import { isSignedBy } from '../../x509/verify.ts'
import type { Reading } from '../change/run.ts'

/** Secrets that are read by name at the same time. */
const AT_ONCE = 16

/** What could not be read. */
export interface Unread {
  what: string
  message: string
}

export interface ReadList {
  sources: CertificateSources[]
  unread: Unread[]
}

/** What of a secret may be seen; the rest is dropped as soon as it comes. */
interface PublicSecret {
  metadata: ObjectMeta
  /** Of the secret's own certificate, else of an authority's. */
  pem: string
  authority: boolean
}

/**
 * Reads the certificates of clusters from their secrets. What may not be read is told in `unread`, and costs only what it would
 * have said: the dates of the clusters' own certificates are in their status, too.
 *
 * @param namespace undefined: of all namespaces
 */
export async function readCertificateSources(
  clusters: readonly Cluster[],
  namespace: string | undefined,
  reading: Reading,
): Promise<ReadList> {
  const unread: Unread[] = []
  const list = <T>(resource: Resource): Promise<T[]> => listOrNothing<T>(resource, namespace, reading, unread)
  const [allPoolers, roles, secrets] = await Promise.all([
    list<Pooler>(Resources.poolers),
    list<DatabaseRole>(Resources.databaseRoles),
    tlsSecrets(namespace, reading, unread),
  ])
  const poolers = allPoolers.filter((pooler) => clusters.some((cluster) => belongs(pooler, cluster)))
  const found = new Map(secrets.map((secret) => [keyOf(secret.metadata.namespace, secret.metadata.name), secret]))
  for (const secret of await namedSecrets(clusters, poolers, found, reading, unread)) {
    found.set(keyOf(secret.metadata.namespace, secret.metadata.name), secret)
  }
  // Answers come in any order.
  unread.sort((a, b) => (a.what < b.what ? -1 : 1))
  return { sources: clusters.map((cluster) => sourcesOf(cluster, poolers, roles, [...found.values()])), unread }
}

function sourcesOf(
  cluster: Cluster,
  poolers: readonly Pooler[],
  roles: readonly DatabaseRole[],
  secrets: readonly PublicSecret[],
): CertificateSources {
  const { namespace } = cluster.metadata
  const here = secrets.filter(({ metadata }) => metadata.namespace === namespace)
  const authority = here.find(({ metadata }) => metadata.name === clientAuthority(cluster).secret)?.pem ?? ''
  return {
    cluster,
    poolers: poolers.filter((pooler) => belongs(pooler, cluster)),
    roles: roles.filter((role) => belongs(role, cluster)),
    kept: new Map(here.map((secret) => [secret.metadata.name, keptOf(secret)])),
    signed: new Set(
      here.filter(({ pem, authority: ca }) => !ca && isSignedBy(pem, authority)).map(({ metadata }) => metadata.name),
    ),
  }
}

function belongs({ metadata, spec }: Pooler | DatabaseRole, cluster: Cluster): boolean {
  return metadata.namespace === cluster.metadata.namespace && spec.cluster.name === cluster.metadata.name
}

function keptOf({ metadata, pem, authority }: PublicSecret): KeptCertificates {
  const certificates = readCertificates(pem)?.map(({ facts }) => facts) ?? null
  return {
    secret: metadata.name,
    certificates: authority ? certificates : (certificates?.slice(0, 1) ?? null),
    owner: metadata.ownerReferences?.find(({ controller }) => controller === true)?.kind ?? null,
    certManager: CERT_MANAGER in (metadata.annotations ?? {}),
  }
}

async function listOrNothing<T>(
  resource: Resource,
  namespace: string | undefined,
  { session, signal }: Reading,
  unread: Unread[],
): Promise<T[]> {
  try {
    return (await session.listAll<T>(pathOf(resource, inNamespace(namespace)), { signal })).items
  } catch (error) {
    // Older operators do not have every kind.
    if (!(error instanceof CliError) || error.kind === 'interrupted') throw error
    if (error.kind !== 'missing') unread.push({ what: resource.plural, message: error.message })
    return []
  }
}

async function tlsSecrets(
  namespace: string | undefined,
  { session, signal }: Reading,
  unread: Unread[],
): Promise<PublicSecret[]> {
  try {
    const path = pathOf(Resources.secrets, inNamespace(namespace))
    const { items } = await session.listAll<Secret>(path, { fieldSelector: 'type=kubernetes.io/tls', signal })
    return items.map(publicOf)
  } catch (error) {
    if (!(error instanceof CliError) || error.kind === 'interrupted') throw error
    unread.push({ what: 'secrets', message: `certificates issued to roles are not shown: ${error.message}` })
    return []
  }
}

/** Those that the clusters and poolers name and that are not among the ones found. */
async function namedSecrets(
  clusters: readonly Cluster[],
  poolers: readonly Pooler[],
  found: ReadonlyMap<string, unknown>,
  { session, signal }: Reading,
  unread: Unread[],
): Promise<PublicSecret[]> {
  const named = [
    ...clusters.flatMap((cluster) => certificateSecrets(cluster).map(({ secret }) => place(cluster, secret))),
    ...poolers.flatMap((pooler) => {
      const { serverTLSSecret, clientTLSSecret } = pooler.spec.pgbouncer ?? {}
      return [serverTLSSecret?.name, clientTLSSecret?.name].flatMap((name) => (name ? [place(pooler, name)] : []))
    }),
  ]
  const wanted = new Map(named.map((each) => [keyOf(each.namespace, each.name), each]))
  for (const key of found.keys()) wanted.delete(key)
  const queue = [...wanted.values()]
  const read: PublicSecret[] = []
  const work = async (): Promise<void> => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      try {
        read.push(publicOf(await readSecret(session, next.namespace, next.name, signal)))
      } catch (error) {
        if (!(error instanceof CliError) || error.kind === 'interrupted') throw error
        unread.push({ what: `secret ${next.namespace}/${next.name}`, message: error.message })
      }
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work))
  return read
}

function place({ metadata }: { metadata: ObjectMeta }, name: string): { namespace: string; name: string } {
  return { namespace: metadata.namespace ?? '', name }
}

function publicOf(secret: Secret): PublicSecret {
  const own = secretText(secret, 'tls.crt')
  return { metadata: secret.metadata, pem: own ?? secretText(secret, 'ca.crt') ?? '', authority: own === undefined }
}

function keyOf(namespace: string | undefined, name: string): string {
  return `${namespace ?? ''}/${name}`
}
