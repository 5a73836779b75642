import type { PostgresCluster } from '../cluster.ts'
import { componentLabels, digest, micros, ownedBy, roleLabels, seconds, uidOf } from './metadata.ts'
import type { PlainObject } from './metadata.ts'

/** Secrets, volumes, budgets, lease, service account and monitoring of a cluster (spec/wire-formats.md D, E.2, E.4, B.10). */
export function ownedObjects(cluster: PostgresCluster): PlainObject[] {
  const old = cluster.wire === '1.15.1'
  return [
    ...secrets(cluster),
    ...[...cluster.servers.keys()].map((name) => claim(cluster, name)),
    ...budgets(cluster),
    ...(old ? [] : [lease(cluster)]),
    owned(cluster, 'v1', 'ServiceAccount', cluster.name, {}),
    monitoring(cluster),
  ]
}

function owned(
  cluster: PostgresCluster,
  apiVersion: string,
  kind: string,
  name: string,
  labels: Record<string, string>,
  annotations: Record<string, string> = { 'cnpg.io/operatorVersion': cluster.wire },
): PlainObject {
  return {
    apiVersion,
    kind,
    metadata: {
      name,
      namespace: cluster.namespace,
      uid: uidOf(cluster, `${kind}/${name}`),
      creationTimestamp: seconds(cluster.createdAt),
      ...(Object.keys(labels).length > 0 && { labels }),
      ...(Object.keys(annotations).length > 0 && { annotations }),
      ownerReferences: ownedBy.cluster(cluster),
    },
  }
}

function secrets(cluster: PostgresCluster): PlainObject[] {
  const managed: Record<string, string> =
    cluster.wire === '1.15.1' ? {} : { 'app.kubernetes.io/managed-by': 'cloudnative-pg' }
  return Object.entries(cluster.credentials.secrets(cluster.superuserAccess)).map(([name, { type, data }]) => {
    const login = type === 'kubernetes.io/basic-auth'
    const userType: Record<string, string> =
      cluster.wire === '1.15.1' ? {} : { 'cnpg.io/userType': name.endsWith('-app') ? 'app' : 'superuser' }
    const labels = login
      ? { ...managed, 'cnpg.io/cluster': cluster.name, 'cnpg.io/reload': 'true', ...userType }
      : managed
    const encoded = Object.entries(data)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, value]) => [key, Buffer.from(value).toString('base64')])
    const object = login
      ? owned(cluster, 'v1', 'Secret', name, labels)
      : owned(cluster, 'v1', 'Secret', name, labels, {})
    return { ...object, data: Object.fromEntries(encoded) as Record<string, string>, type }
  })
}

function claim(cluster: PostgresCluster, name: string): PlainObject {
  const old = cluster.wire === '1.15.1'
  const labels: Record<string, string> = old
    ? { 'cnpg.io/cluster': cluster.name }
    : {
        ...componentLabels(cluster, {}),
        'cnpg.io/cluster': cluster.name,
        'cnpg.io/instanceName': name,
        'cnpg.io/pvcRole': 'PG_DATA',
        ...roleLabels(cluster, name),
      }
  const object = owned(cluster, 'v1', 'PersistentVolumeClaim', name, labels, {
    'cnpg.io/nodeSerial': name.slice(cluster.name.length + 1),
    'cnpg.io/operatorVersion': cluster.wire,
    'cnpg.io/pvcStatus': 'ready',
    'pv.kubernetes.io/bind-completed': 'yes',
    'pv.kubernetes.io/bound-by-controller': 'yes',
  })
  return {
    ...object,
    metadata: { ...object.metadata, finalizers: ['kubernetes.io/pvc-protection'] },
    spec: {
      accessModes: ['ReadWriteOnce'],
      resources: { requests: { storage: '1Gi' } },
      volumeName: `pvc-${digest(uidOf(cluster, name)).slice(0, 12)}`,
      storageClassName: 'standard',
      volumeMode: 'Filesystem',
    },
    status: { phase: 'Bound', accessModes: ['ReadWriteOnce'], capacity: { storage: '5Gi' } },
  }
}

function budgets(cluster: PostgresCluster): PlainObject[] {
  const pods = [...cluster.pods.values()].filter((pod) => pod.role === undefined)
  const replicas = pods.filter((pod) => pod.name !== cluster.primary)
  const primaries = pods.filter((pod) => pod.name === cluster.primary)
  const ready = (list: typeof pods) => list.filter((pod) => pod.ready).length
  const primary = budget(cluster, `${cluster.name}-primary`, 'primary', {
    least: 1,
    expected: primaries.length,
    healthy: ready(primaries),
  })
  if (cluster.servers.size < 3) return [primary]
  const least = cluster.servers.size - 2
  return [
    budget(cluster, cluster.name, 'replica', { least, expected: replicas.length, healthy: ready(replicas) }),
    primary,
  ]
}

function budget(
  cluster: PostgresCluster,
  name: string,
  role: string,
  count: { least: number; expected: number; healthy: number },
): PlainObject {
  const allowed = Math.max(0, count.healthy - count.least)
  const labels = { ...componentLabels(cluster, { instance: true, version: true }), 'cnpg.io/cluster': cluster.name }
  const object = owned(cluster, 'policy/v1', 'PodDisruptionBudget', name, labels)
  const matchLabels: Record<string, string> =
    cluster.wire === '1.15.1'
      ? { postgresql: cluster.name, role }
      : { 'cnpg.io/cluster': cluster.name, 'cnpg.io/instanceRole': role }
  return {
    ...object,
    metadata: { ...object.metadata, generation: 1 },
    spec: { minAvailable: count.least, selector: { matchLabels } },
    status: {
      observedGeneration: 1,
      disruptionsAllowed: allowed,
      currentHealthy: count.healthy,
      desiredHealthy: count.least,
      expectedPods: count.expected,
      conditions: [
        {
          type: 'DisruptionAllowed',
          status: allowed > 0 ? 'True' : 'False',
          observedGeneration: 1,
          lastTransitionTime: seconds(cluster.createdAt),
          reason: allowed > 0 ? 'SufficientPods' : 'InsufficientPods',
          message: '',
        },
      ],
    },
  }
}

/** From 1.30 a lease names the primary. */
function lease(cluster: PostgresCluster): PlainObject {
  return {
    ...owned(cluster, 'coordination.k8s.io/v1', 'Lease', cluster.name, { 'cnpg.io/cluster': cluster.name }),
    spec: {
      holderIdentity: cluster.primary,
      leaseDurationSeconds: 15,
      acquireTime: micros(cluster.primarySince),
      renewTime: micros(new Date()),
      leaseTransitions: cluster.timeline,
    },
  }
}

function monitoring(cluster: PostgresCluster): PlainObject {
  const labels: Record<string, string> =
    cluster.wire === '1.15.1'
      ? { 'cnpg.io/reload': 'true' }
      : { 'app.kubernetes.io/managed-by': 'cloudnative-pg', 'cnpg.io/reload': 'true' }
  const object = owned(cluster, 'v1', 'ConfigMap', 'cnpg-default-monitoring', labels)
  const { ownerReferences: _shared, ...metadata } = object.metadata
  return { ...object, metadata: { ...metadata, name: 'cnpg-default-monitoring' }, data: { queries: 'ELIDED' } }
}
