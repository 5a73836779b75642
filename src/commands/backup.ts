import { CNPG_GROUP } from '../api/constants.ts'
import type { Command, CommandEntry } from '../cli/command.ts'
import { Exit } from '../errors/exit-codes.ts'
import { creatingOptions } from './change/options.ts'
import { readingRights } from './change/rights.ts'
import { backupOptions } from './backup/options.ts'

const group = 'Database administration'

/** `--wait` follows a backup for so long, in milliseconds: as the finding backup-running has it for too long. */
const FOLLOW_MS = 12 * 3_600_000

const subcommands: readonly CommandEntry[] = [
  {
    name: 'list',
    group,
    summary: 'List backups, newest first',
    load: async () => (await import('./backup/list.ts')).default,
  },
  {
    name: 'show',
    group,
    summary: 'Show everything that is known of a backup',
    load: async () => (await import('./backup/show.ts')).default,
  },
  {
    name: 'schedules',
    group,
    summary: 'List scheduled backups and when they run next',
    load: async () => (await import('./backup/schedules.ts')).default,
  },
]

const backup: Command = {
  name: 'backup',
  group,
  summary: 'Ask for a backup, and follow it',
  description:
    'Looks whether the backup can succeed, and creates the Backup object. It returns once the operator has been asked; --wait ' +
    'follows the backup to its end, and exits by its outcome.',
  args: [{ name: 'CLUSTER', summary: 'Name of the cluster', required: true, completer: 'cluster' }],
  options: [...backupOptions, ...creatingOptions(FOLLOW_MS)],
  examples: [
    { summary: 'Make a backup and wait for it, at most an hour', line: 'backup mycluster --wait --timeout 1h' },
    {
      summary: 'By volume snapshots, of the running primary',
      line: 'backup mycluster -m volumeSnapshot -t primary --online true',
    },
    {
      summary: 'In a script, under a name of its own',
      line: 'backup mycluster --backup-name before-upgrade --yes --wait',
    },
    { summary: 'The manifest', line: 'backup mycluster --dry-run' },
  ],
  rights: [
    ...readingRights,
    { group: CNPG_GROUP, resource: 'backups', verbs: ['create'] },
    { group: CNPG_GROUP, resource: 'backups', verbs: ['get'], without: '--wait cannot be used' },
    { group: '', resource: 'pods', verbs: ['get'], without: '--wait shows no progress' },
  ],
  changes: true,
  ownTimeout: true,
  exitCodes: [
    { code: Exit.ok, meaning: 'requested; with --wait: the backup is completed' },
    { code: Exit.failed, meaning: 'refused, not confirmed, or the backup failed' },
    { code: Exit.timeout, meaning: 'with --wait: it was still running at the end of --timeout' },
  ],
  subcommands,
  run: async (invocation, context) => (await import('./backup/run-backup.ts')).runBackup(invocation, context),
}

export default backup
