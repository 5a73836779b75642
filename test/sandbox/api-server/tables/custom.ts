import { AGE, NAME, pathColumn } from './columns.ts'
import type { Column } from './columns.ts'

/** Age comes first in the definitions of CloudNativePG (spec/wire-formats.md B.1). */
const age = pathColumn('Age', '.metadata.creationTimestamp', 'date')
const cluster = pathColumn('Cluster', '.spec.cluster.name')

const applied = [
  NAME,
  age,
  cluster,
  pathColumn('PG Name', '.spec.name'),
  pathColumn('Applied', '.status.applied', 'boolean'),
  pathColumn('Message', '.status.message'),
]

/** additionalPrinterColumns of CloudNativePG 1.30 and friends, by `plural.group`. */
export const CUSTOM_COLUMNS: Readonly<Record<string, readonly Column[]>> = {
  'clusters.postgresql.cnpg.io': [
    NAME,
    age,
    pathColumn('Instances', '.status.instances', 'integer'),
    pathColumn('Ready', '.status.readyInstances', 'integer'),
    pathColumn('Status', '.status.phase'),
    pathColumn('Primary', '.status.currentPrimary'),
  ],
  'backups.postgresql.cnpg.io': [
    NAME,
    age,
    cluster,
    pathColumn('Method', '.spec.method'),
    pathColumn('Phase', '.status.phase'),
    pathColumn('Error', '.status.error'),
  ],
  'scheduledbackups.postgresql.cnpg.io': [
    NAME,
    age,
    cluster,
    pathColumn('Last Backup', '.status.lastScheduleTime', 'date'),
  ],
  'poolers.postgresql.cnpg.io': [
    NAME,
    age,
    cluster,
    pathColumn('Type', '.spec.type'),
    pathColumn('Phase', '.status.phase'),
  ],
  'databases.postgresql.cnpg.io': applied,
  'publications.postgresql.cnpg.io': applied,
  'subscriptions.postgresql.cnpg.io': applied,
  'databaseroles.postgresql.cnpg.io': applied,
  'volumesnapshots.snapshot.storage.k8s.io': [
    NAME,
    pathColumn('ReadyToUse', '.status.readyToUse', 'boolean'),
    pathColumn('SourcePVC', '.spec.source.persistentVolumeClaimName'),
    pathColumn('RestoreSize', '.status.restoreSize'),
    pathColumn('SnapshotClass', '.spec.volumeSnapshotClassName'),
    AGE,
  ],
}
