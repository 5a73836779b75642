import type { Wire } from '../config.ts'
import { digest, seconds } from './metadata.ts'
import type { PlainObject } from './metadata.ts'

/** What a Kubernetes cluster with the operator holds besides the Clusters. */
export interface SharedOptions {
  wire: Wire
  node: string
  nodeAddress: string
  /** When it all began; a moment before the first Cluster unless told otherwise. */
  createdAt: Date
}

/** The node, the operator's deployment and pod (namespace cnpg-system) and its definition of a Cluster. */
export function sharedObjects(options: SharedOptions): PlainObject[] {
  const definition = {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'clusters.postgresql.cnpg.io', creationTimestamp: seconds(options.createdAt) },
    spec: {
      group: 'postgresql.cnpg.io',
      names: { plural: 'clusters', singular: 'cluster', kind: 'Cluster', listKind: 'ClusterList' },
      scope: 'Namespaced',
      versions: [{ name: 'v1', served: true, storage: true }],
    },
  }
  return [node(options), ...operator(options), definition]
}

export function kubernetesVersion(wire: Wire): string {
  return wire === '1.15.1' ? 'v1.24.17' : 'v1.34.1'
}

function node(options: SharedOptions): PlainObject {
  const since = seconds(options.createdAt)
  const condition = (type: string, status: string, reason: string, message: string) => ({
    type,
    status,
    lastHeartbeatTime: seconds(new Date()),
    lastTransitionTime: since,
    reason,
    message,
  })
  const labels = { arch: 'amd64', os: 'linux' }
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name: options.node,
      creationTimestamp: since,
      labels: {
        'beta.kubernetes.io/arch': labels.arch,
        'beta.kubernetes.io/os': labels.os,
        'kubernetes.io/arch': labels.arch,
        'kubernetes.io/hostname': options.node,
        'kubernetes.io/os': labels.os,
      },
    },
    spec: {},
    status: {
      capacity: { cpu: '2', 'ephemeral-storage': '264212084Ki', memory: '8388608Ki', pods: '200' },
      allocatable: { cpu: '2', 'ephemeral-storage': '264212084Ki', memory: '8388608Ki', pods: '200' },
      conditions: [
        condition('MemoryPressure', 'False', 'KubeletHasSufficientMemory', 'kubelet has sufficient memory available'),
        condition('DiskPressure', 'False', 'KubeletHasNoDiskPressure', 'kubelet has no disk pressure'),
        condition('PIDPressure', 'False', 'KubeletHasSufficientPID', 'kubelet has sufficient PID available'),
        condition('Ready', 'True', 'KubeletReady', 'kubelet is posting ready status'),
      ],
      addresses: [
        { type: 'InternalIP', address: options.nodeAddress },
        { type: 'Hostname', address: options.node },
      ],
      nodeInfo: {
        architecture: labels.arch,
        containerRuntimeVersion: 'containerd://1.6.20',
        kernelVersion: '6.1.0',
        kubeletVersion: kubernetesVersion(options.wire),
        operatingSystem: labels.os,
        osImage: 'Debian GNU/Linux 12 (bookworm)',
      },
    },
  }
}

function operator(options: SharedOptions): PlainObject[] {
  const image = `ghcr.io/cloudnative-pg/cloudnative-pg:${options.wire}`
  const labels = { 'app.kubernetes.io/name': 'cloudnative-pg' }
  const since = seconds(options.createdAt)
  const hash = digest(image).slice(0, 10)
  const container = {
    name: 'manager',
    image,
    command: ['/manager'],
    args: [
      'controller',
      options.wire === '1.15.1' ? '--enable-leader-election' : '--leader-elect',
      '--config-map-name=cnpg-controller-manager-config',
      '--secret-name=cnpg-controller-manager-config',
      '--webhook-port=9443',
    ],
    ports: [
      { name: 'metrics', containerPort: 8080, protocol: 'TCP' },
      { name: 'webhook-server', containerPort: 9443, protocol: 'TCP' },
    ],
    env: [
      { name: 'OPERATOR_IMAGE_NAME', value: image },
      { name: 'OPERATOR_NAMESPACE', valueFrom: { fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.namespace' } } },
      { name: 'MONITORING_QUERIES_CONFIGMAP', value: 'cnpg-default-monitoring' },
    ],
    resources: { limits: { cpu: '100m', memory: '200Mi' }, requests: { cpu: '100m', memory: '100Mi' } },
    imagePullPolicy: 'IfNotPresent',
  }
  const condition = (type: string, reason: string, message: string) => ({
    type,
    status: 'True',
    lastUpdateTime: since,
    lastTransitionTime: since,
    reason,
    message,
  })
  const podSpec = {
    containers: [container],
    restartPolicy: 'Always',
    serviceAccountName: 'cnpg-manager',
    serviceAccount: 'cnpg-manager',
  }
  const ready = (type: string) => ({ type, status: 'True', lastProbeTime: null, lastTransitionTime: since })
  return [
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: {
        name: 'cnpg-controller-manager',
        namespace: 'cnpg-system',
        generation: 1,
        creationTimestamp: since,
        labels,
      },
      spec: {
        replicas: 1,
        selector: { matchLabels: labels },
        template: { metadata: { labels }, spec: podSpec },
        strategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: '25%', maxSurge: '25%' } },
      },
      status: {
        observedGeneration: 1,
        replicas: 1,
        updatedReplicas: 1,
        readyReplicas: 1,
        availableReplicas: 1,
        conditions: [
          condition('Available', 'MinimumReplicasAvailable', 'Deployment has minimum availability.'),
          condition(
            'Progressing',
            'NewReplicaSetAvailable',
            `ReplicaSet "cnpg-controller-manager-${hash}" has successfully progressed.`,
          ),
        ],
      },
    },
    {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: {
        name: `cnpg-controller-manager-${hash}-x7k2p`,
        generateName: `cnpg-controller-manager-${hash}-`,
        namespace: 'cnpg-system',
        creationTimestamp: since,
        labels: { ...labels, 'pod-template-hash': hash },
      },
      spec: { ...podSpec, nodeName: options.node },
      status: {
        phase: 'Running',
        conditions: ['Initialized', 'Ready', 'ContainersReady', 'PodScheduled'].map(ready),
        hostIP: options.nodeAddress,
        podIP: '10.244.0.12',
        podIPs: [{ ip: '10.244.0.12' }],
        startTime: since,
        containerStatuses: [
          {
            name: 'manager',
            state: { running: { startedAt: since } },
            lastState: {},
            ready: true,
            restartCount: 0,
            image,
            imageID: `sha256:${digest(image)}`,
            containerID: `containerd://${digest(`${image}/container`)}`,
            started: true,
          },
        ],
        qosClass: 'Burstable',
      },
    },
  ]
}
