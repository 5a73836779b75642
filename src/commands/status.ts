import { buildInfo } from '../api/build-info.ts'
import { CNPG_GROUP } from '../api/constants.ts'
import type { ClusterSnapshot } from '../api/snapshot.ts'
import type { Command, Context, Invocation } from '../cli/command.ts'
import { CliError } from '../errors/cli-error.ts'
import { Exit } from '../errors/exit-codes.ts'
import type { Via } from '../snapshot/instances.ts'
import { exitCodeOption, monitoringExit } from './monitoring.ts'
import { chooseOutput, outputOption, tableOptions } from './output-options.ts'
import { statusRights } from './status/rights.ts'

const status: Command = {
  name: 'status',
  group: 'Database administration',
  summary: 'Show the state of a cluster and its instances',
  description:
    'Reads the Cluster and what belongs to it, asks every instance at once, and tells what is wrong first.\n' +
    'An instance that does not answer, or a right that is missing, costs its own lines only.',
  args: [
    { name: 'CLUSTER', summary: 'Name of the cluster; needed but with --from', required: false, completer: 'cluster' },
  ],
  options: [
    {
      name: 'verbose',
      short: 'v',
      type: 'count',
      summary: 'Tell more: slots, roles, tablespaces, budgets, volumes; twice: the configuration too',
    },
    outputOption(),
    ...tableOptions,
    exitCodeOption,
    {
      name: 'instance-timeout',
      type: 'duration',
      value: 'DURATION',
      default: 3000,
      summary: 'How long to wait for one instance',
    },
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
  ],
  examples: [
    { summary: 'How is it?', line: 'status mycluster' },
    { summary: 'Everything there is to know, in another namespace', line: 'status mycluster -n shop -v -v' },
    { summary: 'For a program', line: 'status mycluster -o json' },
    { summary: 'One fact, for a script', line: "status mycluster -o jsonpath='{.summary.primary}'" },
    { summary: 'For cron or a monitoring system', line: 'status mycluster --exit-code' },
    { summary: 'Keep it to be looked at elsewhere', line: 'status mycluster --save mycluster.json --redact' },
    { summary: 'Where a network policy keeps the API server from the pods', line: 'status mycluster --via exec' },
  ],
  rights: statusRights,
  changes: false,
  defaultTimeoutMs: 10_000,
  exitCodes: [
    { code: Exit.ok, meaning: 'the report was printed, also when an instance or a section is missing in it' },
    { code: Exit.failed, meaning: 'the Cluster could not be read' },
    { code: Exit.timeout, meaning: 'the Cluster did not come within --timeout' },
  ],
  monitoring: { flag: exitCodeOption.name },
  run,
}

export default status

async function run(invocation: Invocation, context: Context): Promise<number> {
  const { options } = invocation
  const verbosity = options['verbose'] as number
  const output = await chooseOutput(options)
  const snapshot = await read(invocation, context)
  const [{ buildStatus }, { assess, worst }] = await Promise.all([
    import('../model/status.ts'),
    import('../model/rules/assess.ts'),
  ])
  const model = buildStatus(snapshot)
  const findings = assess(model, { details: verbosity > 0 })
  const text = await output.render(
    {
      names: () => [`cluster.${CNPG_GROUP}/${model.summary.name}`],
      data: async () => (await import('../render/status-json.ts')).statusJson(snapshot, model, findings),
      document: async ({ wide }) =>
        (await import('../render/views/status/index.ts')).statusView(model, findings, { verbosity, wide }),
    },
    context,
  )
  await context.host.stdout.write(text)
  return options[exitCodeOption.name] === true ? monitoringExit(worst(findings)) : Exit.ok
}

async function read(invocation: Invocation, context: Context): Promise<ClusterSnapshot> {
  const { from, save, redact } = invocation.options
  const name = invocation.args['CLUSTER']
  if (typeof from === 'string') return (await import('../snapshot/file.ts')).loadSnapshot(from, context.host.stdin)
  if (typeof name !== 'string') {
    const hint = 'Its name is in: kubectl get cluster'
    throw new CliError({
      kind: 'usage',
      message: 'status needs CLUSTER',
      usage: 'kubectl cnpg status CLUSTER [flags]',
      hint,
    })
  }
  const snapshot = await gather(name, invocation, context)
  if (typeof save === 'string') {
    await (await import('../snapshot/file.ts')).saveSnapshot(save, snapshot, { redact: redact === true })
  }
  return snapshot
}

async function gather(name: string, { options }: Invocation, context: Context): Promise<ClusterSnapshot> {
  const { host, signal } = context
  const spinner = host.spinner(`Reading cluster ${name}`)
  try {
    const [session, { gatherCluster }] = await Promise.all([context.session(), import('../snapshot/gather.ts')])
    const request = {
      namespace: session.namespace,
      name,
      verbose: options['verbose'] as number,
      instanceTimeoutMs: options['instance-timeout'] as number,
      ...(options['via'] === undefined ? {} : { via: options['via'] as Via }),
    }
    return await gatherCluster(session, request, { clock: host.clock, signal, clientVersion: buildInfo.version })
  } finally {
    spinner.stop()
  }
}
