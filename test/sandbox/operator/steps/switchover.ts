import type { LivePod } from '../../instance/live-pod.ts'
import type { Desk } from '../desk.ts'
import type { Kubelet } from '../kubelet.ts'
import { notYetActive, pendingTarget, Phase } from '../phases.ts'
import type { Step } from './step.ts'

/** Makes the instance primary that `status.targetPrimary` names (recorded commands promote.*, and the log of that switchover). */
export const switchover: Step = async (desk, kubelet) => {
  const { cluster } = desk
  const target = desk.wantedPrimary
  const old = desk.primaryPod
  if (target === cluster.primary || target === '' || target === pendingTarget || old === undefined) return 'nothing'
  if (old.terminating || old.fenced) return 'nothing'
  if (desk.faults.rollBackNext) {
    desk.faults.rollBackNext = false
    await desk.pause()
    desk.setTarget(cluster.primary)
    desk.enter(Phase.healthy)
    return 'acted'
  }
  if (!cluster.servers.has(target)) {
    await refuseForeign(desk, kubelet, old)
    return 'acted'
  }
  if (desk.phase !== Phase.upgrade) desk.enter(Phase.switchover, `Switching over to ${target}`)
  await desk.pause()
  old.log('This is the former primary instance. Shutting it down to allow it to be demoted to a replica.')
  await kubelet.stopContainer(old)
  await desk.pause()
  const chosen = await finalTarget(desk)
  if (chosen === cluster.primary) desk.setTarget(chosen)
  else await promote(desk, chosen)
  desk.enterWaiting(notYetActive)
  await desk.pause()
  await kubelet.startContainer(old)
  return 'acted'
}

/** Promotes an instance; all objects say so. */
export async function promote(desk: Desk, name: string): Promise<void> {
  await desk.sleep(desk.faults.promotionDelay)
  desk.cluster.pods.get(name)?.log("I'm the target primary, applying WALs and promoting my instance")
  await desk.cluster.promote(name)
  desk.publish()
  await desk.pause()
}

/** The instance that is named now and can be promoted; as long as there is none, the user may name another one. */
async function finalTarget(desk: Desk): Promise<string> {
  const { cluster } = desk
  const able = (name: string) => cluster.pods.get(name)?.server.running === true
  const named = () => desk.wantedPrimary
  await desk
    .until(() => named() === cluster.primary || able(named()), 'no target', 10_000)
    .catch((error: unknown) => {
      if (desk.stopped) throw error
    })
  return able(named()) ? named() : cluster.primary
}

/** The target is no instance of the cluster: it is set back at once, but the primary has seen the name and restarts. */
async function refuseForeign(desk: Desk, kubelet: Kubelet, primary: LivePod): Promise<void> {
  const { name } = primary
  desk.setTarget(name)
  desk.enter(Phase.switchover, `Switching over to ${name}`)
  await kubelet.stopContainer(primary)
  await desk.pause()
  await kubelet.startContainer(primary)
}
