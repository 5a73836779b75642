import type { Cluster } from '../api/cluster.ts'
import type { ClusterSnapshot } from '../api/snapshot.ts'
import { recoveryBase } from '../model/backups/base.ts'
import type { RecoveryLimit } from '../model/backups/base.ts'
import type { BackupFacts } from '../model/backups/report.ts'
import type { ClusterStatus } from '../model/cluster-status.ts'
import { recoverySource } from '../model/recovery/source.ts'
import type { RecoverySource, RecoveryTarget, RestoreGround, RestoreIntent } from '../model/recovery/types.ts'
import { recoveryWindow, UNKNOWN_WINDOW } from '../model/recovery/window.ts'
import type { RecoveryWindow } from '../model/recovery/window.ts'
import { buildStatus } from '../model/status.ts'

/** What a restore is planned from. */
export interface RestoreState {
  /** ISO 8601 in UTC. */
  takenAt: string
  namespace: string
  /** Name of the cluster whose backups are meant. */
  cluster: string
  /** Null: the Cluster is gone. */
  snapshot: ClusterSnapshot | null
  /** Its backups. */
  backups: readonly BackupFacts[]
  /** A Cluster of the new name is there. */
  taken: boolean
  /** What could not be read and would have told more. */
  unread: readonly string[]
}

/** All that checks and facts are made from. */
export interface RestoreView {
  state: RestoreState
  intent: RestoreIntent
  ground: RestoreGround
  status: ClusterStatus | null
  window: RecoveryWindow
  from: RecoverySource | null
}

/** Looks at a state with an intent: which base, from where, and what can be recovered. */
export function viewOf(state: RestoreState, intent: RestoreIntent): RestoreView {
  const { namespace, cluster, snapshot, backups } = state
  const source: Cluster | null = snapshot?.cluster ?? null
  const named = backups.find(({ name }) => name === intent.backup)
  const base = intent.backup === null ? recoveryBase(backups, limitOf(intent.target)) : named
  const ground: RestoreGround = { namespace, cluster, source, base: base ?? null }
  const status = snapshot === null ? null : buildStatus(snapshot)
  const segment = (source?.spec.bootstrap?.initdb as { walSegmentSize?: number } | undefined)?.walSegmentSize
  const window = status === null ? UNKNOWN_WINDOW : recoveryWindow(status, segment)
  return { state, intent, ground, status, window, from: recoverySource(ground, intent) }
}

function limitOf(target: RecoveryTarget): RecoveryLimit {
  if (target.kind === 'time') return { time: target.time }
  return target.kind === 'lsn' ? { lsn: target.lsn } : undefined
}
