import { CNPG_GROUP } from '../../api/constants.ts'
import type { Command, Context, Invocation } from '../../cli/command.ts'
import { Exit } from '../../errors/exit-codes.ts'
import { everywhereOption } from '../cluster-or-everywhere.ts'
import { chooseOutput, outputOption, tableOptions } from '../output-options.ts'
import { backupRights } from './rights.ts'
import { lookOf, reading } from './scope.ts'

/** Columns that people sort by, of one cluster and of many. */
const SORTED_BY = [
  'name',
  'started',
  'age',
  'duration',
  'size',
  'phase',
  'method',
  'wal',
  'retention',
  'cluster',
  'namespace',
]

const list: Command = {
  name: 'list',
  group: 'Database administration',
  summary: 'List backups, newest first',
  description:
    'Shows how each backup ended, how old it is against the retention of its store, and from which one a restore would begin now. ' +
    'Without CLUSTER the backups of the namespace, also those whose cluster is gone.',
  args: [{ name: 'CLUSTER', summary: 'Name of the cluster', required: false, completer: 'cluster' }],
  options: [everywhereOption('Those of all namespaces'), outputOption(), ...tableOptions(SORTED_BY)],
  examples: [
    { summary: 'The backups of a cluster', line: 'backup list mycluster' },
    { summary: 'Of all clusters, the oldest first', line: 'backup list -A --sort-by started' },
    {
      summary: 'Names of those that failed',
      line: 'backup list -o jsonpath=\'{.backups[?(@.phase=="failed")].name}\'',
    },
  ],
  rights: [{ group: CNPG_GROUP, resource: 'backups', verbs: ['list'] }, ...backupRights],
  changes: false,
  defaultTimeoutMs: 10_000,
  exitCodes: [
    { code: Exit.ok, meaning: 'listed, whatever became of the backups' },
    { code: Exit.failed, meaning: 'the backups could not be read, or there is no such cluster' },
  ],
  run,
}

export default list

async function run(invocation: Invocation, context: Context): Promise<number> {
  const { host, signal } = context
  const output = await chooseOutput(invocation.options)
  const look = await lookOf(invocation, context)
  const { readBackups } = await import('../../snapshot/backup-objects.ts')
  const session = await context.session()
  const read = await reading('Reading backups', context, () =>
    readBackups(session, look.scope, { clock: host.clock, signal }),
  )
  const { backupFacts } = await import('../../model/backups/report.ts')
  const backups = backupFacts(read)
  const text = await output.render(
    {
      names: () => backups.map(({ name }) => `backup.${CNPG_GROUP}/${name}`),
      data: () => ({ schemaVersion: 1, takenAt: read.takenAt, backups }),
      document: async ({ wide }) =>
        (await import('../../render/views/backups/list.ts')).backupListView(backups, { ...look, wide }),
    },
    context,
  )
  await host.stdout.write(text)
  return Exit.ok
}
