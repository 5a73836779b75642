/** Names that the operator gives to things (spec/wire-formats.md C to E). */

export const CNPG_GROUP = 'postgresql.cnpg.io'
export const CNPG_VERSION = 'v1'
export const BARMAN_GROUP = 'barmancloud.cnpg.io'
export const BARMAN_PLUGIN = 'barman-cloud.cloudnative-pg.io'

export const Labels = {
  cluster: 'cnpg.io/cluster',
  instanceName: 'cnpg.io/instanceName',
  instanceRole: 'cnpg.io/instanceRole',
  /** Role label of operators up to 1.23; still set, and wins when both are there. */
  role: 'role',
  podRole: 'cnpg.io/podRole',
  poolerName: 'cnpg.io/poolerName',
  jobRole: 'cnpg.io/jobRole',
  pvcRole: 'cnpg.io/pvcRole',
  backupName: 'cnpg.io/backupName',
  scheduledBackup: 'cnpg.io/scheduled-backup',
} as const

export const Annotations = {
  fencedInstances: 'cnpg.io/fencedInstances',
  hibernation: 'cnpg.io/hibernation',
  skipWalArchiving: 'cnpg.io/skipWalArchiving',
  operatorVersion: 'cnpg.io/operatorVersion',
  nodeSerial: 'cnpg.io/nodeSerial',
  pvcStatus: 'cnpg.io/pvcStatus',
  reloadedAt: 'cnpg.io/reloadedAt',
  restartedAt: 'kubectl.kubernetes.io/restartedAt',
} as const

export const POSTGRES_CONTAINER = 'postgres'
export const MANAGER_PATH = '/controller/manager'
export const PGDATA = '/var/lib/postgresql/data/pgdata'

export const Ports = { postgres: 5432, status: 8000, metrics: 9187 } as const

/** The element of the container's command that tells that port 8000 speaks TLS (A.2). */
export const STATUS_TLS_FLAG = '--status-port-tls'
/** The same for port 9187 (A.1). */
export const METRICS_TLS_FLAG = '--metrics-port-tls'

export const DEFAULT_SLOT_PREFIX = '_cnpg_'

/** All fencing: the member that stands for every instance (G.4). */
export const FENCE_ALL = '*'

export const Phases = {
  healthy: 'Cluster in healthy state',
  firstPrimary: 'Setting up primary',
  creatingReplica: 'Creating a new replica',
  upgrading: 'Upgrading cluster',
  waitingForUser: 'Waiting for user action',
  switchover: 'Switchover in progress',
  failover: 'Failing over',
} as const
