import { CNPG_GROUP } from '../../api/constants.ts'
import { buildInfo } from '../../api/build-info.ts'
import type { ClusterSnapshot } from '../../api/snapshot.ts'
import type { Command, Context, Invocation } from '../../cli/command.ts'
import { CliError } from '../../errors/cli-error.ts'
import { Exit } from '../../errors/exit-codes.ts'
import { readingRights } from '../change/rights.ts'
import { clusterOrEverywhere, everywhereOption } from '../cluster-or-everywhere.ts'
import { note } from '../note.ts'
import { chooseOutput, outputOption, tableOptions } from '../output-options.ts'

const TIMEOUT_MS = 10_000

const status: Command = {
  name: 'status',
  group: 'Cluster administration',
  summary: 'Show which instances are fenced, and whether PostgreSQL runs there',
  description: 'Without CLUSTER those of the namespace.',
  args: [{ name: 'CLUSTER', summary: 'Name of the cluster', required: false, completer: 'cluster' }],
  options: [
    everywhereOption('The clusters of all namespaces'),
    outputOption(['text', 'json', 'yaml', 'name', 'jsonpath=TEMPLATE']),
    ...tableOptions(['instance', 'replication-role', 'fenced', 'postgresql']),
  ],
  examples: [
    { summary: 'What is fenced in a cluster?', line: 'fencing status mycluster' },
    { summary: 'And anywhere?', line: 'fencing status -A' },
    {
      summary: 'For a script',
      line: "fencing status mycluster -o jsonpath='{.clusters[0].fenced[*]}'",
    },
  ],
  rights: [
    ...readingRights,
    { group: CNPG_GROUP, resource: 'clusters', verbs: ['list'], without: 'a cluster has to be named' },
  ],
  changes: false,
  defaultTimeoutMs: TIMEOUT_MS,
  exitCodes: [
    { code: Exit.ok, meaning: 'it was told, whatever is fenced' },
    { code: Exit.failed, meaning: 'a Cluster could not be read, or there is none' },
  ],
  run,
}

export default status

async function run(invocation: Invocation, context: Context): Promise<number> {
  const output = await chooseOutput(invocation.options)
  const { name, everywhere } = clusterOrEverywhere(invocation)
  const { fencingReport } = await import('../../model/fencing-report.ts')
  const { snapshots, complete } = await read(name, everywhere, context)
  const reports = snapshots.map(fencingReport)
  const text = await output.render(
    {
      names: () =>
        reports.flatMap(({ instances }) => instances.filter(({ fenced }) => fenced).map((each) => `pod/${each.name}`)),
      data: () => ({ schemaVersion: 1, clusters: reports }),
      document: async () => (await import('../../render/views/fencing.ts')).fencingView(reports),
    },
    context,
  )
  await context.host.stdout.write(text)
  return complete ? Exit.ok : Exit.failed
}

async function read(
  name: string | undefined,
  everywhere: boolean,
  context: Context,
): Promise<{ snapshots: ClusterSnapshot[]; complete: boolean }> {
  const { host, signal } = context
  const spinner = host.spinner(name === undefined ? 'Reading clusters' : `Reading ${name}`)
  try {
    const session = await context.session()
    const options = { clock: host.clock, signal, clientVersion: buildInfo.version }
    if (name !== undefined) {
      const { gatherCluster } = await import('../../snapshot/gather.ts')
      const request = { namespace: session.namespace, name, verbose: 0, metrics: false as const }
      return { snapshots: [await gatherCluster(session, request, options)], complete: true }
    }
    const { gatherSelection } = await import('../status/gather-fleet.ts')
    const selection = { names: [], everywhere, selector: undefined, contexts: undefined }
    const { clusters, unread } = await gatherSelection(selection, { verbose: 0, metrics: false }, context)
    if (clusters.length === 0) {
      const where = everywhere ? 'in any namespace' : `in namespace ${session.namespace}`
      throw new CliError({ kind: 'missing', message: `there is no cluster ${where}` })
    }
    for (const { name: missing, problem } of unread) await note(context, `${missing ?? ''}: ${problem.message}`)
    return { snapshots: clusters, complete: unread.length === 0 }
  } finally {
    spinner.stop()
  }
}
