import type { LivePod } from '../../instance/live-pod.ts'
import type { PostgresCluster } from '../cluster.ts'
import { componentLabels, ownedBy, seconds, suffixOf, uidOf } from './metadata.ts'
import type { PlainObject } from './metadata.ts'

type Kind = 'rw' | 'ro' | 'r' | 'any'

const port = { name: 'postgres', protocol: 'TCP', port: 5432, targetPort: 5432 }

/** Services and their endpoint slices (spec/wire-formats.md E.4); `CL-any` at 1.15.1 only. */
export function networkObjects(cluster: PostgresCluster, node: string): PlainObject[] {
  const kinds: Kind[] = cluster.wire === '1.15.1' ? ['any', 'r', 'ro', 'rw'] : ['r', 'ro', 'rw']
  return kinds.flatMap((kind, index) => [service(cluster, kind, index), endpointSlice(cluster, kind, node)])
}

function selector(cluster: PostgresCluster, kind: Kind): Record<string, string> {
  const role = kind === 'rw' ? 'primary' : kind === 'ro' ? 'replica' : undefined
  if (cluster.wire === '1.15.1') return { postgresql: cluster.name, ...(role !== undefined && { role }) }
  return {
    'cnpg.io/cluster': cluster.name,
    ...(role === undefined ? { 'cnpg.io/podRole': 'instance' } : { 'cnpg.io/instanceRole': role }),
  }
}

function labels(cluster: PostgresCluster): Record<string, string> {
  return { ...componentLabels(cluster, { instance: true, version: true }), 'cnpg.io/cluster': cluster.name }
}

function service(cluster: PostgresCluster, kind: Kind, index: number): PlainObject {
  const name = `${cluster.name}-${kind}`
  const spec = { ports: [port], selector: selector(cluster, kind), type: 'ClusterIP' }
  const address = `10.96.${(cluster.uid.charCodeAt(0) % 200) + 1}.${cluster.uid.charCodeAt(1) + index}`
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: {
      name,
      namespace: cluster.namespace,
      uid: uidOf(cluster, `Service/${name}`),
      creationTimestamp: seconds(cluster.createdAt),
      labels: labels(cluster),
      annotations: {
        ...(cluster.wire !== '1.15.1' && { 'cnpg.io/lastAppliedSpec': JSON.stringify(spec) }),
        'cnpg.io/operatorVersion': cluster.wire,
      },
      ownerReferences: ownedBy.cluster(cluster),
    },
    spec: {
      ports: spec.ports,
      selector: spec.selector,
      clusterIP: address,
      clusterIPs: [address],
      type: 'ClusterIP',
      sessionAffinity: 'None',
      ...(kind === 'any' && { publishNotReadyAddresses: true }),
      ipFamilies: ['IPv4'],
      ipFamilyPolicy: 'SingleStack',
      internalTrafficPolicy: 'Cluster',
    },
    status: { loadBalancer: {} },
  }
}

/** The pods a service leads to at this moment. */
function members(cluster: PostgresCluster, kind: Kind): LivePod[] {
  const pods = [...cluster.pods.values()]
  // What has no role, or is marked as unhealthy, is selected by no service that asks for one.
  const plain = pods.filter((pod) => pod.role === undefined)
  if (kind === 'rw') return plain.filter((pod) => pod.name === cluster.primary)
  return kind === 'ro' ? plain.filter((pod) => pod.name !== cluster.primary) : pods
}

function endpointSlice(cluster: PostgresCluster, kind: Kind, node: string): PlainObject {
  const service = `${cluster.name}-${kind}`
  const name = `${service}-${suffixOf(cluster, service)}`
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: {
      name,
      generateName: `${service}-`,
      namespace: cluster.namespace,
      uid: uidOf(cluster, `EndpointSlice/${service}`),
      generation: 1,
      creationTimestamp: seconds(cluster.createdAt),
      labels: {
        ...labels(cluster),
        'endpointslice.kubernetes.io/managed-by': 'endpointslice-controller.k8s.io',
        'kubernetes.io/service-name': service,
      },
      annotations: { 'endpoints.kubernetes.io/last-change-trigger-time': seconds(cluster.primarySince) },
      ownerReferences: [
        {
          apiVersion: 'v1',
          kind: 'Service',
          name: service,
          uid: uidOf(cluster, `Service/${service}`),
          controller: true,
          blockOwnerDeletion: true,
        },
      ],
    },
    addressType: 'IPv4',
    endpoints: members(cluster, kind).map((pod) => ({
      addresses: [pod.address],
      conditions: {
        ready: kind === 'any' || (pod.ready && !pod.terminating),
        serving: pod.ready,
        terminating: pod.terminating,
      },
      ...(kind === 'any' && { hostname: pod.name }),
      targetRef: { kind: 'Pod', namespace: cluster.namespace, name: pod.name, uid: pod.uid },
      nodeName: node,
    })),
    ports: [{ name: 'postgres', protocol: 'TCP', port: 5432 }],
  }
}
