import type { Condition, KubeObject } from './objects.ts'

/** The kinds of CloudNativePG that belong to a Cluster, as far as this program reads them (spec/wire-formats.md B). Any member may be absent. */

/** B.6. Failed Backups have neither `startedAt` nor `stoppedAt`: order by creation. */
export interface Backup extends KubeObject {
  spec: {
    cluster: { name: string }
    target?: string
    method?: string
    online?: boolean
    onlineConfiguration?: { waitForArchive?: boolean; immediateCheckpoint?: boolean }
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
    reconciliationStartedAt?: string
    reconciliationTerminatedAt?: string
    majorVersion?: number
    instanceID?: { podName?: string; ContainerID?: string; sessionID?: string }
    online?: boolean
    destinationPath?: string
    serverName?: string
    endpointURL?: string
    commandOutput?: string
    commandError?: string
    snapshotBackupStatus?: { elements?: { name: string; type: string; tablespaceName?: string }[] }
    pluginMetadata?: Record<string, string>
  }
}

/** `snapshot.storage.k8s.io/v1`: one volume of a Backup; its label `cnpg.io/backupName` names that. */
export interface VolumeSnapshot extends KubeObject {
  status?: { readyToUse?: boolean; restoreSize?: string; error?: { message?: string } }
}

export interface ScheduledBackup extends KubeObject {
  spec: {
    schedule: string
    cluster: { name: string }
    suspend?: boolean
    immediate?: boolean
    method?: string
    pluginConfiguration?: { name: string }
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
    pgbouncer?: {
      poolMode?: string
      paused?: boolean
      serverTLSSecret?: { name?: string }
      clientTLSSecret?: { name?: string }
      authQuerySecret?: { name?: string }
    }
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
  spec: {
    cluster: { name: string }
    name: string
    dbname?: string
    publicationName?: string
    externalClusterName?: string
  }
  status?: AppliedStatus
}

export interface DatabaseRole extends KubeObject {
  spec: { cluster: { name: string }; name: string; ensure?: string; passwordSecret?: { name?: string } }
  status?: AppliedStatus & { conditions?: Condition[] }
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
