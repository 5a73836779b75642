/** What all Kubernetes objects share, and the kinds of Kubernetes itself that are read besides Pods. Any member may be absent. */

export interface ObjectMeta {
  name: string
  namespace?: string
  uid?: string
  resourceVersion?: string
  generation?: number
  creationTimestamp?: string | null
  deletionTimestamp?: string | null
  labels?: Record<string, string>
  annotations?: Record<string, string>
  ownerReferences?: OwnerReference[]
}

export interface OwnerReference {
  apiVersion?: string
  kind: string
  name: string
  uid?: string
  controller?: boolean
}

export interface KubeObject {
  apiVersion?: string
  kind?: string
  metadata: ObjectMeta
}

export interface KubeList<T> {
  apiVersion?: string
  kind?: string
  metadata?: { resourceVersion?: string; continue?: string; remainingItemCount?: number }
  items: T[]
}

/** Answer to `Accept: application/json;as=Table`. */
export interface KubeTable {
  kind: 'Table'
  metadata?: { resourceVersion?: string; continue?: string }
  columnDefinitions: { name: string; type: string }[]
  rows: { cells: unknown[]; object?: Partial<KubeObject> }[]
}

export interface Condition {
  type: string
  status: string
  reason?: string
  message?: string
  lastTransitionTime?: string
  observedGeneration?: number
}

export interface PodDisruptionBudget extends KubeObject {
  spec: {
    selector?: { matchLabels?: Record<string, string> }
    minAvailable?: number | string
    maxUnavailable?: number | string
  }
  status?: { expectedPods?: number; currentHealthy?: number; desiredHealthy?: number; disruptionsAllowed?: number }
}

export interface Job extends KubeObject {
  spec?: { completions?: number; backoffLimit?: number }
  status?: { active?: number; succeeded?: number; failed?: number; startTime?: string; conditions?: Condition[] }
}

export interface PersistentVolumeClaim extends KubeObject {
  spec?: { storageClassName?: string; resources?: { requests?: Record<string, string> }; volumeName?: string }
  status?: { phase?: string; capacity?: Record<string, string>; conditions?: Condition[] }
}

export interface KubeNode extends KubeObject {
  spec?: { unschedulable?: boolean }
  status?: { conditions?: Condition[] }
}

/** The server's `Status` body of a failure. */
export interface KubeStatus {
  kind: 'Status'
  status?: string
  message?: string
  reason?: string
  code?: number
  details?: {
    name?: string
    group?: string
    kind?: string
    retryAfterSeconds?: number
    causes?: { field?: string; reason?: string; message?: string }[]
  }
}
