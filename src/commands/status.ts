import { buildInfo } from '../api/build-info.ts'
import type { ClusterSnapshot, FleetSnapshot } from '../api/snapshot.ts'
import type { Command, Context, Invocation } from '../cli/command.ts'
import { CliError } from '../errors/cli-error.ts'
import { Exit } from '../errors/exit-codes.ts'
import type { SnapshotRequest } from '../snapshot/gather.ts'
import type { Via } from '../snapshot/instances.ts'
import { findingOptions } from './finding-options.ts'
import { instanceTimeoutOption } from './instance-timeout.ts'
import { exitCodeOption, monitoringExit } from './monitoring.ts'
import { chooseOutput, outputOption, tableOptions } from './output-options.ts'
import { answerOf, reportOf } from './status/answer.ts'
import { lookOptions } from './status/look-options.ts'
import { statusRights, watchRights } from './status/rights.ts'
import { choosesNothing, selectionOf, selectionOptions, singleName, type Selection } from './status/selection.ts'
import { watchOptions } from './status/watch-options.ts'

/** Columns that people sort by, of one cluster and of many. */
const SORTED_BY = [
  'name',
  'namespace',
  'status',
  'instances',
  'primary',
  'lag',
  'last-backup',
  'certificates',
  'replication-role',
  'database-size',
  'current-lsn',
  'lag-bytes',
  'replay-lag',
  'sync-state',
  'node',
]

const TIMEOUT_MS = 10_000

const status: Command = {
  name: 'status',
  group: 'Database administration',
  summary: 'Show the state of a cluster and its instances',
  description:
    'Reads the Cluster and what belongs to it, asks every instance at once, and tells what is wrong first.\n' +
    'An instance that does not answer, or a right that is missing, costs its own lines only.\n' +
    'Several clusters are shown in a table, the worst first.',
  args: [
    {
      name: 'CLUSTER',
      summary: 'Names of clusters; without any those of the namespace',
      required: false,
      variadic: true,
      completer: 'cluster',
    },
  ],
  options: [
    {
      name: 'verbose',
      short: 'v',
      type: 'count',
      summary: 'Tell more: slots, roles, tablespaces, budgets, volumes; twice: the configuration too',
    },
    ...selectionOptions,
    outputOption(),
    ...tableOptions(SORTED_BY),
    exitCodeOption,
    ...watchOptions,
    instanceTimeoutOption,
    {
      name: 'via',
      type: 'choice',
      value: 'WAY',
      choices: ['proxy', 'exec', 'sql', 'none'],
      summary: 'Reach the instances by this way only; none asks Kubernetes alone',
    },
    {
      name: 'save',
      type: 'string',
      value: 'FILE',
      completer: 'file',
      summary: 'Keep what was read in this file too, without secrets',
    },
    { name: 'redact', type: 'boolean', summary: 'With --save: without names and addresses' },
    {
      name: 'from',
      type: 'string',
      value: 'FILE',
      completer: 'file',
      summary: 'Report what was saved instead of asking a cluster; - is stdin',
    },
    ...findingOptions,
  ],
  examples: [
    { summary: 'How is it?', line: 'status mycluster' },
    { summary: 'Everything there is to know, in another namespace', line: 'status mycluster -n shop -v -v' },
    { summary: 'Which of all clusters needs me?', line: 'status -A' },
    { summary: 'Those of two Kubernetes clusters side by side', line: 'status -A --contexts east,west' },
    { summary: 'Follow a failover live', line: 'status mycluster --watch' },
    { summary: 'For a program', line: 'status mycluster -o json' },
    { summary: 'One fact, for a script', line: "status mycluster -o jsonpath='{.summary.primary}'" },
    { summary: 'For cron or a monitoring system', line: 'status mycluster --exit-code' },
    { summary: 'Keep it to be looked at elsewhere', line: 'status mycluster --save mycluster.json --redact' },
    { summary: 'Where a network policy keeps the API server from the pods', line: 'status mycluster --via exec' },
  ],
  rights: [...statusRights, ...watchRights],
  changes: false,
  defaultTimeoutMs: TIMEOUT_MS,
  // A watch has no end; the limit is that of each round.
  ownTimeout: (options) => options['watch'] === true,
  exitCodes: [
    { code: Exit.ok, meaning: 'the report was printed, also when an instance or a section is missing in it' },
    { code: Exit.failed, meaning: 'a Cluster could not be read, or there is none' },
    { code: Exit.timeout, meaning: 'a Cluster did not come within --timeout' },
  ],
  monitoring: { flag: exitCodeOption.name },
  run,
}

export default status

async function run(invocation: Invocation, context: Context): Promise<number> {
  const { options } = invocation
  if (options['watch'] === true) return watch(invocation, context)
  const output = await chooseOutput(options)
  const { verbosity, judging } = lookOptions(options)
  const found = await read(invocation, context)
  if ('kind' in found) {
    const monitoring = options[exitCodeOption.name] === true
    return (await import('./status/fleet.ts')).printFleet(found, output, { verbosity, judging, monitoring }, context)
  }
  const report = await reportOf(found, judging)
  await context.host.stdout.write(await output.render(answerOf(report, verbosity), context))
  if (options[exitCodeOption.name] !== true) return Exit.ok
  const { worst } = await import('../model/rules/assess.ts')
  return monitoringExit(worst(report.findings))
}

async function watch(invocation: Invocation, context: Context): Promise<number> {
  const { options } = invocation
  for (const other of ['from', 'save', 'redact', 'exit-code', 'sort-by']) {
    if (options[other] === undefined || options[other] === false) continue
    throw new CliError({ kind: 'usage', message: `--watch and --${other} cannot be combined` })
  }
  const { watchStatus } = await import('./status/watch.ts')
  const timeout = (options['timeout'] as number | undefined) ?? TIMEOUT_MS
  return watchStatus(requestOf(clusterName(invocation), invocation), timeout || undefined, invocation, context)
}

/** One cluster, or several. */
async function read(invocation: Invocation, context: Context): Promise<ClusterSnapshot | FleetSnapshot> {
  const { from, save, redact } = invocation.options
  const selection = selectionOf(invocation)
  if (typeof from === 'string') return (await import('./status/saved.ts')).readSaved(from, selection, context)
  const name = singleName(selection)
  const found =
    name === undefined ? await gatherSeveral(selection, invocation, context) : await gather(name, invocation, context)
  if (typeof save === 'string') {
    await (await import('../snapshot/file.ts')).saveSnapshot(save, found, { redact: redact === true })
  }
  return found
}

async function gatherSeveral(
  selection: Selection,
  invocation: Invocation,
  context: Context,
): Promise<ClusterSnapshot | FleetSnapshot> {
  const { options } = invocation
  const { name: _, ...asked } = requestOf('', invocation)
  // The plain table shows no sizes, and half the requests are for them.
  const plain = options['output'] === 'text' && options['verbose'] === 0 && options['save'] === undefined
  const request = plain ? { ...asked, metrics: false as const } : asked
  const spinner = context.host.spinner('Reading clusters')
  try {
    const { gatherSelection } = await import('./status/gather-fleet.ts')
    const fleet = await gatherSelection(selection, request, context)
    const [only, another] = fleet.clusters
    return only !== undefined && another === undefined && choosesNothing(selection) ? only : fleet
  } finally {
    spinner.stop()
  }
}

/** A watch shows one cluster. */
function clusterName(invocation: Invocation): string {
  const name = singleName(selectionOf(invocation))
  if (name !== undefined) return name
  const hint = 'Its name is in: kubectl get cluster'
  throw new CliError({
    kind: 'usage',
    message: 'status --watch needs one CLUSTER',
    usage: 'kubectl cnpg status CLUSTER --watch [flags]',
    hint,
  })
}

function requestOf(name: string, { options }: Invocation): Omit<SnapshotRequest, 'namespace'> {
  return {
    name,
    verbose: options['verbose'] as number,
    instanceTimeoutMs: options['instance-timeout'] as number,
    ...(options['via'] === undefined ? {} : { via: options['via'] as Via }),
  }
}

async function gather(name: string, invocation: Invocation, context: Context): Promise<ClusterSnapshot> {
  const { host, signal } = context
  const spinner = host.spinner(`Reading cluster ${name}`)
  try {
    const [session, { gatherCluster }] = await Promise.all([context.session(), import('../snapshot/gather.ts')])
    const request = { namespace: session.namespace, ...requestOf(name, invocation) }
    return await gatherCluster(session, request, { clock: host.clock, signal, clientVersion: buildInfo.version })
  } finally {
    spinner.stop()
  }
}
