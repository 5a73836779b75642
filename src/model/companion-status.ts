export interface ManagedRoles {
  byStatus: { status: string; roles: string[] }[]
  cannotReconcile: { role: string; errors: string[] }[]
}

export interface Tablespace {
  name: string
  owner: string | null
  state: string | null
  temporary: boolean | null
  error: string | null
}

export interface DisruptionBudget {
  name: string
  role: string | null
  expectedPods: number | null
  currentHealthy: number | null
  desiredHealthy: number | null
  disruptionsAllowed: number | null
}

export interface Plugin {
  name: string
  version: string | null
  status: string | null
  capabilities: string[]
}

export interface PoolerStatus {
  name: string
  type: string | null
  instancesWanted: number | null
  instances: number | null
  /** Ready pods; null when its pods are not known. */
  ready: number | null
  /** Why its pods do not run, in Kubernetes' words. */
  trouble: string | null
  phase: string | null
  phaseReason: string | null
  poolMode: string | null
  paused: boolean
  error: string | null
}

/** A Database, Publication, Subscription or DatabaseRole. */
export interface AppliedObject {
  /** Name of the object. */
  name: string
  /** Name inside PostgreSQL. */
  target: string
  owner: string | null
  /** null: never tried. */
  applied: boolean | null
  /** The spec is newer than what was applied. */
  stale: boolean
  message: string | null
}

export interface JobStatus {
  name: string
  /** initdb, join, full-recovery, major-upgrade, … */
  role: string | null
  instance: string | null
  state: 'active' | 'succeeded' | 'failed' | 'waiting'
  startedAt: string | null
}

export interface VolumeStatus {
  name: string
  instance: string | null
  role: string | null
  phase: string | null
  requested: string | null
  capacity: string | null
  storageClass: string | null
  /** What the operator says of it: dangling, resizing, initializing, healthy, unusable. */
  operatorState: string | null
}
