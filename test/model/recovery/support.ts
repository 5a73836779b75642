import type { BackupFacts } from '../../../src/model/backups/report.ts'
import type { RestoreIntent } from '../../../src/model/recovery/types.ts'

/** A completed backup of `mycluster` to the object store of the recorded state healthy. */
export function backupOf(name: string): BackupFacts {
  return {
    namespace: 'rec-main',
    cluster: 'mycluster',
    clusterMissing: false,
    name,
    phase: 'completed',
    method: 'barmanObjectStore',
    plugin: null,
    createdAt: '2026-11-23T05:36:00Z',
    startedAt: '2026-11-23T05:36:06Z',
    stoppedAt: '2026-11-23T05:36:09Z',
    seconds: 3,
    age: 240,
    bytes: null,
    beginWal: '000000010000000000000004',
    endWal: '000000010000000000000004',
    beginLsn: '0/4000028',
    endLsn: '0/4000138',
    instance: 'mycluster-2',
    online: null,
    majorVersion: 15,
    backupId: '20261123T053606',
    destination: 's3://backups/rec-main/',
    serverName: 'mycluster',
    snapshots: [],
    pluginMetadata: {},
    schedule: null,
    error: null,
    commandError: null,
    retentionPolicy: null,
    retention: null,
    restoreBase: false,
  }
}

/** A restore of the newest state as the cluster `again`, without any wish. */
export const intent: RestoreIntent = {
  name: 'again',
  target: { kind: 'latest' },
  backup: null,
  instances: null,
  image: null,
  storageSize: null,
  objectStore: null,
  serverName: null,
  archive: true,
}
