import type { Desk } from '../desk.ts'
import { Phase } from '../phases.ts'
import type { Step } from './step.ts'

/** Restarts the primary in its container when the status asks for it (recorded commands restart.primary-*). */
export const restartPrimary: Step = async (desk) => {
  if (!desk.restartAsked) return 'nothing'
  desk.restartAsked = false
  const pod = desk.primaryPod
  if (pod === undefined || pod.terminating || pod.fenced) return 'nothing'
  await restartInPlace(desk, 'Requested by the user')
  return 'acted'
}

/** Stops and starts the primary's server; its pod and its manager stay. */
export async function restartInPlace(desk: Desk, reason: string): Promise<void> {
  const { cluster } = desk
  const pod = cluster.pod(cluster.primary)
  desk.enter(Phase.restartInPlace, reason)
  pod.restarting = true
  pod.log('Instance restart requested, waiting for PostgreSQL to shut down')
  try {
    await desk.pause()
    await pod.server.stop('fast')
    desk.publish()
    await desk.pause()
    await pod.server.start()
  } finally {
    pod.restarting = false
  }
  for (const standby of cluster.pods.values())
    if (standby !== pod && standby.server.running && !standby.terminating) await cluster.waitStreaming(standby.name)
  desk.enter(Phase.healthy, 'Primary instance restarted in-place')
}
