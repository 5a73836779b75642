import { CNPG_GROUP } from '../api/constants.ts'
import type { ClusterSnapshot } from '../api/snapshot.ts'
import type { Command, Context, Invocation } from '../cli/command.ts'
import { instanceName } from '../plan/instance-name.ts'
import { planPromote } from '../plan/promote.ts'
import { goalOfPromote, rolesOf } from '../plan/promote-goal.ts'
import { clusterReader } from './change/cluster.ts'
import { changeExitCodes } from './change/exit-codes.ts'
import { changeOptions } from './change/options.ts'
import { readingRights } from './change/rights.ts'
import { runChange } from './change/run.ts'
import type { Change } from './change/run.ts'
import { secondsText } from './change/view.ts'

const promote: Command = {
  name: 'promote',
  group: 'Cluster administration',
  summary: 'Make another instance the primary',
  description:
    'Looks whether the instance can take over, asks, requests the switchover and waits until the new primary answers and ' +
    'the old one follows it. Without INSTANCE the best standby is chosen: synchronous first, then the least behind.',
  args: [
    { name: 'CLUSTER', summary: 'Name of the cluster', required: true, completer: 'cluster' },
    { name: 'INSTANCE', summary: 'Name or number of the instance', required: false, completer: 'standby' },
  ],
  options: changeOptions,
  examples: [
    { summary: 'Move the primary to the second instance', line: 'promote mycluster 2' },
    { summary: 'Who would be the best, and what would be done?', line: 'promote mycluster --dry-run' },
    { summary: 'The exact patch', line: 'promote mycluster mycluster-2 --dry-run -o yaml' },
    { summary: 'In a script, at most two minutes', line: 'promote mycluster 2 --yes --timeout 2m' },
  ],
  rights: [...readingRights, { group: CNPG_GROUP, resource: 'clusters/status', verbs: ['patch'] }],
  changes: true,
  ownTimeout: true,
  exitCodes: changeExitCodes,
  run,
}

export default promote

async function run(invocation: Invocation, context: Context): Promise<number> {
  const name = invocation.args['CLUSTER'] as string
  const argument = invocation.args['INSTANCE'] as string | undefined
  let instance = argument === undefined ? null : instanceName(name, argument)
  const reader = clusterReader(name, context)
  const { measureOutage } = await import('./change/outage-meter.ts')
  const change: Change<ClusterSnapshot, ClusterSnapshot> = {
    subject: name,
    read: (reading) => reader.whole(reading),
    refresh: (before, reading) => reader.quick(before, reading),
    plan: (snapshot, at) => {
      const plan = planPromote(snapshot, { instance }, at)
      // What was chosen and agreed to stays the choice, whoever is ahead by some bytes a moment later.
      instance ??= plan.instances[0] ?? null
      return plan
    },
    observe: (reading) => reader.observe(reading),
    goal: ({ instances: [target = ''] }, before) => goalOfPromote(rolesOf(before, target)),
    measure: ({ instances }, before, reading) => {
      const from = before.cluster.status?.currentPrimary
      const names = [...instances, ...(from === undefined ? [] : [from])]
      return measureOutage(names, before, reading, context.host.clock)
    },
    done: (_plan, outcome) => `Switchover done in ${secondsText(outcome.seconds)}`,
  }
  return runChange(change, invocation, context)
}
