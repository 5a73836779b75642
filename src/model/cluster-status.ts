import type { Archiving, Backup, BaseBackup } from './backup-status.ts'
import type {
  AppliedObject,
  DisruptionBudget,
  JobStatus,
  ManagedRoles,
  Plugin,
  PoolerStatus,
  Tablespace,
  VolumeStatus,
} from './companion-status.ts'
import type { InstanceState, Reached } from './instance-state.ts'
import type { Listing, Problem } from './problem.ts'
import type { Replication, Slot, Synchronous } from './replication-status.ts'

export type { Archiving, Backup, BackupRun, BaseBackup, PluginBackup, Schedule } from './backup-status.ts'
export type {
  AppliedObject,
  DisruptionBudget,
  JobStatus,
  ManagedRoles,
  Plugin,
  PoolerStatus,
  Tablespace,
  VolumeStatus,
} from './companion-status.ts'
export type { InstanceRole, InstanceState, PodFacts, Reached } from './instance-state.ts'
export type { Listing, Problem } from './problem.ts'
export type { Replication, Slot, StandbyRow, Synchronous } from './replication-status.ts'

/**
 * What is known about one cluster at one moment: the model behind every view, the JSON output and the rules. A plain
 * value. `null` means unknown or not there and never zero. Times are ISO 8601 in UTC, ages and lags seconds, sizes bytes
 * (numbers: exact up to 2^53, more WAL than any server holds), LSNs and system identifiers text.
 */
export interface ClusterStatus {
  schemaVersion: 1
  /** The moment to which ages and days left relate. */
  takenAt: string
  clientVersion: string
  context: string | null
  layout: Layout
  /** Highest instance manager version, else what pods, PVCs or the Cluster's objects say (spec/screens.md 1). */
  operatorVersion: string | null
  summary: Summary
  hibernation: Hibernation | null
  demotionToken: Token | null
  promotionToken: Token | null
  synchronous: Synchronous | null
  certificates: Certificate[]
  backup: Backup
  archiving: Archiving
  baseBackups: BaseBackup[]
  replication: Replication
  /** Every slot of the primary; null when the primary did not tell. */
  slots: Slot[] | null
  managedRoles: ManagedRoles
  tablespaces: Tablespace[]
  disruptionBudgets: Listing<DisruptionBudget>
  plugins: Plugin[]
  poolers: Listing<PoolerStatus>
  databases: Listing<AppliedObject>
  /** The next three are null when they were not asked for. */
  publications: Listing<AppliedObject> | null
  subscriptions: Listing<AppliedObject> | null
  databaseRoles: Listing<AppliedObject> | null
  jobs: Listing<JobStatus> | null
  volumes: Listing<VolumeStatus> | null
  instances: InstanceState[]
  /** How the instances were reached: the ways in use and the sentence when it was not the first one. */
  reached: Reached
  /** Texts of the primary's files, at the second level of detail. */
  configuration: { customConf: string; hbaConf: string } | null
  conditions: ConditionStatus[]
  /** Every part of the snapshot that could not be read. */
  problems: Problem[]
}

/** `seed`: the screen of operators up to 1.15; `current`: all later ones. */
export type Layout = 'seed' | 'current'

export interface Summary {
  name: string
  namespace: string
  createdAt: string | null
  systemId: string | null
  /** The image the operator wants, from status, else spec, else what the primary runs. */
  image: string | null
  /** Images the instances really run, each with the names of the pods; more than one during a rollout. */
  imagesRunning: { image: string; instances: string[] }[]
  isReplicaCluster: boolean
  /** `spec.replica.source` of a replica cluster. */
  source: string | null
  /** The primary (of a replica cluster: the designated primary) as the Cluster object names it. */
  primary: string | null
  targetPrimary: string | null
  /** The instance that answers as the primary; null when none does. */
  answeringPrimary: string | null
  transition: Transition
  primaryFailingSince: string | null
  promotedAt: string | null
  /** When the target was set: since then a switchover or failover runs. */
  targetSetAt: string | null
  phase: string | null
  phaseReason: string | null
  /** How the operator's phase is to be taken (colours of spec/wire-formats.md B.4). */
  phaseKind: 'good' | 'warn' | 'bad'
  instancesWanted: number | null
  instancesExisting: number | null
  instancesReady: number | null
  fencing: Fencing
  size: Size
  currentLsn: string | null
  timeline: number | null
  walFile: string | null
  maintenance: { inProgress: boolean; reusePVC: boolean } | null
  /** From where the cluster was made. */
  bootstrap: { method: 'initdb' | 'recovery' | 'pg_basebackup'; origin: string | null } | null
  /** `supervised` asks the user to finish a rollout of the primary. */
  primaryUpdateStrategy: 'unsupervised' | 'supervised'
  primaryUpdateMethod: 'restart' | 'switchover'
  /** The operator that looks after the cluster, as far as the user may see it; null: not known. */
  operator: Operator | null
}

/** A Deployment of the operator. Without a namespace: there is none in any namespace, or it goes by other labels. */
export interface Operator {
  namespace: string | null
  version: string | null
  /** Replicas that are wanted. */
  replicas: number
  /** Replicas that are available; with none nobody acts on the cluster. */
  ready: number
}

/** What happens between the named and the target primary. */
export type Transition = 'none' | 'initializing' | 'electing' | 'switching'

export interface Fencing {
  all: boolean
  /** Fenced instances; all of them by name when `all`. Sorted. */
  instances: string[]
  primaryFenced: boolean
  /** Set when the annotation cannot be read as a JSON list. */
  error: string | null
}

/** Sizes of the primary. */
export interface Size {
  databaseBytes: number | null
  walBytes: number | null
}

export interface Hibernation {
  /** The annotation asks for it. */
  requested: boolean
  /** The condition is True. */
  hibernated: boolean
  reason: string | null
  message: string | null
  since: string | null
}

export interface Token {
  token: string
  /** Why it is not valid; null when it is. */
  error: string | null
  /** True when the text is base64 of a JSON object. */
  decoded: boolean
  timeline: string | null
  redoWalFile: string | null
  redoLsn: string | null
  systemId: string | null
  /** Does the identifier equal the primary's? null: there is no primary to compare with. */
  systemIdMatches: boolean | null
  checkpointTime: string | null
  operatorVersion: string | null
}

export interface Certificate {
  name: string
  /** The roles in which the Cluster uses the secret. */
  roles: ('server CA' | 'server' | 'client CA' | 'replication' | 'pooler')[]
  /** Named in the spec, thus renewed by the user; else by the operator, 7 days before the end. */
  userGiven: boolean
  expiresAt: string | null
  /** The text as the Cluster holds it. */
  expiresText: string
  daysLeft: number | null
}

export interface ConditionStatus {
  type: string
  status: string
  reason: string | null
  message: string | null
  since: string | null
}
