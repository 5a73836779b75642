import { CNPG_GROUP } from '../api/constants.ts'
import type { ClusterSnapshot } from '../api/snapshot.ts'
import type { Command, Context, Invocation } from '../cli/command.ts'
import { CliError } from '../errors/cli-error.ts'
import { instanceName } from '../plan/instance-name.ts'
import { planRestart } from '../plan/restart.ts'
import type { RestartIntent } from '../plan/restart.ts'
import { goalOfRestart } from '../plan/restart-goal.ts'
import { clusterReader } from './change/cluster.ts'
import { changeExitCodes } from './change/exit-codes.ts'
import { changeOptions } from './change/options.ts'
import { readingRights } from './change/rights.ts'
import { runChange } from './change/run.ts'
import type { Change } from './change/run.ts'
import { secondsText } from './change/view.ts'

const restart: Command = {
  name: 'restart',
  group: 'Cluster administration',
  summary: 'Restart a cluster, one instance, or what waits for a restart',
  description:
    'Without INSTANCE the operator restarts one instance after the other, the primary last. Waits until every server ' +
    'concerned has a new start time and the standbys stream again.',
  args: [
    { name: 'CLUSTER', summary: 'Name of the cluster', required: true, completer: 'cluster' },
    { name: 'INSTANCE', summary: 'Name or number of the instance', required: false, completer: 'instance' },
  ],
  options: [
    {
      name: 'pending',
      type: 'boolean',
      summary: 'Only the instances with parameters that wait for a restart, one after the other',
    },
    ...changeOptions,
  ],
  examples: [
    { summary: 'All instances, one after the other', line: 'restart mycluster' },
    { summary: 'One of them', line: 'restart mycluster 2' },
    {
      summary: 'Which ones wait for a restart, and for which parameters?',
      line: 'restart mycluster --pending --dry-run',
    },
  ],
  rights: [
    ...readingRights,
    { group: CNPG_GROUP, resource: 'clusters', verbs: ['patch'], without: 'a whole cluster cannot be restarted' },
    {
      group: CNPG_GROUP,
      resource: 'clusters/status',
      verbs: ['patch'],
      without: 'a primary cannot be restarted alone',
    },
    { group: '', resource: 'pods', verbs: ['delete'], without: 'a standby cannot be restarted alone' },
  ],
  changes: true,
  ownTimeout: true,
  exitCodes: changeExitCodes,
  run,
}

export default restart

async function run(invocation: Invocation, context: Context): Promise<number> {
  const name = invocation.args['CLUSTER'] as string
  const intent = intentOf(name, invocation)
  const reader = clusterReader(name, context)
  const [{ detailsBySql }, { measureOutage }] = await Promise.all([
    import('../snapshot/ways/sql.ts'),
    import('./change/outage-meter.ts'),
  ])
  const change: Change<ClusterSnapshot, ClusterSnapshot> = {
    subject: name,
    read: (reading) => reader.whole(reading, detailsBySql),
    refresh: (before, reading) => reader.quick(before, reading),
    plan: (snapshot, at) => planRestart(snapshot, intent, at),
    observe: (reading) => reader.observe(reading, detailsBySql),
    goal: (plan, before, step) => {
      const instances = step?.instance === undefined ? plan.instances : [step.instance]
      return goalOfRestart({ instances, before, byOperator: intent.kind === 'cluster' })
    },
    measure: ({ instances }, before, reading) => {
      const primary = before.cluster.status?.currentPrimary ?? ''
      // A rolling restart may move the primary; alone it comes back where it was.
      const asked = intent.kind === 'cluster' ? instances : [primary]
      return measureOutage(instances.includes(primary) ? asked : [], before, reading, context.host.clock)
    },
    done: ({ instances }, outcome) => `${instances.join(', ')} restarted in ${secondsText(outcome.seconds)}`,
  }
  return runChange(change, invocation, context)
}

function intentOf(cluster: string, { args, options }: Invocation): RestartIntent {
  const argument = args['INSTANCE'] as string | undefined
  if (options['pending'] !== true) {
    return argument === undefined
      ? { kind: 'cluster' }
      : { kind: 'instance', instance: instanceName(cluster, argument) }
  }
  if (argument === undefined) return { kind: 'pending' }
  throw new CliError({ kind: 'usage', message: '--pending chooses the instances itself: leave out INSTANCE' })
}
