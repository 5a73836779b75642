import type { Cluster } from '../../api/cluster.ts'
import { CNPG_GROUP } from '../../api/constants.ts'
import type { Command, Context, Invocation } from '../../cli/command.ts'
import { CliError } from '../../errors/cli-error.ts'
import { Exit } from '../../errors/exit-codes.ts'
import { pathOf, Resources } from '../../kube/resources.ts'
import { inNamespace } from '../../snapshot/rules.ts'
import { readNamedCluster } from '../access/find-instance.ts'
import type { Reading } from '../change/run.ts'
import { clusterOrEverywhere, everywhereOption } from '../cluster-or-everywhere.ts'
import { note } from '../note.ts'
import { chooseOutput, outputOption, tableOptions } from '../output-options.ts'
import type { ReadList } from './read-list.ts'

/** Columns that people sort by, of one cluster and of many. */
const SORTED_BY = [
  'expiration-date',
  'days-left',
  'secret',
  'used-for',
  'subject',
  'issuer',
  'renewed-by',
  'cluster',
  'namespace',
]

const TIMEOUT_MS = 10_000

const list: Command = {
  name: 'list',
  group: 'Database administration',
  summary: 'Show the certificates of clusters and when they end',
  description:
    "The Cluster's own, those given to it and to its poolers, those of its DatabaseRoles, and those that were issued to roles. " +
    'Without CLUSTER those of the namespace; with -A a calendar of all, the next to end first.',
  args: [{ name: 'CLUSTER', summary: 'Name of the cluster', required: false, completer: 'cluster' }],
  options: [
    everywhereOption('The clusters of all namespaces, as a calendar'),
    outputOption(),
    ...tableOptions(SORTED_BY),
  ],
  examples: [
    { summary: 'The certificates of a cluster', line: 'certificate list mycluster' },
    { summary: 'Which ends next, anywhere?', line: 'certificate list -A' },
    {
      summary: 'What nobody renews',
      line: `certificate list -A -o jsonpath='{range .certificates[?(@.renewedBy=="nobody")]}{.secret} {.notAfter}{"\\n"}{end}'`,
    },
  ],
  rights: [
    { group: CNPG_GROUP, resource: 'clusters', verbs: ['get'] },
    { group: CNPG_GROUP, resource: 'clusters', verbs: ['list'], without: 'a cluster has to be named' },
    {
      group: '',
      resource: 'secrets',
      verbs: ['get'],
      without: "only the dates are known that the Cluster's status tells",
    },
    { group: '', resource: 'secrets', verbs: ['list'], without: 'certificates issued to roles are not shown' },
    { group: CNPG_GROUP, resource: 'poolers', verbs: ['list'], without: 'which are of a pooler is not known' },
    {
      group: CNPG_GROUP,
      resource: 'databaseroles',
      verbs: ['list'],
      without: 'which are of a DatabaseRole is not known',
    },
  ],
  changes: false,
  defaultTimeoutMs: TIMEOUT_MS,
  exitCodes: [
    { code: Exit.ok, meaning: 'it was told, whatever has ended' },
    { code: Exit.failed, meaning: 'a Cluster could not be read, or there is none' },
  ],
  run,
}

export default list

async function run(invocation: Invocation, context: Context): Promise<number> {
  const output = await chooseOutput(invocation.options)
  const { name, everywhere } = clusterOrEverywhere(invocation)
  const { sources, unread } = await read(name, everywhere, context)
  const { listCertificates, byEnd } = await import('../../model/certificate-list.ts')
  const now = context.host.clock.now().toISOString()
  const all = sources.flatMap((each) => listCertificates(each, now))
  const rows = everywhere ? byEnd(all) : all
  const text = await output.render(
    {
      names: () => [...new Set(rows.map(({ secret }) => `secret/${secret}`))],
      data: () => ({ schemaVersion: 1, takenAt: now, certificates: rows, unread }),
      document: async ({ wide }) => {
        const { certificateListView } = await import('../../render/views/certificate-list.ts')
        return certificateListView(rows, { wide, calendar: everywhere })
      },
    },
    context,
  )
  await context.host.stdout.write(text)
  if (output.forPeople) for (const { what, message } of unread) await note(context, `${what}: ${message}`)
  return Exit.ok
}

async function read(name: string | undefined, everywhere: boolean, context: Context): Promise<ReadList> {
  const { host, signal } = context
  const spinner = host.spinner('Reading certificates')
  try {
    const session = await context.session()
    const namespace = everywhere ? undefined : session.namespace
    const clusters = await readClusters(name, namespace, { session, signal })
    const { readCertificateSources } = await import('./read-list.ts')
    return await readCertificateSources(clusters, namespace, { session, signal })
  } finally {
    spinner.stop()
  }
}

async function readClusters(
  name: string | undefined,
  namespace: string | undefined,
  { session, signal }: Reading,
): Promise<Cluster[]> {
  if (name !== undefined) return [await readNamedCluster(session, name, signal)]
  const { items } = await session.listAll<Cluster>(pathOf(Resources.clusters, inNamespace(namespace)), { signal })
  if (items.length > 0) return items
  const where = namespace === undefined ? 'in any namespace' : `in namespace ${namespace}`
  throw new CliError({ kind: 'missing', message: `there is no cluster ${where}` })
}
