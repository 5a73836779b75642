import { notYetActive } from '../phases.ts'
import type { Step } from './step.ts'

/** Makes the pods of volumes that have none, the primary's first (recorded states hibernation-waking, failover-done). */
export const instances: Step = async (desk, kubelet) => {
  const { cluster } = desk
  const missing = [...cluster.servers.keys()].filter((name) => !cluster.pods.has(name) && !desk.initializing.has(name))
  if (missing.length === 0) return 'nothing'
  const next = missing.includes(cluster.primary) ? cluster.primary : missing.sort()[0]
  if (next === undefined) return 'nothing'
  desk.enterWaiting(notYetActive)
  await kubelet.run(next)
  return 'acted'
}
