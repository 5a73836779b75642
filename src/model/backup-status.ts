import type { Listing, Problem } from './problem.ts'

export interface Backup {
  configured: 'none' | 'objectStore' | 'volumeSnapshot' | 'plugin'
  /** Retention policy of the spec. */
  retentionPolicy: string | null
  firstRecoverabilityPoint: string | null
  firstRecoverabilityPointByMethod: Record<string, string>
  lastSuccessfulAt: string | null
  lastSuccessfulByMethod: Record<string, string>
  /** Name of the Backup object of that moment. */
  lastSuccessfulName: string | null
  lastFailedAt: string | null
  /** The newest Backup object that failed, when it is newer than the last successful one. */
  lastFailed: BackupRun | null
  running: BackupRun[]
  /** Backup objects, newest first by creation. */
  history: Listing<BackupRun>
  schedules: Listing<Schedule>
  /** Null unless it is the Barman Cloud plugin: of others no objects are read. */
  plugin: PluginBackup | null
}

/** Facts of the Barman Cloud plugin (spec/commands-core.md 3.4, block 7). */
export interface PluginBackup {
  objectStore: string | null
  serverName: string
  /** True when the ObjectStore holds a recovery window of this server. */
  window: boolean
  problem: Problem | null
}

export interface BackupRun {
  name: string
  phase: string | null
  method: string | null
  createdAt: string | null
  startedAt: string | null
  stoppedAt: string | null
  instance: string | null
  error: string | null
}

export interface Schedule {
  name: string
  schedule: string
  suspended: boolean
  lastAt: string | null
  nextAt: string | null
  error: string | null
}

export interface Archiving {
  /** `unknown`: the primary did not tell. */
  state: 'ok' | 'failing' | 'disabled' | 'starting' | 'unknown'
  /** WAL files waiting; null when the primary did not tell. */
  waiting: number | null
  lastArchivedWal: string | null
  lastArchivedAt: string | null
  lastFailedWal: string | null
  lastFailedAt: string | null
  /** Condition ContinuousArchiving when it is not True. */
  conditionMessage: string | null
  conditionSince: string | null
}

/** A running base backup as pg_stat_progress_basebackup knows it. */
export interface BaseBackup {
  /** The instance that sends it. */
  instance: string
  user: string | null
  name: string
  phase: string | null
  startedAt: string | null
  totalBytes: number | null
  streamedBytes: number | null
  /** Percent, when the total is known. */
  progress: number | null
  tablespacesTotal: number | null
  tablespacesStreamed: number | null
}
