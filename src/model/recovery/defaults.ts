/**
 * What the resource definition and the operator's webhook fill into a Cluster (recorded state healthy, operator 1.30). Left out
 * of a manifest they come back by themselves, and it stays readable.
 */
export const CLUSTER_DEFAULTS: Readonly<Record<string, unknown>> = {
  affinity: { podAntiAffinityType: 'preferred' },
  backup: {
    target: 'prefer-standby',
    volumeSnapshot: {
      online: true,
      onlineConfiguration: { immediateCheckpoint: false, waitForArchive: true },
      snapshotOwnerReference: 'none',
    },
  },
  enablePDB: true,
  enableSuperuserAccess: false,
  failoverDelay: 0,
  logLevel: 'info',
  maxSyncReplicas: 0,
  minSyncReplicas: 0,
  monitoring: {
    customQueriesConfigMap: [{ key: 'queries', name: 'cnpg-default-monitoring' }],
    disableDefaultQueries: false,
    enablePodMonitor: false,
    tls: { enabled: false },
  },
  postgresGID: 26,
  postgresUID: 26,
  postgresql: {
    parameters: {
      archive_mode: 'on',
      archive_timeout: '5min',
      dynamic_shared_memory_type: 'posix',
      full_page_writes: 'on',
      log_destination: 'csvlog',
      log_directory: '/controller/log',
      log_filename: 'postgres',
      log_rotation_age: '0',
      log_rotation_size: '0',
      log_truncate_on_rotation: 'false',
      logging_collector: 'on',
      max_parallel_workers: '32',
      max_replication_slots: '32',
      max_worker_processes: '32',
      shared_memory_type: 'mmap',
      shared_preload_libraries: '',
      ssl_max_protocol_version: 'TLSv1.3',
      ssl_min_protocol_version: 'TLSv1.3',
      wal_keep_size: '512MB',
      wal_level: 'logical',
      wal_log_hints: 'on',
      wal_receiver_timeout: '5s',
      wal_sender_timeout: '5s',
    },
    syncReplicaElectionConstraint: { enabled: false },
  },
  primaryUpdateMethod: 'restart',
  primaryUpdateStrategy: 'unsupervised',
  probes: {
    liveness: { isolationCheck: { connectionTimeout: 1000, enabled: true, requestTimeout: 1000 } },
  },
  replicationSlots: {
    highAvailability: { enabled: true, slotPrefix: '_cnpg_' },
    synchronizeReplicas: { enabled: true },
    updateInterval: 30,
  },
  resources: {},
  smartShutdownTimeout: 180,
  startDelay: 3600,
  stopDelay: 1800,
  storage: { resizeInUseVolumes: true },
  switchoverDelay: 3600,
  walStorage: { resizeInUseVolumes: true },
}

/** The value without those members that equal their defaults; objects that have become empty by that go, too. */
export function withoutDefaults(value: unknown, defaults: unknown): unknown {
  if (!isObject(value) || !isObject(defaults)) return value
  const kept = Object.entries(value).flatMap(([key, member]): [string, unknown][] => {
    const standard = defaults[key]
    if (standard === undefined) return [[key, member]]
    if (JSON.stringify(member) === JSON.stringify(standard)) return []
    const rest = withoutDefaults(member, standard)
    return isObject(rest) && Object.keys(rest).length === 0 ? [] : [[key, rest]]
  })
  return Object.fromEntries(kept)
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
