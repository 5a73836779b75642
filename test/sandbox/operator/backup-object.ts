import { list, map, text } from '../api-server/objects.ts'
import type { StoredObject } from '../api-server/objects.ts'
import { digest, seconds } from '../postgres/objects/metadata.ts'
import type { LivePod } from '../instance/live-pod.ts'
import type { BackupPoint } from '../postgres/base-backup.ts'
import type { Desk } from './desk.ts'

const group = 'postgresql.cnpg.io'
const segment = 16n << 20n

/** The Backups of the cluster in the order they were asked for. */
export function backupsOf(desk: Desk): StoredObject[] {
  const { store } = desk.api
  const { namespace, name } = desk.cluster
  return store
    .list(store.resource('Backup', group), namespace)
    .filter((object) => text(object, 'spec', 'cluster', 'name') === name)
    .sort((a, b) => age(a) - age(b))
}

function age({ metadata }: StoredObject): number {
  return Date.parse(metadata.creationTimestamp ?? '')
}

/** Writes into a Backup's status. */
export function tell(desk: Desk, backup: string, status: Record<string, unknown>): void {
  desk.change('Backup', backup, (object) => (object['status'] = { ...map(object, 'status'), ...status }), group)
}

/** Why a Backup can never succeed, in the operator's words (recorded backup-objects). */
export function hopeless(desk: Desk, method: string): string | undefined {
  if (desk.annotation('cnpg.io/hibernation') === 'on') return 'cannot backup a hibernated cluster'
  if (method === 'plugin') {
    const plugins = list({ plugins: desk.spec('plugins') }, 'plugins')
    return plugins.length === 0 ? 'cannot proceed with the backup as the cluster has no plugin configured' : undefined
  }
  if (desk.spec('backup', 'barmanObjectStore') !== undefined) return undefined
  return 'cannot proceed with the backup as the cluster has no backup section'
}

/** What is known of a Backup once an instance has been chosen for it. */
export function startedStatus(desk: Desk, pod: LivePod, method: string): Record<string, unknown> {
  const modern = !desk.old
  return {
    instanceID: {
      ContainerID: `containerd://${digest(`${pod.uid}/postgres`)}`,
      podName: pod.name,
      ...(modern && { sessionID: pod.sessionId }),
    },
    ...(modern && {
      majorVersion: Number(desk.cluster.version.split('.')[0]),
      method,
      reconciliationStartedAt: seconds(new Date()),
    }),
    phase: 'started',
  }
}

/** What the instance adds when it begins to copy. */
export function runningStatus(desk: Desk): Record<string, unknown> {
  const store = map({ store: desk.spec('backup', 'barmanObjectStore') }, 'store')
  const copied = ['destinationPath', 'endpointURL', 's3Credentials'].filter((key) => store[key] !== undefined)
  const stamp = seconds(new Date()).replace(/\D/g, '')
  return {
    ...(!desk.old && { backupName: `backup-${stamp}` }),
    ...Object.fromEntries(copied.map((key) => [key, store[key]])),
    phase: 'running',
    serverName: text(store, 'serverName') || desk.cluster.name,
  }
}

/** What is known of a Backup that is complete. */
export function completedStatus(
  desk: Desk,
  points: { begin: BackupPoint; end: BackupPoint },
  startedAt: Date,
): Record<string, unknown> {
  const { begin, end } = points
  return {
    backupId: seconds(startedAt).replace(/[-:Z]/g, ''),
    beginLSN: begin.lsn,
    beginWal: walFile(begin),
    endLSN: end.lsn,
    endWal: walFile(end),
    phase: 'completed',
    ...(!desk.old && { reconciliationTerminatedAt: seconds(new Date()) }),
    startedAt: seconds(startedAt),
    stoppedAt: seconds(new Date()),
  }
}

/** Name of the WAL file that holds a position, with segments of 16 MB. */
function walFile({ lsn, timeline }: BackupPoint): string {
  const [high = '0', low = '0'] = lsn.split('/')
  const position = (BigInt(`0x${high}`) << 32n) + BigInt(`0x${low}`)
  const number = position / segment
  const perLog = (1n << 32n) / segment
  const hex = (value: bigint | number) => value.toString(16).toUpperCase().padStart(8, '0')
  return `${hex(timeline)}${hex(number / perLog)}${hex(number % perLog)}`
}
