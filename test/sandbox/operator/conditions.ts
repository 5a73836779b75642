/** A condition of a Cluster or a pod. */
export interface Condition {
  type: string
  status: string
  reason?: string
  message?: string
  lastTransitionTime?: string
  [field: string]: unknown
}

/**
 * The wanted conditions over those that stand there: each keeps the time of its last transition as long as its status stays. What
 * stands there and is not wanted, is kept. The order is that of what stands there.
 */
export function mergeConditions(present: readonly Condition[], wanted: readonly Condition[], now: string): Condition[] {
  const merged = new Map(present.map((condition) => [condition.type, condition]))
  for (const condition of wanted) {
    const before = merged.get(condition.type)
    const since = before?.status === condition.status ? before.lastTransitionTime : now
    merged.set(condition.type, before === undefined ? condition : { ...condition, lastTransitionTime: since ?? now })
  }
  return [...merged.values()]
}
