/**
 * Body of the instance manager's `/pg/status` (spec/wire-formats.md A.5). Every member may be absent:
 * managers from 1.15 to 1.30 differ (A.5.8).
 */
export interface InstanceStatus {
  currentLsn?: string
  receivedLsn?: string
  replayLsn?: string
  systemID?: string
  isPrimary?: boolean
  replayPaused?: boolean
  pendingRestart?: boolean
  pendingRestartForDecrease?: boolean
  isWalReceiverActive?: boolean
  isPgRewindRunning?: boolean
  isArchivingWAL?: boolean
  mightBeUnavailable?: boolean
  mightBeUnavailableMaskedError?: string
  loadedConfigurationHash?: string
  lastArchivedWAL?: string
  lastArchivedWALTime?: string
  lastFailedWAL?: string
  lastFailedWALTime?: string
  currentWAL?: string
  readyWalFiles?: number
  timeLineID?: number
  replicationInfo?: ReplicationRow[] | null
  replicationSlotsInfo?: SlotRow[] | null
  pgStatBasebackupsInfo?: BaseBackupRow[] | null
  /** Pretty sum of the database sizes, managers up to 1.23.4 and 1.24.0 only. */
  totalInstanceSize?: string
  executableHash?: string
  instanceManagerVersion?: string
  instanceArch?: string
  isInstanceManagerUpgrading?: boolean
  sessionID?: string
}

/** One row of pg_stat_replication as the manager sends it (A.5.2). */
export interface ReplicationRow {
  applicationName?: string
  state?: string
  /** The **sent** LSN: the name is a historic misnomer of all versions. */
  receivedLsn?: string
  writeLsn?: string
  flushLsn?: string
  replayLsn?: string
  writeLag?: string
  flushLag?: string
  replayLag?: string
  syncState?: string
  syncPriority?: string
}

/** One row of pg_replication_slots as the manager sends it (A.5.3). */
export interface SlotRow {
  slotName?: string
  plugin?: string
  slotType?: string
  datoid?: string
  database?: string
  xmin?: string
  catalogXmin?: string
  restartLsn?: string
  walStatus?: string
  safeWalSize?: number
  active?: boolean
}

/** One running base backup (A.5.4); these members really are in snake case. */
export interface BaseBackupRow {
  usename?: string
  application_name?: string
  backend_start?: string
  phase?: string
  backup_total?: number
  backup_streamed?: number
  backup_total_pretty?: string
  backup_streamed_pretty?: string
  tablespaces_total?: number
  tablespaces_streamed?: number
}
