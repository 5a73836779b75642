import type { Cluster, ClusterStatusObject } from '../../../src/api/cluster.ts'
import type { Backup, Database } from '../../../src/api/companions.ts'
import type { KubeObject } from '../../../src/api/objects.ts'
import type { Pod } from '../../../src/api/pod.ts'

/** A cluster that is well, of one instance. */
export function aCluster(name: string, status: ClusterStatusObject = {}, namespace = 'shop'): Cluster {
  return {
    kind: 'Cluster',
    metadata: { name, namespace },
    spec: { instances: 1 },
    status: { phase: 'Cluster in healthy state', readyInstances: 1, currentPrimary: `${name}-1`, ...status },
  }
}

/** A running, ready instance. */
export function aPod(cluster: string, serial: number, namespace = 'shop'): Pod {
  return {
    kind: 'Pod',
    metadata: {
      name: `${cluster}-${serial}`,
      namespace,
      labels: { 'cnpg.io/cluster': cluster, 'cnpg.io/podRole': 'instance' },
      ownerReferences: [{ apiVersion: 'postgresql.cnpg.io/v1', kind: 'Cluster', name: cluster }],
    },
    spec: {
      nodeName: 'node1',
      containers: [{ name: 'postgres', command: ['/controller/manager', 'instance', 'run', '--status-port-tls'] }],
    },
    status: {
      phase: 'Running',
      conditions: [{ type: 'Ready', status: 'True' }],
      containerStatuses: [{ name: 'postgres', ready: true, state: { running: {} } }],
    },
  }
}

/** Any object with a `spec.cluster`. */
export function anObject(
  kind: string,
  name: string,
  cluster: string,
  namespace = 'shop',
): KubeObject & { spec: object } {
  return { kind, metadata: { name, namespace }, spec: { cluster: { name: cluster }, name } }
}

export function aBackup(
  cluster: string,
  name: string,
  facts: { age?: string; phase?: string },
  namespace = 'shop',
): Backup {
  return {
    kind: 'Backup',
    metadata: { name, namespace, annotations: { 'test/age': facts.age ?? '1d' } },
    spec: { cluster: { name: cluster } },
    status: facts.phase === undefined ? {} : { phase: facts.phase },
  }
}

export function aDatabase(cluster: string, name: string, applied: boolean, message?: string): Database {
  return {
    kind: 'Database',
    metadata: { name, namespace: 'shop' },
    spec: { cluster: { name: cluster }, name: `db-${name}` },
    status: { applied, ...(message === undefined ? {} : { message }) },
  }
}
