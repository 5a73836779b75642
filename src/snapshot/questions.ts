import type { Cluster } from '../api/cluster.ts'
import type { Pod } from '../api/pod.ts'
import type { InstanceReading } from '../api/snapshot.ts'
import { hasOddSetting } from './setting-signs.ts'

/** What is to be asked of one instance after its status. */
export interface Question {
  pod: Pod
  /** Settings, errors of the configuration files, foreign standbys: by SQL. */
  sql: boolean
  /** Free space by `df`. */
  volumes: boolean
}

/**
 * The questions that the answers raise and only SQL or `df` can settle (design 5): which parameter waits for a restart, what is
 * wrong with the configuration of an instance whose loaded one differs from the others' or is not in force as the Cluster has it,
 * and how much room is left when the archive fails. With `-v` everything is asked of every instance that answered, with `freeSpace` that of
 * their volumes.
 */
export function questionsOf(
  cluster: Cluster,
  pods: readonly Pod[],
  readings: readonly InstanceReading[],
  { verbose, freeSpace = false }: { verbose: number; freeSpace?: boolean },
): Question[] {
  const common = commonHash(readings)
  const failing = cluster.status?.conditions?.some(
    (condition) => condition.type === 'ContinuousArchiving' && condition.status === 'False',
  )
  return pods.flatMap((pod) => {
    const reading = readings.find((candidate) => candidate.pod === pod.metadata.name)
    if (reading?.status.ok !== true) return []
    const status = reading.status.value
    const settings = reading.metrics.ok ? reading.metrics.value.settings : undefined
    const hash = status.loadedConfigurationHash
    const sql =
      verbose > 0 ||
      status.pendingRestart === true ||
      status.pendingRestartForDecrease === true ||
      (hash !== undefined && hash !== common) ||
      (settings !== undefined && hasOddSetting(cluster.spec.postgresql?.parameters ?? {}, settings))
    const volumes =
      verbose > 0 ||
      freeSpace ||
      (status.isPrimary === true &&
        (failing === true || lastFailed(status.lastArchivedWALTime, status.lastFailedWALTime)))
    return sql || volumes ? [{ pod, sql, volumes }] : []
  })
}

/** The loaded configuration that most instances have. */
function commonHash(readings: readonly InstanceReading[]): string | undefined {
  const counts = new Map<string, number>()
  for (const { status } of readings) {
    const hash = status.ok ? status.value.loadedConfigurationHash : undefined
    if (hash !== undefined) counts.set(hash, (counts.get(hash) ?? 0) + 1)
  }
  return [...counts].sort(([, a], [, b]) => b - a)[0]?.[0]
}

/** True when the newest attempt to archive failed; times that cannot be read (`-infinity`, absent) are before all others. */
function lastFailed(archived: string | undefined, failed: string | undefined): boolean {
  const time = (text: string | undefined): number => {
    const at = Date.parse(text ?? '')
    return Number.isNaN(at) ? 0 : at
  }
  return time(failed) > time(archived)
}
