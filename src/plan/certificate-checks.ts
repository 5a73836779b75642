import { certificateLogin, certificateRule } from '../model/certificate-login.ts'
import { isClusterSecret } from '../model/cluster-secrets.ts'
import { goTime, secondsBetween } from '../model/time.ts'
import type { CertificateIntent, CertificateState } from './certificate-state.ts'
import type { Check } from './plan.ts'

const DAY_SECONDS = 86_400
/** The operator renews its authority 7 days before the end; a day later it is late. */
const LATE_SECONDS = 6 * DAY_SECONDS

/** Set by cert-manager on the secrets that it keeps. */
export const CERT_MANAGER = 'cert-manager.io/certificate-name'

/** What stands in the way. */
export function checksOfCertificate(state: CertificateState, intent: CertificateIntent, at: Date): Check[] {
  const { cluster, existing, filesInTheWay } = state
  const { secret, kind } = intent
  const { name, namespace = '' } = cluster.metadata
  const checks: Check[] = []
  if (isClusterSecret(cluster, secret)) {
    const message = `${secret} is the name of a secret that cluster ${name} uses itself`
    checks.push({ id: 'reserved-name', message, forcible: false })
  } else if (kind === 'new' && existing !== null) {
    const holds =
      existing.facts === null ? '' : ` (${existing.facts.subject}, until ${goTime(existing.facts.notAfter)})`
    const help = existing.secret.type === 'kubernetes.io/tls' ? { command: renewCommand(secret, namespace) } : {}
    checks.push({
      id: 'secret-exists',
      message: `there is a secret ${secret} already${holds}`,
      forcible: false,
      ...help,
    })
  }
  if (kind === 'renewal') checks.push(...renewalChecks(state, secret))
  checks.push(...authorityChecks(state, at))
  if (filesInTheWay.length > 0) {
    const message = `${filesInTheWay.join(', ')} would be overwritten (--overwrite allows it)`
    checks.push({ id: 'file-exists', message, forcible: false })
  }
  return checks
}

/** What somebody else renews, and what is no certificate of a client, is left alone. */
function renewalChecks({ existing }: CertificateState, secret: string): Check[] {
  const refused = (id: string, message: string): Check[] => [{ id, message, forcible: false }]
  const { ownerReferences = [], annotations = {} } = existing?.secret.metadata ?? {}
  const owner = ownerReferences.find(({ controller }) => controller === true)
  if (owner !== undefined) {
    return refused('owned', `secret ${secret} belongs to ${owner.kind} ${owner.name}, for which the operator renews it`)
  }
  if (CERT_MANAGER in annotations) return refused('owned', `cert-manager keeps secret ${secret}, and renews it`)
  if (!existing?.facts) return refused('no-certificate', `secret ${secret} holds no certificate that can be read`)
  if (existing.facts.forClients) return []
  return refused('no-client', `the certificate in secret ${secret} is not one for clients`)
}

function authorityChecks({ authority, issued }: CertificateState, at: Date): Check[] {
  const { facts, problem, secret, userGiven } = authority
  if (problem !== null) return [{ id: 'authority', message: problem, forcible: false }]
  if (facts === null) return []
  const now = at.toISOString()
  if ((secondsBetween(facts.notAfter, now) ?? 0) >= 0) {
    const whose = userGiven ? 'whoever gave it has to renew it' : 'the operator should have renewed it and has not'
    const message = `the CA in secret ${secret} expired on ${goTime(facts.notAfter)}: ${whose}`
    return [{ id: 'authority-expired', message, forcible: false }]
  }
  if ((secondsBetween(facts.notBefore, now) ?? 0) < 0) {
    const message = `the CA in secret ${secret} is not valid before ${goTime(facts.notBefore)}`
    return [{ id: 'authority-not-yet-valid', message, forcible: false }]
  }
  const longer = issued === null ? 0 : (secondsBetween(facts.notAfter, issued.facts.notAfter) ?? 0)
  if (longer <= 0 || !userGiven) return []
  const days = Math.floor((secondsBetween(now, facts.notAfter) ?? 0) / DAY_SECONDS)
  const help = days > 0 ? `; --duration ${days}d fits` : ''
  const message = `the CA in secret ${secret} ends on ${goTime(facts.notAfter)}, before the certificate would${help}`
  return [{ id: 'outlives-authority', message, forcible: true }]
}

/** What the user should know and what hinders nothing. */
export function warningsOfCertificate(
  { cluster, authority, issued }: CertificateState,
  intent: CertificateIntent,
  at: Date,
): string[] {
  const { role, database, kind } = intent
  const warnings: string[] = []
  const login = certificateLogin(cluster, role, database)
  const line = certificateRule(role, database)
  if (login.accepted === 'no') {
    const why =
      login.rule === null ? 'no rule asks this role for a certificate' : `this rule comes first: ${login.rule}`
    warnings.push(`PostgreSQL will not take it yet, ${why}. In spec.postgresql.pg_hba it takes: ${line}`)
  } else if (login.accepted === 'unknown') {
    warnings.push(`whether PostgreSQL takes it depends on the rule: ${login.rule ?? ''}. Sure is, before it: ${line}`)
  }
  const { facts, userGiven } = authority
  if (facts !== null && !userGiven && issued !== null) {
    const left = secondsBetween(at.toISOString(), facts.notAfter) ?? 0
    if (left > 0 && left < LATE_SECONDS) {
      warnings.push(`the CA ends on ${goTime(facts.notAfter)}, and the operator should have renewed it by now`)
    }
  }
  if (kind === 'renewal') warnings.push('the certificate before it stays valid until its own end: nothing revokes it')
  else
    warnings.push(`nobody renews it by itself; later: ${renewCommand(intent.secret, cluster.metadata.namespace ?? '')}`)
  return warnings
}

/** How the certificate of a secret is renewed. */
function renewCommand(secret: string, namespace: string): string {
  return inNamespace(`kubectl cnpg certificate renew ${secret}`, namespace)
}

/** A command line that needs no `-n` where kubectl's own default leads. */
export function inNamespace(line: string, namespace: string): string {
  return namespace === 'default' ? line : `${line} -n ${namespace}`
}
