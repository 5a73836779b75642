/** Phases of a Cluster and their reasons (spec/wire-formats.md B.4, recorded states). */
export const Phase = {
  healthy: 'Cluster in healthy state',
  switchover: 'Switchover in progress',
  failover: 'Failing over',
  restartInPlace: 'Primary instance is being restarted in-place',
  restartByDeletion: 'Primary instance is being restarted without a switchover',
  upgrade: 'Upgrading cluster',
  user: 'Waiting for user action',
  waiting: 'Waiting for the instances to become active',
  replica: 'Creating a new replica',
  configuration: 'Applying configuration',
  unrecoverable: 'Cluster is unrecoverable and needs manual intervention',
} as const

export const notYetActive = 'Some instances are not yet active. Please wait.'

/** What `status.targetPrimary` says while a new primary is being looked for. */
export const pendingTarget = 'pending'

export const Annotation = {
  restartedAt: 'kubectl.kubernetes.io/restartedAt',
  reloadedAt: 'cnpg.io/reloadedAt',
  fenced: 'cnpg.io/fencedInstances',
  hibernation: 'cnpg.io/hibernation',
  reconciliation: 'cnpg.io/reconciliationLoop',
  volumeStatus: 'cnpg.io/pvcStatus',
} as const
