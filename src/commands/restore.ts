import { CNPG_GROUP } from '../api/constants.ts'
import type { Command } from '../cli/command.ts'
import { Exit } from '../errors/exit-codes.ts'
import { backupRights } from './backup/rights.ts'
import { creatingOptions } from './change/options.ts'
import { ownedRights } from './change/owned-objects.ts'
import { readingRights } from './change/rights.ts'
import { restoreOptions } from './restore/options.ts'

/** `--wait` follows a restore for so long, in milliseconds. */
const FOLLOW_MS = 24 * 3_600_000

const restore: Command = {
  name: 'restore',
  group: 'Database administration',
  summary: 'Restore a cluster from its backups as a new one',
  description:
    'Prints the manifest of a new Cluster that recovers from the backups of CLUSTER, or creates it with --apply. A cluster is never ' +
    'restored in place. Looks first whether the target can be recovered, takes over what the new cluster has in common with the ' +
    'source, and gives it a folder of its own for its WAL. CLUSTER may be gone: its Backup objects are enough.',
  args: [
    {
      name: 'CLUSTER',
      summary: 'The cluster whose backups are meant',
      required: false,
      completer: 'restorable-cluster',
    },
  ],
  options: [...restoreOptions, ...creatingOptions(FOLLOW_MS)],
  examples: [
    {
      summary: 'The newest state there is, as a manifest',
      line: 'restore mycluster --name mycluster-2 > mycluster-2.yaml',
    },
    {
      summary: 'As it was before the mistake, with one instance to look at it',
      line: 'restore mycluster --to-time 2026-11-23T05:40:00Z --instances 1 --apply',
    },
    { summary: 'The end of a certain backup', line: 'restore --backup mycluster-20261123030000 --apply --wait' },
    { summary: 'Would the operator take it?', line: 'restore mycluster --dry-run=server' },
  ],
  rights: [
    ...readingRights,
    {
      group: CNPG_GROUP,
      resource: 'backups',
      verbs: ['get', 'list'],
      without: 'only the archive itself can be restored',
    },
    ...backupRights,
    { group: CNPG_GROUP, resource: 'clusters', verbs: ['create'], without: 'the manifest can only be printed' },
    ...ownedRights,
  ],
  changes: true,
  changesWith: 'apply',
  ownTimeout: true,
  exitCodes: [
    { code: Exit.ok, meaning: 'printed; with --apply: requested; with --wait: the new primary answers' },
    { code: Exit.failed, meaning: 'it cannot be restored so, was not confirmed, or the restore failed' },
    { code: Exit.timeout, meaning: 'with --wait: it was still being restored at the end of --timeout' },
  ],
  run: async (invocation, context) => (await import('./restore/run-restore.ts')).runRestore(invocation, context),
}

export default restore
