import { executableHash } from '../../instance/identity.ts'
import type { PostgresCluster } from '../cluster.ts'
import { backupStatus } from './backup-objects.ts'
import { digest, micros, seconds } from './metadata.ts'
import type { PlainObject } from './metadata.ts'

/** What the Cluster object says besides what is true of the servers. */
export interface ClusterObjectOptions {
  /** Merged over the spec; parameters over its parameters. */
  spec?: Readonly<Record<string, unknown>>
  annotations?: Readonly<Record<string, string>>
  /** Where base backups go; also when the cluster archives its WAL. */
  objectStore?: boolean
  phase?: string
  phaseReason?: string
  targetPrimary?: string
  targetPrimarySince?: Date
  /** Jobs that are under way or done and not yet deleted. */
  jobs?: number
  /** Volumes that a job is filling. */
  initializing?: readonly string[]
}

const healthyPhase = 'Cluster in healthy state'

/** The Cluster as operators 1.30.0 and 1.15.1 keep it (recorded states healthy and operator-1.15.1-healthy). */
export function clusterObject(cluster: PostgresCluster, options: ClusterObjectOptions = {}): PlainObject {
  const { annotations } = options
  return {
    apiVersion: 'postgresql.cnpg.io/v1',
    kind: 'Cluster',
    metadata: {
      ...(annotations !== undefined && { annotations: { ...annotations } }),
      creationTimestamp: seconds(cluster.createdAt),
      generation: 1,
      name: cluster.name,
      namespace: cluster.namespace,
      uid: cluster.uid,
    },
    spec: mergedSpec(cluster.wire === '1.15.1' ? oldSpec(cluster, options) : newSpec(cluster, options), options.spec),
    status: {
      ...(cluster.wire === '1.15.1' ? oldStatus(cluster, options) : newStatus(cluster, options)),
      ...(options.objectStore === true && backupStatus(cluster)),
    },
  }
}

function mergedSpec(
  spec: Record<string, unknown>,
  more: Readonly<Record<string, unknown>> = {},
): Record<string, unknown> {
  type Section = { parameters?: object }
  const [base, over] = [spec['postgresql'] as Section, more['postgresql'] as Section | undefined]
  const parameters = { ...base.parameters, ...over?.parameters }
  return { ...spec, ...more, postgresql: { ...base, ...over, parameters } }
}

function commonSpec(cluster: PostgresCluster): Record<string, unknown> {
  return {
    bootstrap: { initdb: { database: 'app', encoding: 'UTF8', localeCType: 'C', localeCollate: 'C', owner: 'app' } },
    enableSuperuserAccess: cluster.superuserAccess,
    imageName: cluster.image,
    imagePullPolicy: 'IfNotPresent',
    instances: cluster.servers.size,
    logLevel: 'info',
    maxSyncReplicas: 0,
    minSyncReplicas: 0,
    monitoring: {
      customQueriesConfigMap: [{ key: 'queries', name: 'cnpg-default-monitoring' }],
      disableDefaultQueries: false,
      enablePodMonitor: false,
    },
    postgresGID: 26,
    postgresUID: 26,
    primaryUpdateStrategy: 'unsupervised',
    resources: {},
    storage: { resizeInUseVolumes: true, size: '1Gi' },
  }
}

function newSpec(cluster: PostgresCluster, options: ClusterObjectOptions): Record<string, unknown> {
  return {
    affinity: { podAntiAffinityType: 'preferred' },
    ...(options.objectStore === true && { backup: objectStoreBackup(cluster) }),
    ...commonSpec(cluster),
    enablePDB: true,
    failoverDelay: 0,
    postgresql: {
      parameters: { ...cluster.parameters },
      ...(cluster.hbaRules.length > 0 && { pg_hba: [...cluster.hbaRules] }),
      syncReplicaElectionConstraint: { enabled: false },
    },
    primaryUpdateMethod: 'restart',
    probes: { liveness: { isolationCheck: { connectionTimeout: 1000, enabled: true, requestTimeout: 1000 } } },
    replicationSlots: {
      highAvailability: { enabled: true, slotPrefix: '_cnpg_' },
      synchronizeReplicas: { enabled: true },
      updateInterval: 30,
    },
    smartShutdownTimeout: 180,
    startDelay: 3600,
    stopDelay: 1800,
    switchoverDelay: 3600,
  }
}

function oldSpec(cluster: PostgresCluster, options: ClusterObjectOptions): Record<string, unknown> {
  return {
    affinity: { podAntiAffinityType: 'preferred', topologyKey: '' },
    ...(options.objectStore === true && { backup: objectStoreBackup(cluster) }),
    ...commonSpec(cluster),
    postgresql: {
      parameters: { ...cluster.parameters },
      ...(cluster.hbaRules.length > 0 && { pg_hba: [...cluster.hbaRules] }),
    },
    primaryUpdateMethod: 'switchover',
    startDelay: 30,
    stopDelay: 30,
    switchoverDelay: 40_000_000,
  }
}

function objectStoreBackup(cluster: PostgresCluster): Record<string, unknown> {
  return {
    barmanObjectStore: {
      data: { immediateCheckpoint: true },
      destinationPath: `s3://backups/${cluster.namespace}/`,
      endpointURL: 'http://object-store.invalid:9000',
      s3Credentials: {
        accessKeyId: { key: 'ACCESS_KEY_ID', name: 's3' },
        secretAccessKey: { key: 'ACCESS_SECRET_KEY', name: 's3' },
      },
      wal: { compression: 'gzip' },
    },
    retentionPolicy: '30d',
    ...(cluster.wire !== '1.15.1' && { target: 'prefer-standby' }),
  }
}

function commonStatus(cluster: PostgresCluster, options: ClusterObjectOptions): Record<string, unknown> {
  const { name } = cluster
  const active = [...cluster.pods.values()].filter((pod) => !pod.terminating)
  const names = (pods: typeof active) => pods.map((pod) => pod.name).sort()
  const states = {
    failed: names(active.filter((pod) => pod.stage === 'waiting')),
    healthy: names(active.filter((pod) => pod.ready)),
    replicating: names(active.filter((pod) => pod.stage !== 'waiting' && !pod.ready)),
  }
  const ready = states.healthy.length
  const { jobs = 0, initializing = [] } = options
  const volumes = [...cluster.servers.keys()].filter((volume) => !initializing.includes(volume)).sort()
  const dangling = volumes.filter((volume) => !cluster.pods.has(volume))
  const healthy = volumes.filter((volume) => cluster.pods.has(volume))
  const time = cluster.wire === '1.15.1' ? seconds : micros
  return {
    certificates: {
      clientCASecret: `${name}-ca`,
      expirations: {
        [`${name}-ca`]: goTime(cluster.credentials.authority.notAfter),
        [`${name}-replication`]: goTime(cluster.credentials.replication.notAfter),
        [`${name}-server`]: goTime(cluster.credentials.server.notAfter),
      },
      replicationTLSSecret: `${name}-replication`,
      serverAltDNSNames: cluster.credentials.serverNames,
      serverCASecret: `${name}-ca`,
      serverTLSSecret: `${name}-server`,
    },
    cloudNativePGCommitHash: 'sandbox',
    cloudNativePGOperatorHash: executableHash(cluster.wire),
    configMapResourceVersion: { metrics: { 'cnpg-default-monitoring': '1' } },
    currentPrimary: cluster.primary,
    currentPrimaryTimestamp: time(cluster.primarySince),
    ...(dangling.length > 0 && { danglingPVC: dangling }),
    ...(healthy.length > 0 && { healthyPVC: healthy }),
    ...(initializing.length > 0 && { initializingPVC: [...initializing] }),
    instances: cluster.servers.size,
    ...(active.length > 0 && {
      instancesStatus: Object.fromEntries(Object.entries(states).filter(([, list]) => list.length > 0)),
    }),
    ...(jobs > 0 && { jobCount: jobs }),
    phase: options.phase ?? healthyPhase,
    ...(options.phaseReason !== undefined && { phaseReason: options.phaseReason }),
    poolerIntegrations: { pgBouncerIntegration: {} },
    pvcCount: cluster.servers.size,
    readService: `${name}-r`,
    ...(ready > 0 && { readyInstances: ready }),
    secretsResourceVersion: {
      applicationSecretVersion: '1',
      clientCaSecretVersion: '1',
      replicationSecretVersion: '1',
      serverCaSecretVersion: '1',
      serverSecretVersion: '1',
      ...(cluster.superuserAccess && { superuserSecretVersion: '1' }),
    },
    targetPrimary: options.targetPrimary ?? cluster.primary,
    targetPrimaryTimestamp: time(options.targetPrimarySince ?? targetSince(cluster)),
    writeService: `${name}-rw`,
  }
}

/** The operator names the target before it is there: a moment ahead, and never before the cluster. */
function targetSince(cluster: PostgresCluster): Date {
  return new Date(Math.max(cluster.createdAt.getTime(), cluster.primarySince.getTime() - 1000))
}

function oldStatus(cluster: PostgresCluster, options: ClusterObjectOptions): Record<string, unknown> {
  const last = Math.max(...[...cluster.pods.values()].map((pod) => pod.serial), 0)
  return { ...commonStatus(cluster, options), latestGeneratedNode: last }
}

function newStatus(cluster: PostgresCluster, options: ClusterObjectOptions): Record<string, unknown> {
  const pods = [...cluster.pods.values()].filter((pod) => pod.stage !== 'waiting')
  // The operator knows of an instance what its manager reports.
  const reporting = pods.filter((pod) => pod.stage === 'running' && pod.server.running)
  const healthy = (options.phase ?? healthyPhase) === healthyPhase
  const condition = (type: string, status: string, reason: string, message: string) => ({
    lastTransitionTime: seconds(cluster.createdAt),
    message,
    reason,
    status,
    type,
  })
  return {
    availableArchitectures: [{ goArch: 'amd64', hash: executableHash(cluster.wire) }],
    ...commonStatus(cluster, options),
    conditions: [
      condition('Initialized', 'True', 'BootstrapCompleted', 'Cluster has been bootstrapped'),
      reporting.length > 0
        ? condition(
            'ConsistentSystemID',
            'True',
            'Unique',
            'A single, unique system ID was found across reporting instances.',
          )
        : condition(
            'ConsistentSystemID',
            'False',
            'NotFound',
            'No instances are present in the cluster to report a system ID.',
          ),
      healthy
        ? condition('Ready', 'True', 'ClusterIsReady', 'Cluster is Ready')
        : condition('Ready', 'False', 'ClusterIsNotReady', 'Cluster Is Not Ready'),
      condition('ContinuousArchiving', 'True', 'ContinuousArchivingSuccess', 'Continuous archiving is working'),
    ],
    image: cluster.image,
    instanceNames: [...cluster.servers.keys()].sort(),
    ...(pods.length > 0 && {
      instancesReportedState: Object.fromEntries(
        pods.map((pod) => [
          pod.name,
          {
            ip: pod.address,
            isPrimary: pod.name === cluster.primary,
            ...(reporting.includes(pod) && { timeLineID: cluster.timeline }),
          },
        ]),
      ),
    }),
    managedRolesStatus: {},
    operatorCertificateFingerprint: digest('operator certificate'),
    pgDataImageInfo: { image: cluster.image, majorVersion: Number(cluster.version.split('.')[0]) },
    selector: `cnpg.io/cluster=${cluster.name},cnpg.io/podRole=instance`,
    switchReplicaClusterStatus: {},
    ...(reporting.length > 0 && { systemID: cluster.systemId }),
    timelineID: cluster.timeline,
    topology: {
      ...(cluster.pods.size > 0 && {
        instances: Object.fromEntries([...cluster.pods.keys()].map((pod) => [pod, {}])),
        nodesUsed: 1,
      }),
      successfullyExtracted: true,
    },
  }
}

/** "2027-02-21 05:44:06 +0000 UTC": how Go prints a time. */
function goTime(at: Date): string {
  return `${at.toISOString().slice(0, 19).replace('T', ' ')} +0000 UTC`
}
