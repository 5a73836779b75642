import type { ClusterSnapshot } from '../api/snapshot.ts'

/** Why SQL, which alone could prove it, is refused for one of these instances; null when no right is missing. */
export function notPermitted(snapshot: ClusterSnapshot, instances: readonly string[]): string | null {
  for (const { pod, details } of snapshot.instances) {
    if (!instances.includes(pod) || details === undefined || details.ok || details.reason !== 'forbidden') continue
    return details.message
  }
  return null
}
