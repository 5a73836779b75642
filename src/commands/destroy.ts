import type { ClusterSnapshot } from '../api/snapshot.ts'
import type { Command, Context, Invocation } from '../cli/command.ts'
import { CliError } from '../errors/cli-error.ts'
import { planDestroy } from '../plan/destroy.ts'
import { goalOfDestroy } from '../plan/destroy-goal.ts'
import { instanceName } from '../plan/instance-name.ts'
import { clusterReader } from './change/cluster.ts'
import { changeExitCodes } from './change/exit-codes.ts'
import { changeOptions } from './change/options.ts'
import { withOwned } from './change/owned-objects.ts'
import { readingRights } from './change/rights.ts'
import { runChange } from './change/run.ts'
import type { Change } from './change/run.ts'
import { secondsText } from './change/view.ts'

const destroy: Command = {
  name: 'destroy',
  group: 'Cluster administration',
  summary: 'Destroy one instance of a cluster and its volumes',
  description:
    'Deletes the volumes, the pod and the jobs of one instance and waits until they are gone; the operator then makes a new one.\n' +
    'The primary and the last copy of the data are refused: --force and typing the name (without a terminal --yes) destroy them\n' +
    'all the same. What another cluster owns is never touched.',
  args: [
    { name: 'CLUSTER', summary: 'Name of the cluster', required: true, completer: 'cluster' },
    { name: 'INSTANCE', summary: 'Name or number of the instance', required: true, completer: 'instance' },
  ],
  options: [
    {
      name: 'keep-pvc',
      short: 'k',
      type: 'boolean',
      summary: 'Detach the volumes instead of deleting them',
    },
    ...changeOptions,
  ],
  examples: [
    { summary: 'What would be deleted?', line: 'destroy mycluster 3 --dry-run' },
    { summary: 'Make the third instance anew from a copy of the primary', line: 'destroy mycluster 3' },
    { summary: 'Keep its data to look into it', line: 'destroy mycluster 3 --keep-pvc' },
  ],
  rights: [
    ...readingRights.filter(({ resource }) => resource !== 'pods'),
    { group: '', resource: 'pods', verbs: ['list', 'delete'] },
    { group: '', resource: 'persistentvolumeclaims', verbs: ['list'] },
    { group: '', resource: 'persistentvolumeclaims', verbs: ['delete'], without: 'only --keep-pvc works' },
    { group: '', resource: 'persistentvolumeclaims', verbs: ['update'], without: '--keep-pvc does not work' },
    { group: 'batch', resource: 'jobs', verbs: ['list', 'delete'] },
  ],
  changes: true,
  ownTimeout: true,
  exitCodes: changeExitCodes,
  run,
}

export default destroy

async function run(invocation: Invocation, context: Context): Promise<number> {
  const name = invocation.args['CLUSTER'] as string
  const instance = instanceName(name, invocation.args['INSTANCE'] as string)
  const intent = { instance, keep: invocation.options['keep-pvc'] === true }
  const reader = clusterReader(name, context)
  const { clock } = context.host
  const change: Change<ClusterSnapshot, ClusterSnapshot> = {
    subject: name,
    read: async (reading) => withOwned(await grammar(reader.whole(reading), name), reading, clock),
    refresh: async (before, reading) => withOwned(await reader.quick(before, reading), reading, clock),
    plan: (snapshot) => planDestroy(snapshot, intent),
    observe: async (reading) => withOwned(await reader.observe(reading), reading, clock),
    goal: (_plan, before) => goalOfDestroy(before, intent),
    done: (_plan, { seconds, reason }) => {
      const kept = intent.keep ? ' and its volumes are kept' : ''
      return `Instance ${instance} of cluster ${name} is destroyed${kept} (${secondsText(seconds)}): ${reason ?? ''}`
    },
  }
  return runChange(change, invocation, context)
}

/** `destroy cluster mycluster` and the like: people want to say which kind of thing they mean. */
async function grammar<T>(work: Promise<T>, name: string): Promise<T> {
  try {
    return await work
  } catch (error) {
    if (!(error instanceof CliError) || error.kind !== 'missing' || !/^(clusters?|instances?|pods?)$/.test(name))
      throw error
    throw new CliError({
      kind: 'usage',
      message: `there is no cluster "${name}": destroy takes the name of a cluster and then one of its instances`,
      usage: 'kubectl cnpg destroy CLUSTER INSTANCE [flags]',
      hint: 'It destroys one instance. A whole cluster goes with: kubectl delete clusters.postgresql.cnpg.io NAME',
    })
  }
}
