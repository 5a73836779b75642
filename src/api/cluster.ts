import type { Condition, KubeObject } from './objects.ts'

/** The Cluster as far as this program reads it (spec/wire-formats.md B.1 to B.3). Any member may be absent. */

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
    recovery?: BootstrapTarget & {
      backup?: { name?: string }
      source?: string
      recoveryTarget?: Record<string, unknown>
    }
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
  managed?: { roles?: { name: string; ensure?: string; passwordSecret?: { name?: string } }[]; services?: unknown }
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
  pluginStatus?: {
    name: string
    version?: string
    status?: string
    capabilities?: string[]
    backupCapabilities?: string[]
  }[]
  topology?: { successfullyExtracted?: boolean; nodesUsed?: number; instances?: Record<string, Record<string, string>> }
  switchReplicaClusterStatus?: { inProgress?: boolean }
  demotionToken?: string
  lastPromotionToken?: string
}
