import { notYetActive, Phase } from '../phases.ts'
import type { Step } from './step.ts'

/** Nothing is left to do: the cluster is healthy, or waits for an instance. */
export const settle: Step = async (desk) => {
  const { cluster } = desk
  const ready = [...cluster.pods.values()].every((pod) => pod.ready || pod.fenced)
  if (!ready || cluster.pods.size === 0) desk.enterWaiting(notYetActive)
  // The reason of a restart stays until something else happens.
  else if (desk.phase === Phase.healthy) desk.publish()
  else {
    desk.enter(Phase.healthy)
    // There may be something that waited for this.
    return 'acted'
  }
  return 'nothing'
}
