import type { Backup } from '../../api/companions.ts'
import { CNPG_GROUP } from '../../api/constants.ts'
import type { Command, Context, Invocation } from '../../cli/command.ts'
import { CliError } from '../../errors/cli-error.ts'
import { nearestFirst } from '../../errors/nearest.ts'
import { Exit } from '../../errors/exit-codes.ts'
import type { BackupFacts } from '../../model/backups/report.ts'
import { backupName } from '../backup-name.ts'
import type { Reading } from '../change/run.ts'
import { chooseOutput, outputOption, tableOptions } from '../output-options.ts'
import { backupRights } from './rights.ts'
import { reading } from './scope.ts'

const show: Command = {
  name: 'show',
  group: 'Database administration',
  summary: 'Show everything that is known of a backup',
  description: 'Of one that runs also how far it is, as far as PostgreSQL knows of it.',
  args: [{ name: 'BACKUP', summary: 'Name of the Backup', required: true, completer: 'backup' }],
  options: [
    outputOption(['text', 'json', 'yaml', 'name', 'jsonpath=TEMPLATE']),
    ...tableOptions(['name', 'type', 'tablespace']),
  ],
  examples: [
    { summary: 'What became of it?', line: 'backup show mycluster-20261127031500' },
    { summary: 'For a script', line: "backup show mycluster-20261127031500 -o jsonpath='{.phase}'" },
  ],
  rights: [
    { group: CNPG_GROUP, resource: 'backups', verbs: ['list'] },
    ...backupRights,
    { group: '', resource: 'pods', verbs: ['get'], without: 'the progress of a running backup is not shown' },
    {
      group: '',
      resource: 'pods/exec',
      verbs: ['create', 'get'],
      without: 'the progress of a running backup is not shown',
    },
  ],
  changes: false,
  defaultTimeoutMs: 10_000,
  exitCodes: [
    { code: Exit.ok, meaning: 'shown, whatever became of the backup' },
    { code: Exit.failed, meaning: 'there is no such Backup, or it could not be read' },
  ],
  run,
}

export default show

async function run(invocation: Invocation, context: Context): Promise<number> {
  const { host, signal } = context
  const output = await chooseOutput(invocation.options)
  const name = backupName(invocation.args['BACKUP'] as string)
  const session = await context.session()
  const { facts, progress } = await reading(`Reading ${name}`, context, () => find(name, { session, signal }, context))
  const text = await output.render(
    {
      names: () => [`backup.${CNPG_GROUP}/${facts.name}`],
      data: () => ({ schemaVersion: 1, ...facts, progress }),
      document: async () =>
        (await import('../../render/views/backups/show.ts')).backupView(facts, {
          progress,
          restore: restoreCommand(facts),
        }),
    },
    context,
  )
  await host.stdout.write(text)
  return Exit.ok
}

async function find(
  name: string,
  { session, signal }: Reading,
  { host }: Context,
): Promise<{ facts: BackupFacts; progress: string | null; unread: string[] }> {
  const { readBackups } = await import('../../snapshot/backup-objects.ts')
  const scope = { namespace: session.namespace, cluster: undefined }
  const read = await readBackups(session, scope, { clock: host.clock, signal })
  const { backupFacts } = await import('../../model/backups/report.ts')
  const all = backupFacts(read)
  const facts = all.find((each) => each.name === name)
  const object = read.backups.find(({ metadata }) => metadata.name === name)
  if (facts === undefined || object === undefined) throw unknown(name, session.namespace, all)
  return { facts, progress: await progressText(object, { session, signal }, host), unread: read.unread }
}

async function progressText(backup: Backup, look: Reading, { clock }: Context['host']): Promise<string | null> {
  const { progressReader } = await import('./progress.ts')
  const progress = await progressReader(clock)(backup, look)
  if (progress === undefined) return null
  return (await import('../../plan/backup-goal.ts')).progressOf(progress).text
}

function unknown(name: string, namespace: string, all: readonly BackupFacts[]): CliError {
  const known = nearestFirst(
    name,
    all.map((each) => each.name),
  ).slice(0, 5)
  return new CliError({
    kind: 'missing',
    message: `there is no Backup "${name}" in namespace "${namespace}"`,
    hint: known.length === 0 ? 'There is none at all.' : `Backups there: ${known.join(', ')}`,
  })
}

/** Only a completed one can be restored. */
function restoreCommand({ phase, cluster, name, namespace }: BackupFacts): string | null {
  if (phase !== 'completed') return null
  return `kubectl cnpg restore ${cluster} --backup ${name}${namespace === 'default' ? '' : ` -n ${namespace}`}`
}
