import type { CertificateFacts, IssuedPair } from '../api/x509.ts'
import { certificateLogin } from '../model/certificate-login.ts'
import { goTime } from '../model/time.ts'
import { checksOfCertificate, inNamespace, warningsOfCertificate } from './certificate-checks.ts'
import { dataOf } from './certificate-state.ts'
import type { CertificateIntent, CertificateState, ReadAuthority } from './certificate-state.ts'
import { MERGE_PATCH } from './plan.ts'
import type { Fact, Plan, Step } from './plan.ts'

/** The plan of a client certificate, new or renewed (spec/commands-core.md 9). Its texts never hold a key; the body of its request does. */
export function planCertificate(state: CertificateState, intent: CertificateIntent, at: Date): Plan {
  const { cluster, authority, existing, issued } = state
  const { secret, role, kind } = intent
  const { namespace = '', name } = cluster.metadata
  const fresh = kind === 'new'
  const checks = checksOfCertificate(state, intent, at)
  const plan = {
    change: fresh ? 'certificate' : 'certificate renew',
    target: `${namespace}/${secret}`,
    instances: [],
    title: `${fresh ? 'Certificate' : 'New certificate'} for role ${role} of ${namespace}/${name}`,
    facts: factsOf(state, intent),
    checks,
    warnings: warningsOfCertificate(state, intent, at),
    staged: false,
    nothing: null,
    premise: {
      [`the secret ${secret}`]: fresh
        ? existing === null
          ? 'not there'
          : 'there'
        : (existing?.secret.metadata.uid ?? null),
      'the authority': authority.facts?.fingerprint ?? null,
    },
    consent: {
      question: fresh
        ? `Create secret ${namespace}/${secret}?`
        : `Replace the certificate in secret ${namespace}/${secret}?`,
      typed: null,
      always: null,
    },
    proof: `secret ${secret} holds the new certificate, signed by the client CA of ${name}`,
    follow: inNamespace(`kubectl cnpg certificate list ${name}`, namespace),
  }
  const blocked = checks.some(({ forcible }) => !forcible)
  return { ...plan, steps: blocked || issued === null ? [] : [stepOf(state, intent, issued)] }
}

/** The whole secret as it will be, for `-o`: with the key. */
export function secretOf(
  { cluster, existing, issued }: CertificateState,
  { secret, kind }: CertificateIntent,
): unknown {
  const { namespace = '' } = cluster.metadata
  const before = kind === 'new' ? undefined : existing?.secret
  const labels = before === undefined ? { 'app.kubernetes.io/managed-by': 'cloudnative-pg' } : before.metadata.labels
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: secret, namespace, ...(labels === undefined ? {} : { labels }) },
    type: before?.type ?? 'kubernetes.io/tls',
    data: { ...before?.data, ...(issued === null ? {} : dataOf(issued)) },
  }
}

function stepOf(state: CertificateState, intent: CertificateIntent, issued: IssuedPair): Step {
  const { namespace = '' } = state.cluster.metadata
  const { secret, kind } = intent
  const data = dataOf(issued)
  const { resourceVersion } = state.existing?.secret.metadata ?? {}
  const object = { kind: 'secrets', namespace, name: secret } as const
  return {
    id: `secrets/${secret}`,
    description:
      kind === 'new'
        ? `create secret ${secret} with a certificate and its key`
        : `replace certificate and key in secret ${secret}`,
    requested: kind === 'new' ? `secret/${secret} created` : `secret/${secret} changed`,
    request:
      kind === 'new'
        ? { method: 'POST', object, body: secretOf(state, intent) }
        : {
            method: 'PATCH',
            object,
            contentType: MERGE_PATCH,
            body: { metadata: { ...(resourceVersion === undefined ? {} : { resourceVersion }) }, data },
          },
    evidence: { kind: 'members', members: [{ path: ['data', 'tls.crt'], value: data['tls.crt'] }] },
    undo: kind === 'new' ? `kubectl delete secret ${secret} -n ${namespace}` : null,
  }
}

function factsOf({ cluster, authority, existing, issued }: CertificateState, intent: CertificateIntent): Fact[] {
  const { namespace = '' } = cluster.metadata
  const plain = (label: string, text: string): Fact => ({ label, text, tone: 'plain' })
  const login = certificateLogin(cluster, intent.role, intent.database)
  return [
    plain('secret', `${namespace}/${intent.secret}`),
    ...(intent.kind === 'renewal' && existing?.facts
      ? [plain('until now', `${existing.facts.subject}, until ${goTime(existing.facts.notAfter)}`)]
      : []),
    ...(issued === null
      ? []
      : [plain('certificate', issued.facts.subject), plain('valid until', `${goTime(issued.facts.notAfter)}`)]),
    ...(authority.facts === null ? [] : [plain('signed by', signer(authority, authority.facts))]),
    ...(login.accepted === 'yes' && login.rule !== null
      ? [{ label: 'login rule', text: login.rule, tone: 'good' } as const]
      : []),
  ]
}

function signer({ secret, userGiven }: ReadAuthority, { subject, notAfter }: CertificateFacts): string {
  const renewed = userGiven ? 'given by the user' : 'renewed by the operator with the same key'
  return `${subject} (secret ${secret}, until ${goTime(notAfter)}, ${renewed})`
}
