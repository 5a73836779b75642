import { CNPG_GROUP } from '../api/constants.ts'
import type { ClusterSnapshot } from '../api/snapshot.ts'
import type { Command, Context, Invocation } from '../cli/command.ts'
import { planReload } from '../plan/reload.ts'
import { goalOfReload } from '../plan/reload-goal.ts'
import type { AskDetails } from '../snapshot/observe.ts'
import { clusterReader } from './change/cluster.ts'
import { changeExitCodes } from './change/exit-codes.ts'
import { changeOptions } from './change/options.ts'
import { readingRights } from './change/rights.ts'
import { runChange } from './change/run.ts'
import type { Change } from './change/run.ts'
import { secondsText } from './change/view.ts'

const reload: Command = {
  name: 'reload',
  group: 'Cluster administration',
  summary: 'Let the instances read their configuration again',
  description:
    'Waits until every value of spec.postgresql.parameters is live on every instance, and names what waits for a restart.',
  args: [{ name: 'CLUSTER', summary: 'Name of the cluster', required: true, completer: 'cluster' }],
  options: changeOptions,
  examples: [
    { summary: 'Reload and prove it', line: 'reload mycluster' },
    { summary: 'Which values are not live?', line: 'reload mycluster --dry-run' },
  ],
  rights: [...readingRights, { group: CNPG_GROUP, resource: 'clusters', verbs: ['patch'] }],
  changes: true,
  ownTimeout: true,
  exitCodes: changeExitCodes,
  run,
}

export default reload

async function run(invocation: Invocation, context: Context): Promise<number> {
  const name = invocation.args['CLUSTER'] as string
  const reader = clusterReader(name, context)
  const { settingsBySql } = await import('../snapshot/ways/sql.ts')
  const details: AskDetails = (target, signal) => {
    return settingsBySql(target, Object.keys(target.cluster.spec.postgresql?.parameters ?? {}), signal)
  }
  const change: Change<ClusterSnapshot, ClusterSnapshot> = {
    subject: name,
    read: (reading) => reader.whole(reading, details),
    refresh: (before, reading) => reader.quick(before, reading),
    plan: (snapshot, at) => planReload(snapshot, at),
    observe: (reading) => reader.observe(reading, details),
    goal: (_plan, before) => goalOfReload(before),
    done: (_plan, outcome) => `Reload proved in ${secondsText(outcome.seconds)}: ${outcome.reason ?? ''}`,
  }
  return runChange(change, invocation, context)
}
