/** The parts of Kubernetes and CloudNativePG objects that this program reads (spec/wire-formats.md B). Any member may be absent. */

export interface ObjectMeta {
  name: string
  namespace?: string
  uid?: string
  resourceVersion?: string
  generation?: number
  creationTimestamp?: string | null
  deletionTimestamp?: string | null
  labels?: Record<string, string>
  annotations?: Record<string, string>
  ownerReferences?: OwnerReference[]
}

export interface OwnerReference {
  apiVersion?: string
  kind: string
  name: string
  uid?: string
  controller?: boolean
}

export interface KubeObject {
  apiVersion?: string
  kind?: string
  metadata: ObjectMeta
}

export interface KubeList<T> {
  apiVersion?: string
  kind?: string
  metadata?: { resourceVersion?: string; continue?: string; remainingItemCount?: number }
  items: T[]
}

/** Answer to `Accept: application/json;as=Table`. */
export interface KubeTable {
  kind: 'Table'
  metadata?: { resourceVersion?: string; continue?: string }
  columnDefinitions: { name: string; type: string }[]
  rows: { cells: unknown[]; object?: { metadata?: ObjectMeta } }[]
}

export interface Condition {
  type: string
  status: string
  reason?: string
  message?: string
  lastTransitionTime?: string
  observedGeneration?: number
}

export interface Cluster extends KubeObject {
  spec: ClusterSpec
  status?: ClusterStatusObject
}

export interface ClusterSpec {
  instances?: number
  imageName?: string
  imageCatalogRef?: { apiGroup?: string; kind?: string; name?: string; major?: number }
  minSyncReplicas?: number
  maxSyncReplicas?: number
  postgresql?: {
    parameters?: Record<string, string>
    pg_hba?: string[]
    synchronous?: {
      method?: 'any' | 'first'
      number?: number
      maxStandbyNamesFromCluster?: number
      standbyNamesPre?: string[]
      standbyNamesPost?: string[]
      dataDurability?: 'required' | 'preferred'
      failoverQuorum?: boolean
    }
  }
  replicationSlots?: {
    highAvailability?: { enabled?: boolean; slotPrefix?: string; synchronizeLogicalDecoding?: boolean }
    updateInterval?: number
    synchronizeReplicas?: { enabled?: boolean; excludePatterns?: string[] }
  }
  bootstrap?: {
    initdb?: BootstrapTarget & { import?: unknown }
    recovery?: BootstrapTarget & { backup?: { name?: string }; source?: string; recoveryTarget?: Record<string, unknown> }
    pg_basebackup?: BootstrapTarget & { source?: string }
  }
  replica?: {
    enabled?: boolean
    source?: string
    self?: string
    primary?: string
    promotionToken?: string
    minApplyDelay?: string
  }
  superuserSecret?: { name?: string }
  enableSuperuserAccess?: boolean
  certificates?: CertificateNames
  storage?: StorageSpec
  walStorage?: StorageSpec
  tablespaces?: { name: string; owner?: { name?: string }; temporary?: boolean; storage?: StorageSpec }[]
  backup?: {
    barmanObjectStore?: Record<string, unknown>
    volumeSnapshot?: Record<string, unknown>
    retentionPolicy?: string
    target?: string
  }
  externalClusters?: { name: string; connectionParameters?: Record<string, string>; plugin?: unknown }[]
  plugins?: { name: string; enabled?: boolean; isWALArchiver?: boolean; parameters?: Record<string, string> }[]
  managed?: { roles?: { name: string; ensure?: string }[]; services?: unknown }
  nodeMaintenanceWindow?: { inProgress?: boolean; reusePVC?: boolean }
  primaryUpdateStrategy?: 'unsupervised' | 'supervised'
  primaryUpdateMethod?: 'restart' | 'switchover'
  startDelay?: number
  stopDelay?: number
  switchoverDelay?: number
  failoverDelay?: number
  enablePDB?: boolean
  monitoring?: { tls?: { enabled?: boolean } }
}

export interface BootstrapTarget {
  database?: string
  owner?: string
  secret?: { name?: string }
}

export interface StorageSpec {
  storageClass?: string
  size?: string
}

export interface CertificateNames {
  serverCASecret?: string
  serverTLSSecret?: string
  replicationTLSSecret?: string
  clientCASecret?: string
  serverAltDNSNames?: string[]
}

/** `.status` of a Cluster (B.3). */
export interface ClusterStatusObject {
  phase?: string
  phaseReason?: string
  conditions?: Condition[]
  instances?: number
  readyInstances?: number
  instanceNames?: string[]
  instancesStatus?: Record<string, string[]>
  instancesReportedState?: Record<string, { isPrimary?: boolean; timeLineID?: number; ip?: string }>
  currentPrimary?: string
  targetPrimary?: string
  currentPrimaryTimestamp?: string
  targetPrimaryTimestamp?: string
  currentPrimaryFailingSinceTimestamp?: string
  timelineID?: number
  systemID?: string
  pvcCount?: number
  jobCount?: number
  danglingPVC?: string[]
  resizingPVC?: string[]
  initializingPVC?: string[]
  healthyPVC?: string[]
  unusablePVC?: string[]
  writeService?: string
  readService?: string
  image?: string
  pgDataImageInfo?: { image?: string; majorVersion?: number }
  certificates?: CertificateNames & { expirations?: Record<string, string> }
  firstRecoverabilityPoint?: string
  lastSuccessfulBackup?: string
  lastFailedBackup?: string
  firstRecoverabilityPointByMethod?: Record<string, string>
  lastSuccessfulBackupByMethod?: Record<string, string>
  cloudNativePGCommitHash?: string
  cloudNativePGOperatorHash?: string
  onlineUpdateEnabled?: boolean
  poolerIntegrations?: { pgBouncerIntegration?: { secrets?: string[] } }
  managedRolesStatus?: {
    byStatus?: Record<string, string[]>
    cannotReconcile?: Record<string, string[]>
    passwordStatus?: Record<string, { transactionID?: number; resourceVersion?: string }>
  }
  tablespacesStatus?: { name: string; owner?: string; state?: string; error?: string }[]
  pluginStatus?: { name: string; version?: string; status?: string; capabilities?: string[] }[]
  topology?: { successfullyExtracted?: boolean; nodesUsed?: number; instances?: Record<string, Record<string, string>> }
  switchReplicaClusterStatus?: { inProgress?: boolean }
  demotionToken?: string
  lastPromotionToken?: string
}

export interface Pod extends KubeObject {
  spec: {
    nodeName?: string
    containers: Container[] | null
    initContainers?: Container[]
    volumes?: { name: string; persistentVolumeClaim?: { claimName: string } }[]
  }
  status?: PodStatus
}

export interface Container {
  name: string
  image?: string
  command?: string[]
  args?: string[]
  ports?: { name?: string; containerPort: number }[]
  volumeMounts?: { name: string; mountPath: string }[]
  resources?: { requests?: Record<string, string>; limits?: Record<string, string> }
}

export interface PodStatus {
  phase?: string
  reason?: string
  message?: string
  qosClass?: string
  podIP?: string
  hostIP?: string
  startTime?: string
  conditions?: (Condition & { lastProbeTime?: string | null })[]
  containerStatuses?: ContainerStatus[]
  initContainerStatuses?: ContainerStatus[]
}

export interface ContainerStatus {
  name: string
  image?: string
  imageID?: string
  ready?: boolean
  started?: boolean
  restartCount?: number
  state?: ContainerState
  lastState?: ContainerState
}

export interface ContainerState {
  running?: { startedAt?: string }
  waiting?: { reason?: string; message?: string }
  terminated?: { reason?: string; message?: string; exitCode?: number; startedAt?: string; finishedAt?: string }
}

export interface PodDisruptionBudget extends KubeObject {
  spec: { selector?: { matchLabels?: Record<string, string> }; minAvailable?: number | string; maxUnavailable?: number | string }
  status?: { expectedPods?: number; currentHealthy?: number; desiredHealthy?: number; disruptionsAllowed?: number }
}

/** B.6. Failed Backups have neither `startedAt` nor `stoppedAt`: order by creation. */
export interface Backup extends KubeObject {
  spec: {
    cluster: { name: string }
    target?: string
    method?: string
    online?: boolean
    pluginConfiguration?: { name: string; parameters?: Record<string, string> }
  }
  status?: {
    phase?: string
    error?: string
    method?: string
    backupId?: string
    backupName?: string
    startedAt?: string
    stoppedAt?: string
    beginWal?: string
    endWal?: string
    beginLSN?: string
    endLSN?: string
    instanceID?: { podName?: string; ContainerID?: string; sessionID?: string }
    online?: boolean
    destinationPath?: string
    serverName?: string
    snapshotBackupStatus?: { elements?: { name: string; type: string; tablespaceName?: string }[] }
    pluginMetadata?: Record<string, string>
  }
}

export interface ScheduledBackup extends KubeObject {
  spec: {
    schedule: string
    cluster: { name: string }
    suspend?: boolean
    immediate?: boolean
    method?: string
    target?: string
    backupOwnerReference?: string
  }
  status?: { lastCheckTime?: string; lastScheduleTime?: string; nextScheduleTime?: string; error?: string }
}

export interface Pooler extends KubeObject {
  spec: {
    cluster: { name: string }
    type?: string
    instances?: number
    pgbouncer?: { poolMode?: string; paused?: boolean; serverTLSSecret?: string; clientTLSSecret?: string }
  }
  status?: {
    instances?: number
    phase?: string
    phaseReason?: string
    image?: string
    error?: string
    secrets?: Record<string, { name?: string; version?: string } | undefined>
  }
}

/** Status that Database, Publication, Subscription and DatabaseRole share (B.9). */
export interface AppliedStatus {
  applied?: boolean
  message?: string
  observedGeneration?: number
}

export interface Database extends KubeObject {
  spec: { cluster: { name: string }; name: string; owner?: string; ensure?: string }
  status?: AppliedStatus & { [list: string]: unknown }
}

export interface Publication extends KubeObject {
  spec: { cluster: { name: string }; name: string; dbname?: string }
  status?: AppliedStatus
}

export interface Subscription extends KubeObject {
  spec: { cluster: { name: string }; name: string; dbname?: string; publicationName?: string; externalClusterName?: string }
  status?: AppliedStatus
}

export interface DatabaseRole extends KubeObject {
  spec: { cluster: { name: string }; name: string; ensure?: string }
  status?: AppliedStatus & { conditions?: Condition[] }
}

export interface Job extends KubeObject {
  spec?: { completions?: number; backoffLimit?: number }
  status?: { active?: number; succeeded?: number; failed?: number; startTime?: string; conditions?: Condition[] }
}

export interface PersistentVolumeClaim extends KubeObject {
  spec?: { storageClassName?: string; resources?: { requests?: Record<string, string> }; volumeName?: string }
  status?: { phase?: string; capacity?: Record<string, string>; conditions?: Condition[] }
}

export interface KubeNode extends KubeObject {
  spec?: { unschedulable?: boolean }
  status?: { conditions?: Condition[] }
}

/** `barmancloud.cnpg.io/v1` (B.11). */
export interface ObjectStore extends KubeObject {
  spec?: { configuration?: Record<string, unknown>; retentionPolicy?: string }
  status?: {
    serverRecoveryWindow?: Record<
      string,
      { firstRecoverabilityPoint?: string; lastSuccessfulBackupTime?: string; lastFailedBackupTime?: string }
    >
  }
}

/** The server's `Status` body of a failure. */
export interface KubeStatus {
  kind: 'Status'
  status?: string
  message?: string
  reason?: string
  code?: number
  details?: { name?: string; group?: string; kind?: string; retryAfterSeconds?: number; causes?: { field?: string; reason?: string; message?: string }[] }
}
