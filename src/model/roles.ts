import type { InstanceStatus } from '../api/instance-status.ts'
import type { InstanceRole, PodFacts } from './cluster-status.ts'
import type { ModelContext } from './context.ts'
import { isFenced } from './fencing.ts'

const TEXTS: Record<InstanceRole, string> = {
  primary: 'Primary',
  'designated-primary': 'Designated primary',
  'standby-sync': 'Standby (sync)',
  'standby-potential': 'Standby (potential sync)',
  'standby-async': 'Standby (async)',
  'standby-catchup': 'Standby (catching up)',
  'standby-paused': 'Standby (paused)',
  'standby-file-based': 'Standby (file based)',
  'standby-not-streaming': 'Standby (not streaming)',
  'standby-streaming': 'Standby (streaming)',
  'standby-rewinding': 'Standby (pg_rewind)',
  'standby-starting': 'Standby (starting up)',
  'standby-replica-cluster': 'Standby (in Replica Cluster)',
  standby: 'Standby',
  fenced: 'Fenced',
  joining: 'Joining',
  unknown: 'Unknown',
}

export function roleText(role: InstanceRole): string {
  return TEXTS[role]
}

/**
 * Replication role of an instance that answered (spec/wire-formats.md G.2), with its traps avoided: fenced is what the
 * annotation fences; without a primary's answer a streaming standby is no "Unknown" and one that lost its primary is
 * not "file based".
 */
export function answeredRole(
  context: ModelContext,
  name: string,
  status: InstanceStatus,
  pod: PodFacts | null,
): InstanceRole {
  if (status.mightBeUnavailable) return isFenced(context.fencing, name) ? 'fenced' : namedRole(context, name)
  if (status.isPrimary) return 'primary'
  if (context.isReplicaCluster && name === context.cluster.status?.currentPrimary) return 'designated-primary'
  if (!status.isWalReceiverActive) return detachedRole(context, status, pod)
  if (status.replayPaused) return 'standby-paused'
  return streamingRole(context, name) ?? 'standby-streaming'
}

/** Role of an instance that did not answer: what the Cluster, the fence and the primary's record say of it. */
export function silentRole(context: ModelContext, name: string): InstanceRole {
  if (isFenced(context.fencing, name)) return 'fenced'
  const role = namedRole(context, name)
  return role === 'standby' ? (rowRole(context, name) ?? role) : role
}

/** By the name that the Cluster gives to its primary. */
function namedRole(context: ModelContext, name: string): InstanceRole {
  const { currentPrimary } = context.cluster.status ?? {}
  if (name !== currentPrimary) return currentPrimary ? 'standby' : 'unknown'
  if (context.isReplicaCluster) return 'designated-primary'
  // Somebody else already is: the Cluster's word is stale.
  return context.primary && context.primary.name !== name ? 'standby' : 'primary'
}

/** Without a WAL receiver. Only with a primary at work and an archive configured is a standby fed from files. */
function detachedRole(context: ModelContext, status: InstanceStatus, pod: PodFacts | null): InstanceRole {
  if (status.isPgRewindRunning) return 'standby-rewinding'
  if (!pod?.ready) return 'standby-starting'
  const { spec } = context.cluster
  const archive =
    Boolean(spec.backup?.barmanObjectStore) || Boolean(spec.plugins?.some((plugin) => plugin.isWALArchiver))
  return (context.primary && archive) || context.isReplicaCluster ? 'standby-file-based' : 'standby-not-streaming'
}

function streamingRole(context: ModelContext, name: string): InstanceRole | undefined {
  const rows = context.primary?.status.replicationInfo ?? []
  if (context.isReplicaCluster && rows.length === 0) return 'standby-replica-cluster'
  return rowRole(context, name)
}

/** By the primary's own row of this standby. */
function rowRole(context: ModelContext, name: string): InstanceRole | undefined {
  const row = context.primary?.status.replicationInfo?.find((candidate) => candidate.applicationName === name)
  // Without the right to see more the row only tells that there is a connection (spec/wire-formats.md A.7).
  if (!row?.state) return undefined
  if (row.state !== 'streaming') return 'standby-catchup'
  if (row.syncState === 'sync' || row.syncState === 'quorum') return 'standby-sync'
  return row.syncState === 'potential' ? 'standby-potential' : 'standby-async'
}
