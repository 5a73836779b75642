import { CNPG_GROUP, FENCE_ALL } from '../../api/constants.ts'
import type { ClusterSnapshot } from '../../api/snapshot.ts'
import type { Command, Context, Invocation } from '../../cli/command.ts'
import { planFencing } from '../../plan/fencing.ts'
import { goalOfFencing } from '../../plan/fencing-goal.ts'
import { instanceName } from '../../plan/instance-name.ts'
import { clusterReader } from '../change/cluster.ts'
import { changeExitCodes } from '../change/exit-codes.ts'
import { changeOptions } from '../change/options.ts'
import { readingRights } from '../change/rights.ts'
import { runChange } from '../change/run.ts'
import type { Change } from '../change/run.ts'
import { secondsText } from '../change/view.ts'

const shared = {
  group: 'Cluster administration',
  options: changeOptions,
  rights: [...readingRights, { group: CNPG_GROUP, resource: 'clusters', verbs: ['patch'] }],
  changes: true,
  ownTimeout: true,
  exitCodes: changeExitCodes,
} as const

const ARGUMENT = "Name or number of the instance, or '*' for all"

export const fencingOn: Command = {
  ...shared,
  name: 'on',
  summary: 'Stop PostgreSQL in an instance and keep it stopped',
  description:
    'The pod stays, with its volumes and its instance manager. Waits until the server is down. While the primary is fenced\n' +
    'nothing can be written, and the operator does not fail over.',
  args: [
    { name: 'CLUSTER', summary: 'Name of the cluster', required: true, completer: 'cluster' },
    { name: 'INSTANCE', summary: ARGUMENT, required: true, completer: 'unfenced-instance' },
  ],
  examples: [
    { summary: 'Stop the third instance', line: 'fencing on mycluster 3' },
    { summary: 'Stop the whole cluster at once', line: "fencing on mycluster '*'" },
  ],
  run: (invocation, context) => run(true, invocation, context),
}

export const fencingOff: Command = {
  ...shared,
  name: 'off',
  summary: 'Let PostgreSQL of a fenced instance run again',
  description:
    'Waits until the server is up again. While all instances are fenced one of them can be let go: the others stay fenced.\n' +
    'An instance whose pod is gone can be unfenced, too.',
  args: [
    { name: 'CLUSTER', summary: 'Name of the cluster', required: true, completer: 'cluster' },
    { name: 'INSTANCE', summary: ARGUMENT, required: true, completer: 'fenced-instance' },
  ],
  examples: [
    { summary: 'Let the third instance run again', line: 'fencing off mycluster 3' },
    { summary: 'Let all instances run again', line: "fencing off mycluster '*'" },
  ],
  run: (invocation, context) => run(false, invocation, context),
}

async function run(on: boolean, invocation: Invocation, context: Context): Promise<number> {
  const name = invocation.args['CLUSTER'] as string
  const argument = invocation.args['INSTANCE'] as string
  const instance = argument === FENCE_ALL ? FENCE_ALL : instanceName(name, argument)
  const reader = clusterReader(name, context)
  const change: Change<ClusterSnapshot, ClusterSnapshot> = {
    subject: name,
    read: (reading) => reader.whole(reading),
    refresh: (before, reading) => reader.quick(before, reading),
    plan: (snapshot) => planFencing(snapshot, { on, instance }),
    observe: (reading) => reader.observe(reading),
    goal: ({ instances }, before) => goalOfFencing({ on, instances, before }),
    done: (plan, { seconds }) => {
      const state = on ? 'fenced' : 'unfenced'
      return `${instance === FENCE_ALL ? 'All instances' : instance} ${state} in ${secondsText(seconds)}: ${plan.proof}`
    },
  }
  return runChange(change, invocation, context)
}
