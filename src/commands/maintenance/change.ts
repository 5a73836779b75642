import { CNPG_GROUP } from '../../api/constants.ts'
import type { Command, Context, Invocation } from '../../cli/command.ts'
import { CliError } from '../../errors/cli-error.ts'
import { planMaintenance } from '../../plan/maintenance.ts'
import { fullName } from '../../plan/maintenance-window.ts'
import type { MaintenanceIntent, MaintenanceScope, MaintenanceState } from '../../plan/maintenance-window.ts'
import { goalOfMaintenance } from '../../plan/maintenance-goal.ts'
import { changeExitCodes } from '../change/exit-codes.ts'
import { runChange } from '../change/run.ts'
import type { Change, Reading } from '../change/run.ts'
import { secondsText } from '../change/view.ts'
import { maintenanceOptions, reusePVCOf } from './options.ts'
import { readMaintenance } from './read.ts'

const shared = {
  group: 'Cluster administration',
  args: [
    {
      name: 'CLUSTER',
      summary: 'Name of the cluster; without it all of the namespace',
      required: false,
      completer: 'cluster',
    },
  ],
  options: maintenanceOptions,
  rights: [
    { group: CNPG_GROUP, resource: 'clusters', verbs: ['get', 'patch'] },
    { group: CNPG_GROUP, resource: 'clusters', verbs: ['list'], without: 'each cluster has to be named' },
    {
      group: 'policy',
      resource: 'poddisruptionbudgets',
      verbs: ['list'],
      without: 'whether the disruption budgets followed is not proved',
    },
  ],
  changes: true,
  ownTimeout: true,
  exitCodes: changeExitCodes,
} as const

const HABITS =
  'Without CLUSTER all clusters of the namespace are meant, which has to be confirmed: by the word that is asked for, or --yes.\n' +
  'reusePVC is left as it is unless --reusePVC is given; the official plugin sets it to false then.'

export const maintenanceSet: Command = {
  ...shared,
  name: 'set',
  summary: 'Open the node maintenance window',
  description: `Before nodes are drained. ${HABITS}`,
  examples: [
    { summary: 'One cluster', line: 'maintenance set mycluster' },
    {
      summary: 'Drained instances shall be made anew on other nodes',
      line: 'maintenance set mycluster --reusePVC=false',
    },
    { summary: 'All clusters there are, without being asked', line: 'maintenance set --all-namespaces --yes' },
  ],
  run: (invocation, context) => run(true, invocation, context),
}

export const maintenanceUnset: Command = {
  ...shared,
  name: 'unset',
  summary: 'Close the node maintenance window',
  description: `When the nodes are back. ${HABITS}`,
  examples: [
    { summary: 'One cluster', line: 'maintenance unset mycluster' },
    { summary: 'All of a namespace', line: 'maintenance unset -n shop --yes' },
  ],
  run: (invocation, context) => run(false, invocation, context),
}

async function run(open: boolean, invocation: Invocation, context: Context): Promise<number> {
  const name = invocation.args['CLUSTER'] as string | undefined
  const everywhere = invocation.options['all-namespaces'] === true
  const reusePVC = reusePVCOf(invocation.options)
  if (name !== undefined && everywhere) {
    throw new CliError({ kind: 'usage', message: `--all-namespaces and a cluster (${name}) exclude each other` })
  }
  const { namespace } = await context.session()
  const scope: MaintenanceScope =
    name !== undefined ? { kind: 'cluster', name } : everywhere ? { kind: 'all' } : { kind: 'namespace', namespace }
  const intent: MaintenanceIntent = { open, reusePVC, scope }
  const { clock } = context.host
  const read = (reading: Reading): Promise<MaintenanceState> => readMaintenance(scope, reading, clock)
  const change: Change<MaintenanceState, MaintenanceState> = {
    subject: name ?? 'clusters',
    read,
    refresh: ({ barred }, reading) => readMaintenance(scope, reading, clock, barred),
    plan: (state) => planMaintenance(state, intent),
    observe: (reading) => readMaintenance(scope, reading, clock, []),
    goal: (_plan, before) => goalOfMaintenance(intent, before.clusters.map(fullName)),
    done: ({ target }, { seconds, reason }) => {
      const rest = reason === null ? 'the disruption budgets are in line' : reason
      return `Maintenance window of ${target} ${open ? 'opened' : 'closed'} in ${secondsText(seconds)}: ${rest}`
    },
  }
  return runChange(change, invocation, context)
}
