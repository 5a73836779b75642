import type { Cluster } from '../../api/cluster.ts'
import type { BackupFacts } from '../backups/report.ts'

/**
 * Up to where is recovered (CloudNativePG documentation, Recovery targets): everything that is archived, a time (ISO 8601 in
 * UTC), a position in the WAL, or the end of the backup itself.
 */
export type RecoveryTarget =
  { kind: 'latest' } | { kind: 'time'; time: string } | { kind: 'lsn'; lsn: string } | { kind: 'backup' }

/** What a user wants of a restore. */
export interface RestoreIntent {
  /** Name of the new Cluster. */
  name: string
  target: RecoveryTarget
  /** Name of the backup to begin from; null: the newest that fits. */
  backup: string | null
  /** Of the new Cluster; null: as the source has it. */
  instances: number | null
  image: string | null
  storageSize: string | null
  /** Of the Barman Cloud plugin, where no Cluster tells it any more. */
  objectStore: string | null
  /** Folder of the new Cluster's own archive; null: its name. */
  serverName: string | null
  /** False: the new Cluster archives and backs up nothing. */
  archive: boolean
}

/** Where the files come from; several belong together: a snapshot and the archive with the WAL since. */
export interface RecoverySource {
  /** Volume snapshots of the base. */
  snapshots: BackupFacts['snapshots'] | null
  /** In-tree archive, as `externalClusters[].barmanObjectStore`. */
  objectStore: Record<string, unknown> | null
  /** Archive of a plugin, as `externalClusters[].plugin`. */
  plugin: { name: string; parameters: Record<string, string> } | null
  /** The Backup object itself, where nothing else tells of its store. */
  backup: string | null
}

/** What a restore is made from. */
export interface RestoreGround {
  namespace: string
  /** Name of the cluster whose backups are meant. */
  cluster: string
  /** Null: it is gone. */
  source: Cluster | null
  base: BackupFacts | null
}
