import type { LivePod } from '../../instance/live-pod.ts'
import type { Desk } from '../desk.ts'
import type { Step } from './step.ts'

/** Stops the servers of fenced instances and starts those of others; pods and phase stay as they are (recorded states fenced-*). */
export const fencing: Step = async (desk) => {
  const wanted = desk.fenced
  const changed = [...desk.cluster.pods.values()].filter(
    (pod) => !pod.terminating && pod.stage === 'running' && pod.fenced !== wanted.has(pod.name),
  )
  if (changed.length === 0) return 'nothing'
  await Promise.all(changed.filter((pod) => wanted.has(pod.name)).map((pod) => fence(desk, pod)))
  const lifted = changed.filter((pod) => !wanted.has(pod.name))
  // Standbys look for their primary when they start.
  const primaryFirst = lifted.sort((a, b) => rank(desk, a) - rank(desk, b))
  for (const pod of primaryFirst) await unfence(desk, pod)
  return 'acted'
}

function rank(desk: Desk, pod: LivePod): number {
  return pod.name === desk.cluster.primary ? 0 : pod.serial
}

async function fence(desk: Desk, pod: LivePod): Promise<void> {
  pod.log('Fencing request received, will proceed shutting down the instance')
  pod.fenced = true
  pod.probing = true
  await pod.server.stop('fast')
  desk.publish()
  await desk.pause()
  pod.probing = false
  desk.publish()
}

async function unfence(desk: Desk, pod: LivePod): Promise<void> {
  pod.log('Fence lifting request received, will proceed with restarting the instance if needed')
  pod.probing = true
  desk.publish()
  await desk.cluster.startServer(pod.name)
  pod.fenced = false
  await desk.pause()
  pod.probing = false
  desk.publish()
}
