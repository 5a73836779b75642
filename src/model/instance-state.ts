import type { InstanceWay } from '../api/part.ts'
import type { WayFailureKind } from '../api/snapshot.ts'
import type { Problem } from './problem.ts'

/** Roles of spec/wire-formats.md G.2, and what can be said of an instance that did not answer. */
export type InstanceRole =
  | 'primary'
  | 'designated-primary'
  | 'standby-sync'
  | 'standby-potential'
  | 'standby-async'
  | 'standby-catchup'
  | 'standby-paused'
  | 'standby-file-based'
  | 'standby-not-streaming'
  | 'standby-streaming'
  | 'standby-rewinding'
  | 'standby-starting'
  | 'standby-replica-cluster'
  | 'standby'
  | 'fenced'
  | 'joining'
  | 'unknown'

export interface InstanceState {
  name: string
  role: InstanceRole
  /** The role in words, e.g. `Standby (async)`. */
  roleText: string
  /** `answered`: its own status is known. `silent`: it was asked in vain. `not-asked`: Kubernetes says that it cannot answer. `absent`: there is no pod. */
  presence: 'answered' | 'silent' | 'not-asked' | 'absent'
  /** Short text of the status column, e.g. `OK (pending restart)`. */
  statusText: string
  statusKind: 'good' | 'warn' | 'bad'
  /** One line about it, for under the table: the scheduler's, the image's or the network's words. */
  detail: string | null
  isPrimary: boolean | null
  /** The Cluster names it as the primary. */
  isNamedPrimary: boolean
  fenced: boolean
  currentLsn: string | null
  receivedLsn: string | null
  replayLsn: string | null
  timeline: number | null
  systemId: string | null
  replayPaused: boolean | null
  walReceiverActive: boolean | null
  rewinding: boolean | null
  pendingRestart: boolean | null
  pendingRestartForDecrease: boolean | null
  pendingSettings: { name: string; current: string; pending: string | null }[] | null
  configurationErrors: { file: string; line: number | null; name: string | null; error: string }[] | null
  mightBeUnavailable: boolean | null
  maskedError: string | null
  managerVersion: string | null
  managerUpgrading: boolean | null
  databaseBytes: number | null
  /** The text of an old manager, or of the bytes. */
  databaseSize: string | null
  walBytes: number | null
  walFilesWaiting: number | null
  secondsSinceLastArchival: number | null
  replicationLagSeconds: number | null
  serverVersion: string | null
  serverStartedAt: string | null
  mounts: { mount: string; totalBytes: number; freeBytes: number }[] | null
  pod: PodFacts | null
  /** The way by which it answered. */
  via: InstanceWay | 'file' | null
  problem: Problem | null
  failures: { way: InstanceWay; kind: WayFailureKind; reason: string; code: number | null; hint: string | null }[]
}

export interface PodFacts {
  phase: string | null
  ready: boolean
  readySince: string | null
  deleting: boolean
  createdAt: string | null
  startedAt: string | null
  restarts: number
  lastTermination: { reason: string | null; exitCode: number | null; at: string | null } | null
  qos: string | null
  node: string | null
  nodeReady: boolean | null
  zone: string | null
  podIP: string | null
  hostIP: string | null
  image: string | null
  operatorVersion: string | null
}

export interface Reached {
  ways: InstanceWay[]
  answered: number
  total: number
  /** One sentence when another way than the first one had to be used, or none worked. */
  note: string | null
}
