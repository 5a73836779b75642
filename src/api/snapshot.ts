import type { InstanceStatus } from './instance-status.ts'
import type { Cluster } from './cluster.ts'
import type {
  Backup,
  Database,
  DatabaseRole,
  ObjectStore,
  Pooler,
  Publication,
  ScheduledBackup,
  Subscription,
} from './companions.ts'
import type { Job, KubeNode, PersistentVolumeClaim, PodDisruptionBudget } from './objects.ts'
import type { Pod } from './pod.ts'
import type { InstanceWay, MissingPart, Part } from './part.ts'

/** Everything read about one cluster at one moment; a plain value that can be saved, compared and rendered later. */
export interface ClusterSnapshot {
  schemaVersion: 1
  /** The moment to which ages and days left relate, ISO 8601 in UTC. */
  takenAt: string
  source: SnapshotSource
  cluster: Cluster
  objects: ClusterObjects
  /** One entry per instance known from pods (by pod name), in pod name order. */
  instances: InstanceReading[]
}

/** Several clusters, of one or several contexts, at one moment. */
export interface FleetSnapshot {
  schemaVersion: 1
  kind: 'Fleet'
  takenAt: string
  clusters: ClusterSnapshot[]
  /** What was asked for and could not be read: a cluster, or all those of a context. */
  unread: UnreadCluster[]
}

export interface UnreadCluster {
  context?: string
  namespace?: string
  name?: string
  problem: MissingPart
}

export interface SnapshotSource {
  namespace: string
  name: string
  context?: string
  server?: string
  /** Version of this program. */
  clientVersion: string
}

/** What the API server holds about the cluster; absent members were not asked for. */
export interface ClusterObjects {
  pods: Part<Pod[]>
  podDisruptionBudgets: Part<PodDisruptionBudget[]>
  backups: Part<Backup[]>
  scheduledBackups: Part<ScheduledBackup[]>
  poolers: Part<Pooler[]>
  /** Ends of the certificates that users gave to Poolers; absent when they gave none. */
  poolerCertificates?: Part<CertificateEnd[]>
  databases: Part<Database[]>
  publications?: Part<Publication[]>
  subscriptions?: Part<Subscription[]>
  databaseRoles?: Part<DatabaseRole[]>
  jobs?: Part<Job[]>
  persistentVolumeClaims?: Part<PersistentVolumeClaim[]>
  nodes?: Part<KubeNode[]>
  objectStore?: Part<ObjectStore>
  /** The operator's Deployments, wherever the user may look; empty only when every namespace was seen. An extra. */
  operator?: Part<OperatorDeployment[]>
  /** `custom.conf` and `pg_hba.conf` of the primary, at the second level of detail. */
  configuration?: Part<{ customConf: string; hbaConf: string }>
}

/** When the certificate in a Secret ends, ISO 8601 in UTC. */
export interface CertificateEnd {
  /** Of the Secret. */
  name: string
  expiresAt: string
}

/** What is told of an operator's Deployment. */
export interface OperatorDeployment {
  namespace: string
  name: string
  /** Version by the image's tag, else by the environment or the labels. */
  version?: string
  /** Replicas that are wanted, and those that are available. */
  replicas: number
  available: number
  /** Namespaces it looks after; absent: all. */
  watches?: string[]
}

/** What one instance said, and by which way. */
export interface InstanceReading {
  pod: string
  status: Part<InstanceStatus>
  metrics: Part<InstanceMetrics>
  /** Answers that only SQL can give; absent when nothing raised the question. */
  details?: Part<InstanceDetails>
  /** Ways that were tried without an answer, in the order of their start. */
  failures: WayFailure[]
}

/** A way that led to no answer. */
export interface WayFailure {
  way: InstanceWay
  /** What happened, one sentence, safe to show. */
  reason: string
  code?: number
  kind: WayFailureKind
  hint?: string
}

/**
 * `forbidden`: a right is missing; `network`: the pod was not reached or refused; `tls`: the two ends do not agree on TLS;
 * `timeout`: no answer in time; `gone`: the pod or container is not there; `failed`: the instance answered with an error;
 * `unreadable`: its answer makes no sense.
 */
export type WayFailureKind = 'forbidden' | 'network' | 'tls' | 'timeout' | 'gone' | 'failed' | 'unreadable'

/** Figures of the metrics port 9187 (spec/screens.md, "Size"). Sizes in bytes, ages in seconds. */
export interface InstanceMetrics {
  databaseBytes?: number
  walBytes?: number
  walFilesWaiting?: number
  secondsSinceLastArchival?: number
  secondsSinceLastFailedArchival?: number
  /** Seconds behind by the replay timestamp; grows on an idle, caught-up standby. */
  replicationLagSeconds?: number
  replicationReceiverUp?: boolean
  /** Everyone who receives WAL from here, other clusters included; bytes not replayed there yet. */
  walSenders?: { applicationName: string; user: string; clientAddress?: string; replayLagBytes: number }[]
  /** Numbers and booleans (1 or 0) in force, in their base units, of the parameters that the Cluster sets. */
  settings?: Record<string, number>
}

/** What the third wave or `-v` asks by SQL. */
export interface InstanceDetails {
  pendingRestartSettings?: { name: string; current: string; pending?: string }[]
  configurationErrors?: { file: string; line?: number; name?: string; error: string }[]
  /** Free and total bytes per mounted volume, by `df`. */
  volumes?: { mount: string; totalBytes: number; freeBytes: number }[]
  /** Live values of settings that were asked for by name. */
  settings?: LiveSetting[]
  serverVersion?: string
  postmasterStartedAt?: string
  /** The same by the server's own clock, which may differ from ours: how long it had run when it was asked. */
  postmasterAgeSeconds?: number
  /** Rows of pg_stat_replication that the manager leaves out (replica clusters, foreign standbys). */
  foreignStandbys?: {
    applicationName: string
    state: string
    clientAddress?: string
    sentLsn?: string
    replayLsn?: string
  }[]
}

/** A base backup under way, by pg_stat_progress_basebackup. */
export interface BaseBackupProgress {
  /** `application_name` of who receives it. */
  name: string
  /** E.g. `streaming database files`. */
  phase: string
  streamedBytes: number
  /** Null while it is not estimated. */
  totalBytes: number | null
}

/** One setting as a server runs with it, and what its configuration files say; null is unknown. */
export interface LiveSetting {
  /** As it was asked for. */
  name: string
  /** In the base unit; null for a parameter that the server does not know. */
  setting: string | null
  /** Base unit, e.g. `8kB`, `ms`; null for none. */
  unit: string | null
  type: string | null
  /** With its unit, as SHOW prints it. */
  shown: string | null
  pendingRestart: boolean
  /** `configuration file`, `default`, `override` … */
  source: string | null
  /** The text of the last line about it in the files, that file and what is wrong with the line. */
  inFile: string | null
  file: string | null
  error: string | null
  /** The files were read again since that one was written. */
  loaded: boolean | null
}
