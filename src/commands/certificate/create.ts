import type { Context, Invocation } from '../../cli/command.ts'
import { CliError } from '../../errors/cli-error.ts'
import { goTime } from '../../model/time.ts'
import { planCertificate, secretOf } from '../../plan/certificate.ts'
import { goalOfCertificate } from '../../plan/certificate-goal.ts'
import type { CertificateSeen } from '../../plan/certificate-goal.ts'
import type { CertificateIntent, CertificateState } from '../../plan/certificate-state.ts'
import { readNamedCluster } from '../access/find-instance.ts'
import { loginTarget } from '../access/login.ts'
import { changeSettings } from '../change/options.ts'
import { runChange } from '../change/run.ts'
import type { Change, Reading } from '../change/run.ts'
import { OutFiles } from './files.ts'
import { Issuer, readExisting, seeCertificate } from './issue.ts'

/** A name that Kubernetes takes for a secret (its documentation, "Object Names and IDs": DNS subdomain names). */
const SUBDOMAIN = /^(?=.{1,253}$)[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/

/** `certificate NAME`: makes a key and a certificate and keeps them in a new secret. */
export async function createCertificate(invocation: Invocation, context: Context): Promise<number> {
  const { options } = invocation
  const secret = invocation.args['NAME'] as string
  const role = options['cnpg-user'] as string
  if (!SUBDOMAIN.test(secret)) {
    throw new CliError({
      kind: 'usage',
      message: `"${secret}" is no name of a secret`,
      hint: 'It takes lower-case letters, digits, - and ., and begins and ends with a letter or digit.',
    })
  }
  const name = options['cnpg-cluster'] as string
  const issuer = new Issuer(role, options, context)
  const settings = changeSettings(options)
  // As a manifest to be applied it does not matter what is there already.
  const manifest = settings.dryRun === 'client' && settings.output !== 'text'
  const out = OutFiles.from(options, secret, context)
  const read = async (reading: Reading): Promise<CertificateState> => {
    const { namespace } = reading.session
    const found = manifest ? Promise.resolve(null) : readExisting(reading, namespace, secret)
    // Of two failures that of the Cluster is told, whichever comes first.
    found.catch(() => undefined)
    const cluster = await readNamedCluster(reading.session, name, reading.signal)
    const existing = await found
    const [material] = await Promise.all([issuer.issue(cluster, reading), out?.readAuthority(cluster, reading)])
    return { cluster, existing, ...material, filesInTheWay: (await out?.inTheWay()) ?? [] }
  }
  return runCertificate({ kind: 'new', secret, role }, read, out, invocation, context)
}

/** Carries a new or renewed certificate through, and writes its files when the secret holds it. */
export async function runCertificate(
  intent: Omit<CertificateIntent, 'database'>,
  read: (reading: Reading) => Promise<CertificateState>,
  out: OutFiles | null,
  invocation: Invocation,
  context: Context,
): Promise<number> {
  let last: CertificateState | undefined
  const whole = ({ cluster }: CertificateState): CertificateIntent => {
    return { ...intent, database: loginTarget(cluster, { role: intent.role }).database }
  }
  const change: Change<CertificateState, CertificateSeen> = {
    subject: intent.secret,
    read: async (reading) => (last = await read(reading)),
    plan: (state, at) => planCertificate(state, whole(state), at),
    observe: (reading) => seeCertificate(last!.cluster, intent.secret, reading),
    goal: (_plan, { issued }) => goalOfCertificate(issued),
    done: () => {
      const { issued, authority } = last!
      const what = intent.kind === 'new' ? 'created' : 'renewed'
      return `secret/${intent.secret} ${what}: ${issued?.facts.subject ?? ''}, until ${goTime(issued?.facts.notAfter ?? '')}, signed by the CA of secret ${authority.secret}`
    },
    object: (state) => secretOf(state, whole(state)),
  }
  const code = await runChange(change, invocation, context)
  const { dryRun } = changeSettings(invocation.options)
  if (code === 0 && dryRun === 'none' && out !== null && last?.issued) await out.write(last.cluster, last.issued)
  return code
}
