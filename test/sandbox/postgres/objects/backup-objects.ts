import type { PostgresCluster } from '../cluster.ts'
import { digest, seconds, uidOf } from './metadata.ts'
import type { PlainObject } from './metadata.ts'

const credentials = {
  accessKeyId: { key: 'ACCESS_KEY_ID', name: 's3' },
  secretAccessKey: { key: 'ACCESS_SECRET_KEY', name: 's3' },
}

/** A completed Backup and a nightly ScheduledBackup to an object store, and the secret of that store. */
export function backupObjects(cluster: PostgresCluster): PlainObject[] {
  const { name, namespace } = cluster
  const object = (apiVersion: string, kind: string, suffix: string): PlainObject => ({
    apiVersion,
    kind,
    metadata: {
      name: suffix,
      namespace,
      uid: uidOf(cluster, `${kind}/${suffix}`),
      generation: 1,
      creationTimestamp: seconds(cluster.createdAt),
    },
  })
  const api = 'postgresql.cnpg.io/v1'
  const modern = cluster.wire !== '1.15.1'
  const begin = cluster.createdAt
  const end = new Date(begin.getTime() + 4000)
  const id = seconds(begin).replace(/[-:Z]/g, '')
  const source = [...cluster.pods.values()].at(-1)
  const backup = {
    ...object(api, 'Backup', `${name}-first`),
    spec: { cluster: { name }, ...(modern && { method: 'barmanObjectStore' }) },
    status: {
      backupId: id,
      ...(modern && { backupName: `backup-${id.replace('T', '')}` }),
      beginLSN: '0/2000028',
      beginWal: '000000010000000000000002',
      destinationPath: `s3://backups/${namespace}/`,
      endLSN: '0/3000000',
      endWal: '000000010000000000000002',
      endpointURL: 'http://object-store.invalid:9000',
      instanceID: {
        ContainerID: `containerd://${digest(`${source?.uid ?? ''}/postgres`)}`,
        podName: source?.name ?? cluster.primary,
        ...(modern && { sessionID: source?.sessionId ?? '' }),
      },
      ...(modern && { majorVersion: Number(cluster.version.split('.')[0]), method: 'barmanObjectStore' }),
      phase: 'completed',
      ...(modern && { reconciliationStartedAt: seconds(begin), reconciliationTerminatedAt: seconds(end) }),
      s3Credentials: credentials,
      serverName: name,
      startedAt: seconds(begin),
      stoppedAt: seconds(end),
    },
  }
  const scheduled = {
    ...object(api, 'ScheduledBackup', `${name}-nightly`),
    spec: {
      backupOwnerReference: 'self',
      cluster: { name },
      ...(modern && { method: 'barmanObjectStore' }),
      schedule: '0 0 3 * * *',
    },
    status: { lastCheckTime: seconds(begin) },
  }
  const secret = {
    ...object('v1', 'Secret', 's3'),
    data: { ACCESS_KEY_ID: base64('sandbox'), ACCESS_SECRET_KEY: base64('sandbox') },
    type: 'Opaque',
  }
  return [backup, scheduled, secret]
}

/** What a completed backup adds to the Cluster's status. */
export function backupStatus(cluster: PostgresCluster): Record<string, unknown> {
  const at = seconds(new Date(cluster.createdAt.getTime() + 4000))
  if (cluster.wire === '1.15.1') return { firstRecoverabilityPoint: at }
  return {
    firstRecoverabilityPoint: at,
    firstRecoverabilityPointByMethod: { barmanObjectStore: at },
    lastSuccessfulBackup: at,
    lastSuccessfulBackupByMethod: { barmanObjectStore: at },
  }
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64')
}
