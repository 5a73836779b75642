import type { Cluster } from '../../../src/api/cluster.ts'
import type { Job, PersistentVolumeClaim } from '../../../src/api/objects.ts'
import type { Part } from '../../../src/api/part.ts'
import type { Pod } from '../../../src/api/pod.ts'
import type { ClusterSnapshot } from '../../../src/api/snapshot.ts'

const at = '2026-11-23T06:05:00Z'

/** The cluster `demo` of the recordings, with three instances. */
export function demo(change: { annotations?: Record<string, string>; window?: unknown } = {}): Cluster {
  return {
    metadata: {
      name: 'demo',
      namespace: 'cmd-a',
      uid: 'u-demo',
      resourceVersion: '42',
      ...(change.annotations === undefined ? {} : { annotations: change.annotations }),
    },
    spec: {
      instances: 3,
      ...(change.window === undefined
        ? {}
        : { nodeMaintenanceWindow: change.window as NonNullable<Cluster['spec']['nodeMaintenanceWindow']> }),
    },
    status: {
      phase: 'Cluster in healthy state',
      currentPrimary: 'demo-1',
      targetPrimary: 'demo-1',
      instances: 3,
      readyInstances: 3,
      instanceNames: ['demo-1', 'demo-2', 'demo-3'],
    },
  }
}

/** A snapshot of it in which no instance answers. */
export function snapshotOf(
  cluster: Cluster,
  objects: { pods?: Pod[]; claims?: PersistentVolumeClaim[]; jobs?: Job[] } = {},
): ClusterSnapshot {
  const part = <T>(value: T[] = []): Part<T[]> => ({ ok: true, value, at, via: 'api' })
  return {
    schemaVersion: 1,
    takenAt: at,
    source: { namespace: 'cmd-a', name: cluster.metadata.name, clientVersion: '0.1.0' },
    cluster,
    objects: {
      pods: part(objects.pods),
      podDisruptionBudgets: part(),
      backups: part(),
      scheduledBackups: part(),
      poolers: part(),
      databases: part(),
      persistentVolumeClaims: part(objects.claims),
      jobs: part(objects.jobs),
    },
    instances: [],
  }
}
