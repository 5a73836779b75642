import type { Cluster } from '../../api/cluster.ts'
import type { DatabaseRole } from '../../api/companions.ts'
import { CliError } from '../../errors/cli-error.ts'
import { pathOf, Resources } from '../../kube/resources.ts'
import type { Session } from '../../kube/session.ts'
import { applicationOf } from '../../model/application.ts'
import { readSecret, type Secret, secretText, textOf } from '../../snapshot/secrets.ts'

/** As whom somebody wants to log in; the application's role when nothing is said. */
export interface LoginWish {
  role?: string
  superuser?: boolean
  database?: string
  /** Secret with `username` and `password`, instead of the one that is known for the role. */
  secret?: string
  /** A password from elsewhere; no secret is read then. */
  password?: string
  /** PEM of a client certificate and its key; no secret is read then. */
  certificate?: { cert: string; key: string; commonName: string | undefined }
}

/** How to log in to a server of a cluster. */
export interface Login {
  user: string
  database: string
  password?: string
  certificate?: { cert: string; key: string }
  /** Where the password or certificate is from, in words. */
  source: string
}

const SUPERUSER = 'postgres'
const REPLICATION = 'streaming_replica'
const MAINTENANCE_DATABASE = 'postgres'

/** Role and database that a login would use, known without reading a secret. */
export function loginTarget(cluster: Cluster, wish: LoginWish): { user: string | null; database: string } {
  const { owner, database } = applicationOf(cluster)
  const user = wish.superuser === true ? SUPERUSER : (wish.role ?? wish.certificate?.commonName ?? owner)
  const special = user === SUPERUSER || user === REPLICATION
  return { user, database: wish.database ?? (special ? MAINTENANCE_DATABASE : (database ?? MAINTENANCE_DATABASE)) }
}

/**
 * Reads what a login needs: the secret of the role (spec/wire-formats.md B.2, D.1, D.2). Throws CliError: missing (no secret
 * is known for the role, or it is not there), forbidden, failed (a secret without the keys it should have).
 */
export async function readLogin(
  session: Session,
  cluster: Cluster,
  wish: LoginWish,
  signal: AbortSignal,
): Promise<Login> {
  const { user, database } = loginTarget(cluster, wish)
  if (wish.certificate !== undefined) {
    if (user === null) throw noRole()
    const { cert, key } = wish.certificate
    return { user, database, certificate: { cert, key }, source: 'the client certificate given' }
  }
  if (wish.password !== undefined) {
    if (user === null) throw noRole()
    return { user, database, password: wish.password, source: 'PGPASSWORD' }
  }
  const namespace = cluster.metadata.namespace ?? ''
  if (user === REPLICATION && wish.secret === undefined) {
    const name = cluster.status?.certificates?.replicationTLSSecret ?? `${cluster.metadata.name}-replication`
    const secret = await readSecret(session, namespace, name, signal)
    const certificate = { cert: textOf(secret, 'tls.crt'), key: textOf(secret, 'tls.key') }
    return { user, database, certificate, source: `secret ${name}` }
  }
  const name = wish.secret ?? (await secretOf(session, cluster, user, signal))
  const secret = await readSecret(session, namespace, name, signal).catch((error: unknown) => {
    throw explained(error, cluster, user, name)
  })
  return {
    user: wish.role ?? (wish.superuser === true ? SUPERUSER : textOf(secret, 'username')),
    database: wish.database ?? databaseOf(cluster, secret, database),
    password: textOf(secret, 'password'),
    source: `secret ${name}`,
  }
}

/** The CA that signs the certificates of the cluster's servers, PEM (D.2). Throws CliError. */
export async function readServerCa(session: Session, cluster: Cluster, signal: AbortSignal): Promise<string> {
  const name = cluster.status?.certificates?.serverCASecret ?? `${cluster.metadata.name}-ca`
  const secret = await readSecret(session, cluster.metadata.namespace ?? '', name, signal).catch((error: unknown) => {
    throw withoutSecrets(error)
  })
  return textOf(secret, 'ca.crt')
}

async function secretOf(session: Session, cluster: Cluster, user: string | null, signal: AbortSignal): Promise<string> {
  const { owner, secret } = applicationOf(cluster)
  if (user === null || user === owner) return secret
  if (user === SUPERUSER) return cluster.spec.superuserSecret?.name ?? `${cluster.metadata.name}-superuser`
  const managed = cluster.spec.managed?.roles?.find((role) => role.name === user)?.passwordSecret?.name
  const name = managed ?? (await declaredSecret(session, cluster, user, signal))
  if (name !== undefined) return name
  throw new CliError({
    kind: 'missing',
    message: `no secret is known for role "${user}" of cluster "${cluster.metadata.name}"`,
    hint:
      'Known are those of the application, of the superuser, and of managed roles with a passwordSecret.\n' +
      'Name another with --secret NAME, set PGPASSWORD, or give a client certificate with --pg-cert and --pg-key.',
  })
}

/** The secret that a DatabaseRole names; older operators do not have the kind. */
async function declaredSecret(
  session: Session,
  cluster: Cluster,
  role: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  const { name, namespace = '' } = cluster.metadata
  try {
    const { items } = await session.listAll<DatabaseRole>(pathOf(Resources.databaseRoles, { namespace }), { signal })
    const declared = items.find(({ spec }) => spec.cluster.name === name && spec.name === role)
    return declared?.spec.passwordSecret?.name
  } catch (error) {
    if (error instanceof CliError && (error.kind === 'missing' || error.kind === 'forbidden')) return undefined
    throw error
  }
}

/** An application's secret knows its database, too; `*` stands for any. */
function databaseOf(cluster: Cluster, secret: Secret, fallback: string): string {
  const { database, secret: application } = applicationOf(cluster)
  const named = secretText(secret, 'dbname')
  if (database !== null || secret.metadata.name !== application || named === undefined || named === '*') return fallback
  return named
}

function noRole(): CliError {
  return new CliError({
    kind: 'usage',
    message: 'the cluster names no application role: say which one with --role',
  })
}

function explained(error: unknown, cluster: Cluster, user: string | null, name: string): unknown {
  if (!(error instanceof CliError) || error.kind !== 'missing') return withoutSecrets(error)
  const { name: clusterName } = cluster.metadata
  return new CliError({
    kind: 'missing',
    message: `there is no secret "${name}" with the password of ${user ?? 'the application'}`,
    hint:
      user === SUPERUSER
        ? `Network access of the superuser is off unless the Cluster has enableSuperuserAccess.\nWithout it: kubectl cnpg psql ${clusterName}`
        : `Name another with --secret NAME, or use the superuser in the pod: kubectl cnpg psql ${clusterName}`,
  })
}

/** Who must not read secrets may know what is in them. */
function withoutSecrets(error: unknown): unknown {
  if (!(error instanceof CliError) || error.kind !== 'forbidden') return error
  return new CliError({
    kind: 'forbidden',
    message: error.message,
    hint:
      `${error.hint ?? ''}\nWithout that right: PGPASSWORD together with --role, or --pg-cert and --pg-key, for the login; ` +
      '--pg-ca for the CA of the servers.',
    ...(error.code === undefined ? {} : { code: error.code }),
    cause: error.cause,
  })
}
