import type { Command, Context, Invocation } from '../../cli/command.ts'
import { CNPG_GROUP } from '../../api/constants.ts'
import { CliError } from '../../errors/cli-error.ts'
import type { CertificateState } from '../../plan/certificate-state.ts'
import { readNamedCluster } from '../access/find-instance.ts'
import type { Reading } from '../change/run.ts'
import { runCertificate } from './create.ts'
import { OutFiles } from './files.ts'
import { Issuer, readExisting } from './issue.ts'
import { certificateExitCodes, certificateOptions, certificateRights } from './options.ts'

const renew: Command = {
  name: 'renew',
  group: 'Database administration',
  summary: 'Renew a certificate that a role logs in with',
  description:
    'Makes a new key and a new certificate for the same role and puts them into the same secret. The cluster is the one whose CA ' +
    'signed it before, unless it is named. Programs that mount the secret see the new one; open connections stay.',
  args: [{ name: 'NAME', summary: 'Name of the secret', required: true, completer: 'certificate-secret' }],
  options: [
    {
      name: 'cnpg-cluster',
      type: 'string',
      value: 'CLUSTER',
      completer: 'cluster',
      summary: 'Cluster whose client CA signs it, where the certificate does not tell',
    },
    ...certificateOptions,
  ],
  examples: [
    { summary: 'For another 90 days', line: 'certificate renew app-cert' },
    { summary: 'And the files for psql, too', line: 'certificate renew app-cert --out ~/mycluster --overwrite' },
  ],
  rights: [{ group: CNPG_GROUP, resource: 'clusters', verbs: ['get'] }, ...certificateRights('patch')],
  changes: true,
  ownTimeout: true,
  exitCodes: certificateExitCodes,
  run,
}

export default renew

async function run(invocation: Invocation, context: Context): Promise<number> {
  const { options } = invocation
  // As `certificate list -o name` tells it.
  const name = (invocation.args['NAME'] as string).replace(/^secrets?\//, '')
  const session = await context.session()
  const before = await readSecretNamed({ session, signal: context.signal }, name)
  const role = before.facts?.commonName ?? null
  const cluster = (options['cnpg-cluster'] as string | undefined) ?? clusterOf(before)
  if (role === null || cluster === null) throw unclear(name, role, cluster)
  const issuer = new Issuer(role, options, context)
  const out = OutFiles.from(options, name, context)
  const read = async (reading: Reading): Promise<CertificateState> => {
    const [found, existing] = await Promise.all([
      readNamedCluster(reading.session, cluster, reading.signal),
      readSecretNamed(reading, name),
    ])
    const [material] = await Promise.all([issuer.issue(found, reading), out?.readAuthority(found, reading)])
    return { cluster: found, existing, ...material, filesInTheWay: (await out?.inTheWay()) ?? [] }
  }
  return runCertificate({ kind: 'renewal', secret: name, role }, read, out, invocation, context)
}

type Existing = NonNullable<CertificateState['existing']>

async function readSecretNamed(reading: Reading, name: string): Promise<Existing> {
  const existing = await readExisting(reading, reading.session.namespace, name)
  if (existing !== null) return existing
  throw new CliError({
    kind: 'missing',
    message: `there is no secret "${name}" in namespace ${reading.session.namespace}`,
    hint: `The certificates there are: kubectl cnpg certificate list -n ${reading.session.namespace}`,
  })
}

/** The operator's own authorities carry the name of their cluster as CN (spec/wire-formats.md D.2). */
function clusterOf({ facts, secret }: Existing): string | null {
  const owner = secret.metadata.ownerReferences?.find(({ kind }) => kind === 'Cluster')
  return owner?.name ?? /(?:^|, )CN=([a-z0-9][-a-z0-9]*)(?:,|$)/.exec(facts?.issuer ?? '')?.[1] ?? null
}

function unclear(name: string, role: string | null, cluster: string | null): CliError {
  const what =
    role === null ? 'holds no certificate of a role' : 'holds a certificate of which the cluster is not known'
  return new CliError({
    kind: 'refused',
    message: `certificate renew refused: secret ${name} ${what}`,
    hint: cluster === null && role !== null ? 'Name the cluster with --cnpg-cluster.' : 'Nothing was changed.',
  })
}
