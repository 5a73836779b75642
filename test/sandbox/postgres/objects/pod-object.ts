import type { LivePod } from '../../instance/live-pod.ts'
import type { PostgresCluster } from '../cluster.ts'
import { containerPaths } from '../layout.ts'
import { componentLabels, digest, ownedBy, roleLabels, seconds, suffixOf } from './metadata.ts'
import type { PlainObject } from './metadata.ts'

export interface PodObjectOptions {
  node: string
  nodeAddress: string
}

/** An instance's pod as the operator makes it and the kubelet fills it in (spec/wire-formats.md E.1, E.6). */
export function podObject(cluster: PostgresCluster, pod: LivePod, options: PodObjectOptions): PlainObject {
  const old = cluster.wire === '1.15.1'
  const labels = old
    ? { 'cnpg.io/cluster': cluster.name, postgresql: cluster.name, ...roleLabels(cluster, pod.name) }
    : {
        ...componentLabels(cluster, { instance: true, version: true }),
        'cnpg.io/cluster': cluster.name,
        'cnpg.io/instanceName': pod.name,
        'cnpg.io/podRole': 'instance',
        ...roleLabels(cluster, pod.name),
      }
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: pod.name,
      namespace: cluster.namespace,
      uid: pod.uid,
      ...(!old && { generation: 1 }),
      creationTimestamp: seconds(pod.createdAt),
      labels,
      annotations: {
        'cnpg.io/nodeSerial': String(pod.serial),
        'cnpg.io/operatorVersion': cluster.wire,
        ...pod.annotations,
        ...(!old && { 'cnpg.io/podEnvHash': digest(pod.name).slice(0, 9), 'cnpg.io/podSpec': 'ELIDED' }),
      },
      ownerReferences: ownedBy.cluster(cluster, true),
    },
    spec: podSpec(cluster, pod, options.node),
    status: podStatus(cluster, pod, options),
  }
}

function operatorImage(cluster: PostgresCluster): string {
  return `ghcr.io/cloudnative-pg/cloudnative-pg:${cluster.wire}`
}

function tokenVolume(cluster: PostgresCluster, pod: LivePod): string {
  return `kube-api-access-${suffixOf(cluster, pod.uid)}`
}

function mounts(
  cluster: PostgresCluster,
  pod: LivePod,
  secrets: boolean,
): { name: string; mountPath: string; readOnly?: boolean }[] {
  return [
    { name: 'pgdata', mountPath: containerPaths.volume },
    { name: 'scratch-data', mountPath: '/run' },
    { name: 'scratch-data', mountPath: containerPaths.controller },
    { name: 'shm', mountPath: '/dev/shm' },
    ...(secrets
      ? [
          { name: 'superuser-secret', mountPath: '/etc/superuser-secret' },
          { name: 'app-secret', mountPath: '/etc/app-secret' },
        ]
      : []),
    { name: tokenVolume(cluster, pod), readOnly: true, mountPath: '/var/run/secrets/kubernetes.io/serviceaccount' },
  ]
}

function podSpec(cluster: PostgresCluster, pod: LivePod, node: string): Record<string, unknown> {
  const old = cluster.wire === '1.15.1'
  const seccomp = old ? {} : { seccompProfile: { type: 'RuntimeDefault' } }
  const container = {
    resources: {},
    volumeMounts: mounts(cluster, pod, old),
    terminationMessagePath: '/dev/termination-log',
    terminationMessagePolicy: 'File',
    imagePullPolicy: 'IfNotPresent',
    securityContext: {
      capabilities: { drop: ['ALL'] },
      privileged: false,
      runAsNonRoot: true,
      readOnlyRootFilesystem: true,
      allowPrivilegeEscalation: false,
      ...seccomp,
    },
  }
  const secret = (name: string) => ({ secret: { secretName: name, defaultMode: 420 } })
  const expressions = old
    ? [{ key: 'postgresql', operator: 'In', values: [cluster.name] }]
    : [
        { key: 'cnpg.io/cluster', operator: 'In', values: [cluster.name] },
        { key: 'cnpg.io/podRole', operator: 'In', values: ['instance'] },
      ]
  const away = (key: string) => ({ key, operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 300 })
  return {
    volumes: [
      { name: 'pgdata', persistentVolumeClaim: { claimName: pod.name } },
      { name: 'scratch-data', emptyDir: {} },
      { name: 'shm', emptyDir: { medium: 'Memory' } },
      ...(old
        ? [
            { name: 'superuser-secret', ...secret(`${cluster.name}-superuser`) },
            { name: 'app-secret', ...secret(`${cluster.name}-app`) },
          ]
        : []),
      { name: tokenVolume(cluster, pod), projected: projectedToken },
    ],
    initContainers: [
      {
        name: 'bootstrap-controller',
        image: operatorImage(cluster),
        command: ['/manager', 'bootstrap', '/controller/manager', '--log-level=info'],
        ...container,
      },
    ],
    containers: [
      {
        name: 'postgres',
        image: pod.image,
        command: ['/controller/manager', 'instance', 'run', ...(old ? [] : ['--status-port-tls']), '--log-level=info'],
        ports: [
          { name: 'postgresql', containerPort: 5432, protocol: 'TCP' },
          { name: 'metrics', containerPort: 9187, protocol: 'TCP' },
          { name: 'status', containerPort: 8000, protocol: 'TCP' },
        ],
        env: containerEnvironment(cluster, pod),
        ...container,
        ...probes(old),
      },
    ],
    restartPolicy: 'Always',
    terminationGracePeriodSeconds: old ? 30 : 1800,
    dnsPolicy: 'ClusterFirst',
    serviceAccountName: cluster.name,
    serviceAccount: cluster.name,
    nodeName: node,
    securityContext: { runAsUser: 26, runAsGroup: 26, runAsNonRoot: true, fsGroup: 26, ...seccomp },
    hostname: pod.name,
    ...(old && { subdomain: `${cluster.name}-any` }),
    affinity: {
      podAntiAffinity: {
        preferredDuringSchedulingIgnoredDuringExecution: [
          {
            weight: 100,
            podAffinityTerm: {
              labelSelector: { matchExpressions: expressions },
              topologyKey: 'kubernetes.io/hostname',
            },
          },
        ],
      },
    },
    schedulerName: 'default-scheduler',
    tolerations: [away('node.kubernetes.io/not-ready'), away('node.kubernetes.io/unreachable')],
    priority: 0,
    enableServiceLinks: true,
    preemptionPolicy: 'PreemptLowerPriority',
  }
}

const projectedToken = {
  sources: [
    { serviceAccountToken: { expirationSeconds: 3607, path: 'token' } },
    { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
    {
      downwardAPI: { items: [{ path: 'namespace', fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.namespace' } }] },
    },
  ],
  defaultMode: 420,
}

function containerEnvironment(cluster: PostgresCluster, pod: LivePod): { name: string; value: string }[] {
  const old = cluster.wire === '1.15.1'
  const history = { PSQL_HISTORY: '/controller/tmp/.psql_history' }
  const values = {
    PGDATA: containerPaths.data,
    POD_NAME: pod.name,
    NAMESPACE: cluster.namespace,
    CLUSTER_NAME: cluster.name,
    ...(old ? {} : history),
    PGPORT: '5432',
    PGHOST: containerPaths.run,
    ...(old ? {} : { TMPDIR: '/controller/tmp' }),
  }
  return Object.entries(values).map(([name, value]) => ({ name, value }))
}

function probes(old: boolean): Record<string, unknown> {
  const scheme = old ? 'HTTP' : 'HTTPS'
  const probe = (path: string, failureThreshold = 3) => ({
    httpGet: { path, port: 8000, scheme },
    timeoutSeconds: 5,
    periodSeconds: 10,
    successThreshold: 1,
    failureThreshold,
  })
  if (old) return { livenessProbe: { initialDelaySeconds: 30, ...probe('/healthz') }, readinessProbe: probe('/readyz') }
  return { livenessProbe: probe('/healthz'), readinessProbe: probe('/readyz'), startupProbe: probe('/startupz', 360) }
}

/** What the kubelet says of a pod (recorded states healthy, hibernation-waking, restart-running). */
function podStatus(cluster: PostgresCluster, pod: LivePod, options: PodObjectOptions): Record<string, unknown> {
  const old = cluster.wire === '1.15.1'
  const since = seconds(pod.createdAt)
  const condition = (type: string, status: boolean) => ({
    type,
    ...(!old && { observedGeneration: 1 }),
    status: status ? 'True' : 'False',
    lastProbeTime: null,
    lastTransitionTime: since,
    ...(!status && { reason: 'ContainersNotReady', message: 'containers with unready status: [postgres]' }),
  })
  return {
    ...(!old && { observedGeneration: 1 }),
    phase: pod.stage === 'waiting' ? 'Pending' : 'Running',
    conditions: [
      ...(old ? [] : [condition('PodReadyToStartContainers', true)]),
      condition('Initialized', true),
      condition('Ready', pod.ready),
      condition('ContainersReady', pod.ready),
      condition('PodScheduled', true),
    ],
    hostIP: options.nodeAddress,
    ...(!old && { hostIPs: [{ ip: options.nodeAddress }] }),
    podIP: pod.address,
    podIPs: [{ ip: pod.address }],
    startTime: since,
    initContainerStatuses: [initStatus(cluster, pod)],
    containerStatuses: [mainStatus(cluster, pod)],
    qosClass: 'BestEffort',
  }
}

function containerId(pod: LivePod, container: string): string {
  return `containerd://${digest(`${pod.uid}/${container}`)}`
}

/** What newer kubelets say of a container besides. */
function modernFields(cluster: PostgresCluster, pod: LivePod): Record<string, unknown> {
  if (cluster.wire === '1.15.1') return {}
  return {
    resources: {},
    volumeMounts: mounts(cluster, pod, false).map((mount) =>
      mount.readOnly === true ? { ...mount, recursiveReadOnly: 'Disabled' } : mount,
    ),
  }
}

function initStatus(cluster: PostgresCluster, pod: LivePod): Record<string, unknown> {
  const since = seconds(pod.createdAt)
  const containerID = containerId(pod, 'init')
  return {
    name: 'bootstrap-controller',
    state: {
      terminated: { exitCode: 0, reason: 'Completed', startedAt: since, finishedAt: since, containerID },
    },
    lastState: {},
    ready: true,
    restartCount: 0,
    image: operatorImage(cluster),
    imageID: `sha256:${digest(operatorImage(cluster))}`,
    containerID,
    ...modernFields(cluster, pod),
    ...(cluster.wire !== '1.15.1' && { started: false }),
  }
}

function mainStatus(cluster: PostgresCluster, pod: LivePod): Record<string, unknown> {
  const waiting = pod.stage === 'waiting'
  // The first container keeps its identifier as long as the pod lives, as Backups name it.
  const containerID = containerId(pod, pod.restarts === 0 ? 'postgres' : `postgres/${pod.restarts}`)
  const startedAt = seconds(pod.startedAt)
  const ended = { exitCode: 0, reason: 'Completed', startedAt, finishedAt: seconds(new Date()), containerID }
  const states = {
    waiting: { waiting: { reason: 'PodInitializing' } },
    running: { running: { startedAt } },
    stopped: { terminated: ended },
  }
  return {
    name: 'postgres',
    state: states[pod.stage],
    lastState: {},
    ready: pod.ready,
    restartCount: pod.restarts,
    image: pod.image,
    imageID: waiting ? '' : `sha256:${digest(pod.image)}`,
    ...(!waiting && { containerID }),
    started: pod.stage === 'running',
    ...modernFields(cluster, pod),
  }
}
