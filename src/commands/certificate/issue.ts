import type { Cluster } from '../../api/cluster.ts'
import type { IssuedPair } from '../../api/x509.ts'
import type { Context, OptionValues } from '../../cli/command.ts'
import { CliError } from '../../errors/cli-error.ts'
import type { Session } from '../../kube/session.ts'
import { clientAuthority } from '../../model/cluster-secrets.ts'
import type { CertificateSeen } from '../../plan/certificate-goal.ts'
import type { CertificateState, ReadAuthority, ReadSecret } from '../../plan/certificate-state.ts'
import { readSecret, secretText } from '../../snapshot/secrets.ts'
import { AuthorityProblem, openAuthority } from '../../x509/authority.ts'
import type { Authority } from '../../x509/authority.ts'
import { firstFacts } from '../../x509/read.ts'
import { isKeyOf, isSignedBy } from '../../x509/verify.ts'
import type { Reading } from '../change/run.ts'

/** As the operator does: clocks differ (spec/wire-formats.md D.2). */
const BACKDATED_MS = 5 * 60_000
/** A PostgreSQL role's name is no longer (NAMEDATALEN), and a common name may be no longer than 64. */
const MOST_BYTES = 63

/** Makes the key and certificate of one run: once per authority, so that what was shown is what is sent. */
export class Issuer {
  readonly #role: string
  readonly #lifetimeMs: number
  readonly #context: Context
  #last: { fingerprint: string; issued: IssuedPair } | undefined

  constructor(role: string, options: OptionValues, context: Context) {
    this.#role = checkedRole(role)
    this.#lifetimeMs = checkedLifetime(options['duration'] as number)
    this.#context = context
  }

  /** Reads the cluster's client CA and lets it sign; throws CliError when its secret cannot be read. */
  async issue(cluster: Cluster, { session, signal }: Reading): Promise<Pick<CertificateState, 'authority' | 'issued'>> {
    const { secret: name, userGiven } = clientAuthority(cluster)
    const base = { secret: name, userGiven }
    const secret = await authoritySecret(session, cluster, name, signal)
    const [certificates, key] = [secretText(secret, 'ca.crt'), secretText(secret, 'ca.key')]
    const cannot = (problem: string): { authority: ReadAuthority; issued: null } => {
      const facts = certificates === undefined ? undefined : firstFacts(certificates)
      return { authority: { ...base, facts: facts ?? null, problem: `${problem} (secret ${name})` }, issued: null }
    }
    if (certificates === undefined) return cannot('there is no ca.crt')
    if (key === undefined) return cannot(withoutKey(userGiven))
    try {
      const authority = await openAuthority(certificates, key)
      return { authority: { ...base, facts: authority.facts, problem: null }, issued: await this.#sign(authority) }
    } catch (error) {
      if (!(error instanceof AuthorityProblem)) throw error
      return cannot(error.message)
    }
  }

  async #sign(authority: Authority): Promise<IssuedPair> {
    const { fingerprint } = authority.facts
    if (this.#last?.fingerprint === fingerprint) return this.#last.issued
    const now = Math.floor(this.#context.host.clock.now().getTime() / 1000) * 1000
    const notBefore = new Date(now - BACKDATED_MS)
    const notAfter = new Date(notBefore.getTime() + this.#lifetimeMs)
    const issued = await authority.issueClient(this.#role, notBefore, notAfter)
    this.#last = { fingerprint, issued }
    return issued
  }
}

/** Looks at what became of the secret, and checks the certificate against the CA as it is now. */
export async function seeCertificate(
  cluster: Cluster,
  name: string,
  { session, signal }: Reading,
): Promise<CertificateSeen> {
  const { namespace = '' } = cluster.metadata
  const [secret, authority] = await Promise.all([
    secretOrNull(session, namespace, name, signal),
    readSecret(session, namespace, clientAuthority(cluster).secret, signal),
  ])
  if (secret === null) return { secret, sound: false }
  const [certificate = '', key = ''] = [secretText(secret, 'tls.crt'), secretText(secret, 'tls.key')]
  const sound = isKeyOf(certificate, key) && isSignedBy(certificate, secretText(authority, 'ca.crt') ?? '')
  return { secret, sound }
}

/** A secret with the facts of its certificate; null when it is not there. Throws CliError. */
export async function readExisting(
  { session, signal }: Reading,
  namespace: string,
  name: string,
): Promise<CertificateState['existing']> {
  const secret = await secretOrNull(session, namespace, name, signal)
  if (secret === null) return null
  return { secret, facts: firstFacts(secretText(secret, 'tls.crt') ?? '') ?? null }
}

async function secretOrNull(
  session: Session,
  namespace: string,
  name: string,
  signal: AbortSignal,
): Promise<ReadSecret | null> {
  try {
    return await readSecret(session, namespace, name, signal)
  } catch (error) {
    if (error instanceof CliError && error.kind === 'missing') return null
    throw error
  }
}

async function authoritySecret(
  session: Session,
  cluster: Cluster,
  name: string,
  signal: AbortSignal,
): ReturnType<typeof readSecret> {
  try {
    return await readSecret(session, cluster.metadata.namespace ?? '', name, signal)
  } catch (error) {
    if (!(error instanceof CliError) || error.kind !== 'missing') throw error
    throw new CliError({
      kind: 'missing',
      message: `there is no secret "${name}", which holds the client CA of cluster "${cluster.metadata.name}"`,
      hint: 'The operator makes it when it sets the cluster up; one that the Cluster names has to be made by its user.',
    })
  }
}

function withoutKey(userGiven: boolean): string {
  const nothing = 'there is no ca.key, without which nothing can be signed'
  return userGiven ? `${nothing}: the CA was given by its user, who has to sign the certificate elsewhere` : nothing
}

function checkedRole(role: string): string {
  const bytes = Buffer.byteLength(role)
  const problem =
    bytes === 0
      ? 'it is empty'
      : bytes > MOST_BYTES
        ? `it is ${bytes} bytes long, and PostgreSQL knows no role of more than ${MOST_BYTES}`
        : /\p{Cc}/u.test(role)
          ? 'it holds control characters'
          : undefined
  if (problem === undefined) return role
  throw new CliError({ kind: 'usage', message: `this is no name of a role: ${problem}` })
}

function checkedLifetime(ms: number): number {
  if (ms > BACKDATED_MS && ms <= MOST_MS) return Math.floor(ms / 1000) * 1000
  throw new CliError({ kind: 'usage', message: '--duration has to be more than 5m and at most 3650d' })
}

const MOST_MS = 3650 * 24 * 3600 * 1000
