import { CNPG_GROUP } from '../../api/constants.ts'
import type { ClusterSnapshot } from '../../api/snapshot.ts'
import type { Command, Context, Invocation } from '../../cli/command.ts'
import { planHibernate, planWake } from '../../plan/hibernation.ts'
import { goalOfHibernation, goalOfWaking } from '../../plan/hibernation-goal.ts'
import { clusterReader } from '../change/cluster.ts'
import { changeExitCodes } from '../change/exit-codes.ts'
import { changeOptions } from '../change/options.ts'
import { ownedRights, withOwned } from '../change/owned-objects.ts'
import { readingRights } from '../change/rights.ts'
import { runChange } from '../change/run.ts'
import type { Change } from '../change/run.ts'
import { secondsText } from '../change/view.ts'
import { explainOldHibernation } from './old-hibernation.ts'

const shared = {
  group: 'Cluster administration',
  args: [{ name: 'CLUSTER', summary: 'Name of the cluster', required: true, completer: 'cluster' }],
  options: changeOptions,
  rights: [...readingRights, ...ownedRights, { group: CNPG_GROUP, resource: 'clusters', verbs: ['patch'] }],
  changes: true,
  ownTimeout: true,
  exitCodes: changeExitCodes,
} as const

export const hibernateOn: Command = {
  ...shared,
  name: 'on',
  summary: 'Stop all instances of a cluster; its volumes stay',
  description:
    'The operator deletes the pods; the volumes, the Cluster, its services and secrets stay. Waits until the pods are gone.\n' +
    'Refused while the cluster is not healthy or a backup runs: --force asks the operator all the same.',
  examples: [
    { summary: 'What would stop, and what stays?', line: 'hibernate on mycluster --dry-run' },
    { summary: 'In a script', line: 'hibernate on mycluster --yes' },
  ],
  run: (invocation, context) => run(true, invocation, context),
}

export const hibernateOff: Command = {
  ...shared,
  name: 'off',
  summary: 'Wake a hibernated cluster up',
  description:
    'Looks whether the volumes are there, and waits until the primary answers; the standbys may come later. Refused while the\n' +
    'operator is still deleting the pods.',
  examples: [
    { summary: 'Show what would be done, and do nothing', line: 'hibernate off mycluster --dry-run' },
    { summary: 'Wake it up, at most five minutes', line: 'hibernate off mycluster --timeout 5m' },
  ],
  run: (invocation, context) => run(false, invocation, context),
}

async function run(on: boolean, invocation: Invocation, context: Context): Promise<number> {
  const name = invocation.args['CLUSTER'] as string
  const reader = clusterReader(name, context)
  const { clock } = context.host
  const change: Change<ClusterSnapshot, ClusterSnapshot> = {
    subject: name,
    read: async (reading) => {
      const snapshot = await explainOldHibernation(reader.whole(reading), name, reading)
      return withOwned(snapshot, reading, clock)
    },
    refresh: async (before, reading) => withOwned(await reader.quick(before, reading), reading, clock),
    plan: on ? planHibernate : planWake,
    observe: async (reading) => withOwned(await reader.observe(reading), reading, clock),
    goal: (_plan, before) => (on ? goalOfHibernation(before) : goalOfWaking()),
    done: ({ target }, { seconds, reason }) =>
      `${target} is ${on ? 'hibernated' : 'awake'} after ${secondsText(seconds)}: ${reason ?? ''}`,
  }
  return runChange(change, invocation, context)
}
