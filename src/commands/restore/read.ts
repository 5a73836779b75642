import type { Cluster } from '../../api/cluster.ts'
import type { Backup } from '../../api/companions.ts'
import type { ClusterSnapshot } from '../../api/snapshot.ts'
import type { Context } from '../../cli/command.ts'
import { CliError } from '../../errors/cli-error.ts'
import { pathOf, Resources } from '../../kube/resources.ts'
import { backupFacts } from '../../model/backups/report.ts'
import type { RestoreState } from '../../plan/restore-view.ts'
import { readBackups } from '../../snapshot/backup-objects.ts'
import { clusterReader } from '../change/cluster.ts'
import type { Reading } from '../change/run.ts'

/** The cluster that a Backup is of. Throws CliError. */
export async function clusterOfBackup(name: string, { session, signal }: Reading): Promise<string> {
  const path = pathOf(Resources.backups, { namespace: session.namespace, name })
  return (await session.getJson<Backup>(path, { signal })).spec.cluster.name
}

/**
 * Reads what a restore of `cluster` is planned from. Where the Cluster is gone its backups are enough; where Backups may not be
 * listed the Cluster is, unless one was `named`. Throws CliError when there is neither.
 */
export async function readGround(
  cluster: string,
  name: string,
  named: boolean,
  reading: Reading,
  context: Context,
): Promise<RestoreState> {
  const { session, signal } = reading
  const { namespace } = session
  const { clock } = context.host
  const unread: string[] = []
  const [read, snapshot, taken] = await Promise.all([
    readBackups(session, { namespace, cluster }, { clock, signal }).catch((error: unknown) => {
      if (named || !(error instanceof CliError) || error.kind !== 'forbidden') throw error
      unread.push(`Backups may not be listed (${error.message}): only what the Cluster says is known`)
      return undefined
    }),
    sourceOf(cluster, reading, context),
    exists(name, reading),
  ])
  return {
    takenAt: clock.now().toISOString(),
    namespace,
    cluster,
    snapshot,
    backups: read === undefined ? [] : backupFacts(read),
    taken,
    unread: [...unread, ...(read?.unread ?? [])],
  }
}

async function sourceOf(cluster: string, reading: Reading, context: Context): Promise<ClusterSnapshot | null> {
  try {
    return await clusterReader(cluster, context).whole(reading)
  } catch (error) {
    if (error instanceof CliError && error.kind === 'missing') return null
    throw error
  }
}

async function exists(name: string, { session, signal }: Reading): Promise<boolean> {
  try {
    await session.getJson<Cluster>(pathOf(Resources.clusters, { namespace: session.namespace, name }), { signal })
    return true
  } catch (error) {
    if (error instanceof CliError && error.kind === 'missing') return false
    throw error
  }
}
