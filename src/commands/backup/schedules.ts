import { CNPG_GROUP } from '../../api/constants.ts'
import type { Command, Context, Invocation } from '../../cli/command.ts'
import { Exit } from '../../errors/exit-codes.ts'
import { everywhereOption } from '../cluster-or-everywhere.ts'
import { chooseOutput, outputOption, tableOptions } from '../output-options.ts'
import { lookOf, reading } from './scope.ts'

const schedules: Command = {
  name: 'schedules',
  group: 'Database administration',
  summary: 'List scheduled backups and when they run next',
  description:
    'Without CLUSTER those of the namespace. Late is a schedule whose moment has passed without the operator acting on it.',
  args: [{ name: 'CLUSTER', summary: 'Name of the cluster', required: false, completer: 'cluster' }],
  options: [
    everywhereOption('Those of all namespaces'),
    outputOption(),
    ...tableOptions(['name', 'next-run', 'last-run', 'state', 'schedule', 'method', 'cluster', 'namespace']),
  ],
  examples: [
    { summary: 'When is the next backup?', line: 'backup schedules mycluster' },
    { summary: 'Which are suspended, anywhere?', line: 'backup schedules -A --sort-by state' },
  ],
  rights: [
    { group: CNPG_GROUP, resource: 'scheduledbackups', verbs: ['list'] },
    {
      group: CNPG_GROUP,
      resource: 'clusters',
      verbs: ['get'],
      without: 'a cluster that is not there looks as one without schedules',
    },
  ],
  changes: false,
  defaultTimeoutMs: 10_000,
  exitCodes: [
    { code: Exit.ok, meaning: 'listed, late or not' },
    { code: Exit.failed, meaning: 'they could not be read, or there is no such cluster' },
  ],
  run,
}

export default schedules

async function run(invocation: Invocation, context: Context): Promise<number> {
  const { host, signal } = context
  const output = await chooseOutput(invocation.options)
  const look = await lookOf(invocation, context)
  const { readSchedules } = await import('../../snapshot/backup-objects.ts')
  const session = await context.session()
  const { items } = await reading('Reading scheduled backups', context, async () => ({
    items: await readSchedules(session, look.scope, { clock: host.clock, signal }),
  }))
  const { scheduleFacts } = await import('../../model/backups/schedules.ts')
  const takenAt = host.clock.now().toISOString()
  const facts = items.map((each) => scheduleFacts(each, takenAt))
  const text = await output.render(
    {
      names: () => facts.map(({ name }) => `scheduledbackup.${CNPG_GROUP}/${name}`),
      data: () => ({ schemaVersion: 1, takenAt, schedules: facts }),
      document: async ({ wide }) =>
        (await import('../../render/views/backups/schedules.ts')).schedulesView(facts, { ...look, wide }),
    },
    context,
  )
  await host.stdout.write(text)
  return Exit.ok
}
