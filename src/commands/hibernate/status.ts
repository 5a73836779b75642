import { buildInfo } from '../../api/build-info.ts'
import { CNPG_GROUP } from '../../api/constants.ts'
import type { ClusterSnapshot } from '../../api/snapshot.ts'
import type { Command, Context, Invocation } from '../../cli/command.ts'
import { Exit } from '../../errors/exit-codes.ts'
import { ownedRights, withOwned } from '../change/owned-objects.ts'
import { readingRights } from '../change/rights.ts'
import { chooseOutput, outputOption, tableOptions } from '../output-options.ts'
import { explainOldHibernation } from './old-hibernation.ts'

const status: Command = {
  name: 'status',
  group: 'Cluster administration',
  summary: 'Show whether a cluster sleeps, and what is left of it',
  args: [{ name: 'CLUSTER', summary: 'Name of the cluster', required: true, completer: 'cluster' }],
  options: [
    outputOption(['text', 'json', 'yaml', 'name', 'jsonpath=TEMPLATE']),
    ...tableOptions(['name', 'replication-role', 'status', 'instance', 'role', 'size', 'phase']),
  ],
  examples: [
    { summary: 'Does it sleep, or what does it wait for?', line: 'hibernate status mycluster' },
    { summary: 'For a script', line: "hibernate status mycluster -o jsonpath='{.state}'" },
  ],
  rights: [...readingRights, ...ownedRights],
  changes: false,
  defaultTimeoutMs: 10_000,
  exitCodes: [
    { code: Exit.ok, meaning: 'it was told, asleep or not' },
    { code: Exit.failed, meaning: 'the Cluster could not be read' },
  ],
  run,
}

export default status

async function run(invocation: Invocation, context: Context): Promise<number> {
  const output = await chooseOutput(invocation.options)
  const snapshot = await read(invocation.args['CLUSTER'] as string, context)
  const { hibernationReport } = await import('../../model/hibernation-report.ts')
  const report = hibernationReport(snapshot)
  const text = await output.render(
    {
      names: () => [`cluster.${CNPG_GROUP}/${report.name}`],
      data: () => report,
      document: async () => (await import('../../render/views/hibernation.ts')).hibernationView(report),
    },
    context,
  )
  await context.host.stdout.write(text)
  return Exit.ok
}

async function read(name: string, context: Context): Promise<ClusterSnapshot> {
  const { host, signal } = context
  const spinner = host.spinner(`Reading ${name}`)
  try {
    const reading = { session: await context.session(), signal }
    const { gatherCluster } = await import('../../snapshot/gather.ts')
    const request = { namespace: reading.session.namespace, name, verbose: 0, metrics: false as const }
    const options = { clock: host.clock, signal, clientVersion: buildInfo.version }
    const snapshot = await explainOldHibernation(gatherCluster(reading.session, request, options), name, reading)
    return await withOwned(snapshot, reading, host.clock)
  } finally {
    spinner.stop()
  }
}
