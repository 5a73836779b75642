import type { Backup } from '../../api/companions.ts'
import type { BaseBackupProgress } from '../../api/snapshot.ts'
import type { Context, Invocation } from '../../cli/command.ts'
import { CliError } from '../../errors/cli-error.ts'
import { pathOf, Resources } from '../../kube/resources.ts'
import { backupTook } from '../../model/backups/runs.ts'
import { buildStatus } from '../../model/status.ts'
import { planBackup } from '../../plan/backup.ts'
import type { BackupState } from '../../plan/backup.ts'
import { goalOfBackup } from '../../plan/backup-goal.ts'
import type { BackupSight } from '../../plan/backup-goal.ts'
import { defaultBackupName } from '../../plan/backup-object.ts'
import { clusterReader } from '../change/cluster.ts'
import { showManifest } from '../change/manifest.ts'
import { runChange } from '../change/run.ts'
import type { Change, Reading } from '../change/run.ts'
import { secondsText } from '../change/view.ts'
import { backupWish } from './options.ts'
import { progressReader } from './progress.ts'

/** Rest between two looks at a backup, in milliseconds: it takes minutes, or hours. */
const POLL_MS = 500
/** So many backups of one second are told apart. */
const MOST_NAMES = 5

/** `backup CLUSTER`: asks for a backup and, with `--wait`, follows it. */
export async function runBackup(invocation: Invocation, context: Context): Promise<number> {
  const cluster = invocation.args['CLUSTER'] as string
  const wish = backupWish(invocation.options)
  const reader = clusterReader(cluster, context)
  const names = candidates(wish.name, cluster, context.host.clock.now())
  // Settled by the first reading: what was agreed to is what is sent.
  let name = names[0] as string
  let progress: ((backup: Backup, reading: Reading) => Promise<BaseBackupProgress | undefined>) | undefined
  const change: Change<BackupState, BackupSight> = {
    subject: cluster,
    read: async (reading) => {
      const [snapshot, taken] = await Promise.all([reader.whole(reading), takenOf(names, reading)])
      name = names.find((each) => !taken.includes(each)) ?? name
      return { snapshot, taken }
    },
    plan: (state) => planBackup(state, { ...wish, name }),
    observe: async (reading) => {
      const backup = await readBackup(name, reading)
      progress ??= progressReader(context.host.clock)
      return { backup, progress: backup === undefined ? undefined : await progress(backup, reading) }
    },
    goal: (_plan, { snapshot }) => goalOfBackup(usualSeconds(snapshot)),
    pollMs: POLL_MS,
    dryRun: showManifest,
    done: (_plan, { seconds, reason }) =>
      `backup/${name} completed after ${secondsText(seconds)}${reason === null || reason === '' ? '' : `: ${reason}`}`,
  }
  return runChange(change, invocation, context)
}

function candidates(given: string | undefined, cluster: string, at: Date): string[] {
  if (given !== undefined) return [given]
  return Array.from({ length: MOST_NAMES }, (_, index) => defaultBackupName(cluster, at, index))
}

/** Those of the names that are taken; the later ones are asked for only when the earlier are. */
async function takenOf(names: readonly string[], reading: Reading): Promise<string[]> {
  const taken: string[] = []
  for (const name of names) {
    if ((await readable(name, reading)) === 'free') return taken
    taken.push(name)
  }
  return taken
}

/** Who may create Backups but not read them is told by the server when a name is taken. */
async function readable(name: string, reading: Reading): Promise<'free' | 'taken'> {
  try {
    return (await readBackup(name, reading)) === undefined ? 'free' : 'taken'
  } catch (error) {
    if (error instanceof CliError && error.kind === 'forbidden') return 'free'
    throw error
  }
}

async function readBackup(name: string, { session, signal }: Reading): Promise<Backup | undefined> {
  try {
    return await session.getJson<Backup>(pathOf(Resources.backups, { namespace: session.namespace, name }), { signal })
  } catch (error) {
    if (error instanceof CliError && error.kind === 'missing') return undefined
    throw error
  }
}

/** Seconds that the last backup took. */
function usualSeconds(snapshot: BackupState['snapshot']): number | null {
  const { history } = buildStatus(snapshot).backup
  return backupTook((history.items ?? []).find((run) => run.phase === 'completed'))
}
