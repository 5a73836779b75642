import type { Desk } from '../desk.ts'
import type { Kubelet } from '../kubelet.ts'
import { notYetActive } from '../phases.ts'
import type { Step } from './step.ts'

/**
 * Makes the pods of volumes that have none, the primary's first (recorded states hibernation-waking, failover-done), and starts
 * containers whose server has ended by itself.
 */
export const instances: Step = async (desk, kubelet) => {
  if (await restartEnded(desk, kubelet)) return 'acted'
  const { cluster } = desk
  const missing = [...cluster.servers.keys()].filter((name) => !cluster.pods.has(name) && !desk.initializing.has(name))
  const next = missing.includes(cluster.primary) ? cluster.primary : missing.sort()[0]
  if (next === undefined) return 'nothing'
  desk.enterWaiting(notYetActive)
  await kubelet.run(next)
  return 'acted'
}

/** Starts the container of a pod whose server has died, or that a step which failed has left behind. */
async function restartEnded(desk: Desk, kubelet: Kubelet): Promise<boolean> {
  const pods = [...desk.cluster.pods.values()].filter((pod) => !pod.terminating && !pod.fenced)
  const pod = pods.find(({ server, probing, stage }) => server.crashed || probing || stage !== 'running')
  if (pod === undefined) return false
  if (!pod.server.running) {
    if (pod.stage === 'running') await kubelet.stopContainer(pod)
    desk.enterWaiting(notYetActive)
    await desk.pause()
  }
  await kubelet.startContainer(pod)
  return true
}
