import type { ClusterStatus } from '../cluster-status.ts'

/** Between what points a cluster can be recovered; null is unknown. */
export interface RecoveryWindow {
  /** ISO 8601 in UTC. */
  from: string | null
  /** When the last WAL file was archived. */
  until: string | null
  /** Position up to which WAL is archived. */
  untilLsn: bigint | null
  lastWal: string | null
  /** Whether archiving works; `unknown`: the primary did not tell. */
  archiving: ClusterStatus['archiving']['state']
}

/** Of a cluster that does not tell. */
export const UNKNOWN_WINDOW: RecoveryWindow = {
  from: null,
  until: null,
  untilLsn: null,
  lastWal: null,
  archiving: 'unknown',
}

/** Digits of the name of a WAL file. */
const WAL_NAME = 24
/** Bytes of a WAL file unless the cluster was initialised with another size. */
const SEGMENT = 16n << 20n

/** The window of a cluster that is there. */
export function recoveryWindow(
  { backup, archiving }: ClusterStatus,
  segmentMegabytes: number | undefined,
): RecoveryWindow {
  const segment = segmentMegabytes === undefined ? SEGMENT : BigInt(segmentMegabytes) << 20n
  return {
    from: backup.firstRecoverabilityPoint ?? Object.values(backup.firstRecoverabilityPointByMethod).sort()[0] ?? null,
    until: archiving.lastArchivedAt?.replace(/\.\d+Z$/, 'Z') ?? null,
    untilLsn: walEnd(archiving.lastArchivedWal, segment),
    // The label file of a backup is archived under the name of a WAL file, too.
    lastWal: archiving.lastArchivedWal?.slice(0, WAL_NAME) ?? null,
    archiving: archiving.state,
  }
}

/** The position behind the end of a WAL file; null when the text is no name of one. */
export function walEnd(name: string | null, segment: bigint = SEGMENT): bigint | null {
  const match = /^[0-9A-F]{8}([0-9A-F]{8})([0-9A-F]{8})/.exec(name ?? '')
  if (match === null) return null
  return (BigInt(`0x${match[1]}`) << 32n) + (BigInt(`0x${match[2]}`) + 1n) * segment
}
