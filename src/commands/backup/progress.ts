import type { Cluster } from '../../api/cluster.ts'
import type { Backup } from '../../api/companions.ts'
import type { Pod } from '../../api/pod.ts'
import type { BaseBackupProgress } from '../../api/snapshot.ts'
import type { Clock } from '../../host/types.ts'
import { pathOf, Resources } from '../../kube/resources.ts'
import { baseBackupsBySql } from '../../snapshot/ways/sql.ts'
import type { Reading } from '../change/run.ts'

/** How often the server is asked, and how long it may take, in milliseconds. */
const EVERY_MS = 1000
const LIMIT_MS = 3000

/**
 * Asks the instance that makes a backup how far it is. Tools that copy the files themselves, as Barman Cloud does, show
 * nothing in pg_stat_progress_basebackup: then, and where the instance cannot be asked, it is undefined.
 */
export function progressReader(
  clock: Clock,
): (backup: Backup, reading: Reading) => Promise<BaseBackupProgress | undefined> {
  let last: { at: number; value: BaseBackupProgress | undefined } | undefined
  return async (backup, reading) => {
    const { phase, instanceID } = backup.status ?? {}
    if (instanceID?.podName === undefined || (phase !== 'running' && phase !== 'started')) return undefined
    if (last !== undefined && clock.monotonic() - last.at < EVERY_MS) return last.value
    const value = await ask(backup, instanceID.podName, reading).catch(() => undefined)
    last = { at: clock.monotonic(), value }
    return value
  }
}

async function ask(
  backup: Backup,
  name: string,
  { session, signal }: Reading,
): Promise<BaseBackupProgress | undefined> {
  const limit = AbortSignal.any([signal, AbortSignal.timeout(LIMIT_MS)])
  const { namespace } = session
  const [cluster, pod] = await Promise.all([
    session.getJson<Cluster>(pathOf(Resources.clusters, { namespace, name: backup.spec.cluster.name }), {
      signal: limit,
    }),
    session.getJson<Pod>(pathOf(Resources.pods, { namespace, name }), { signal: limit }),
  ])
  const rows = await baseBackupsBySql({ session, cluster, pod }, limit)
  const own = [backup.metadata.name, backup.status?.backupName]
  return rows.find((row) => own.includes(row.name)) ?? (rows.length === 1 ? rows[0] : undefined)
}
