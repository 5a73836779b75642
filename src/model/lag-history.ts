import type { ClusterStatus } from './cluster-status.ts'

/** Bytes that each instance was behind in replaying, oldest first; null where it was not known. */
export type LagHistory = ReadonlyMap<string, readonly (number | null)[]>

/**
 * The history with one more sample of every instance. A primary, and a standby of which the primary does not tell, is
 * not known to lag. Instances that are gone lose their history; all others have the same number of samples, at most `most`.
 */
export function withLagSample(history: LagHistory, status: ClusterStatus, most: number): LagHistory {
  const length = Math.min(most, 1 + Math.max(0, ...[...history.values()].map((samples) => samples.length)))
  const lags = new Map(status.replication.standbys.map((row) => [row.name, row.replayLagBytes]))
  return new Map(
    status.instances.map(({ name }) => {
      const before = history.get(name) ?? []
      const samples = [...before, lags.get(name) ?? null]
      const unknown = Array<null>(Math.max(0, length - samples.length)).fill(null)
      return [name, [...unknown, ...samples].slice(-length)]
    }),
  )
}
