import { instanceStatus } from '../../instance/status.ts'
import type { LivePod } from '../../instance/live-pod.ts'
import type { Desk } from '../desk.ts'
import type { Kubelet } from '../kubelet.ts'
import { Annotation, Phase } from '../phases.ts'
import { restartInPlace } from './restart-primary.ts'
import type { Outcome, Step } from './step.ts'

/** Why an instance has to be restarted, and whether its container may stay. */
interface Need {
  reason: string
  inPlace: boolean
}

/**
 * Renews pods that are not what the Cluster wants, or whose servers wait for a restart: standbys first, the last one first, then the
 * primary as strategy and method say (recorded states rollout-supervised, restart-running, operator-1.15.1-upgrade-done).
 */
export const rollout: Step = async (desk, kubelet) => {
  const { cluster } = desk
  const pods = [...cluster.pods.values()].filter((pod) => pod.ready && !pod.terminating && !pod.fenced)
  const standbys = pods.filter((pod) => pod.name !== cluster.primary).sort((a, b) => b.serial - a.serial)
  const primary = pods.find((pod) => pod.name === cluster.primary)
  const needed = primary === undefined ? undefined : await needOf(desk, primary)
  const first = needed !== undefined && 'decrease' in needed
  if (!first) {
    for (const pod of standbys) {
      const need = await needOf(desk, pod)
      if (need === undefined) continue
      await renew(desk, kubelet, pod, `Restarting instance ${pod.name}, because: ${need.reason}`)
      return 'acted'
    }
  }
  return primary === undefined || needed === undefined ? 'nothing' : updatePrimary(desk, kubelet, primary, needed)
}

async function needOf(desk: Desk, pod: LivePod): Promise<(Need & { decrease?: true }) | undefined> {
  const { image } = desk.cluster
  if (pod.image !== image) {
    return { reason: `the instance is using a different image: ${pod.image} -> ${image}`, inPlace: false }
  }
  const restartedAt = desk.annotation(Annotation.restartedAt)
  if (restartedAt !== '' && pod.annotations[Annotation.restartedAt] !== restartedAt) {
    return { reason: 'cluster has been explicitly restarted via annotation', inPlace: true }
  }
  const primary = pod.name === desk.cluster.primary
  const status = await pendingOf(pod)
  // A standby may be restarted with a lower limit only when the primary's has arrived.
  if (
    !primary &&
    status.pendingRestartForDecrease === true &&
    !(await pendingOf(desk.cluster.pod(desk.cluster.primary))).pendingRestart
  )
    await desk.until(
      async () => (await pendingOf(pod)).pendingRestart === true,
      `${pod.name} has not heard of the lower limit`,
    )
  else if (status.pendingRestart !== true) return undefined
  return {
    reason: 'Postgres needs a restart to apply some configuration changes',
    inPlace: true,
    ...(primary && status.pendingRestartForDecrease === true && { decrease: true }),
  }
}

async function pendingOf(pod: LivePod): Promise<{ pendingRestart?: boolean; pendingRestartForDecrease?: boolean }> {
  return JSON.parse(await instanceStatus(pod.server, pod.state())) as { pendingRestart?: boolean }
}

/** The pod goes and comes back on the same volume. */
async function renew(
  desk: Desk,
  kubelet: Kubelet,
  pod: LivePod,
  reason: string,
  phase: string = Phase.upgrade,
): Promise<void> {
  desk.event('UpgradingInstance', `Upgrading instance ${pod.name}`)
  desk.enter(phase, reason)
  await kubelet.delete(pod.name)
  await kubelet.run(pod.name)
}

async function updatePrimary(
  desk: Desk,
  kubelet: Kubelet,
  pod: LivePod,
  need: Need & { decrease?: true },
): Promise<Outcome> {
  const { cluster } = desk
  if (desk.spec('primaryUpdateStrategy') === 'supervised') {
    desk.enter(Phase.user, 'User must issue a supervised switchover')
    return 'hold'
  }
  const next = [...cluster.pods.values()]
    .filter((other) => other !== pod && other.ready && !other.fenced && !other.terminating)
    .sort((a, b) => a.serial - b.serial)[0]
  // A lower limit must come to the primary first, without a standby being promoted.
  if (desk.spec('primaryUpdateMethod') === 'restart' || need.decrease === true) {
    if (!need.inPlace) {
      await renew(desk, kubelet, pod, need.reason, Phase.restartByDeletion)
      return 'acted'
    }
    const restartedAt = desk.annotation(Annotation.restartedAt)
    if (restartedAt !== '') pod.annotations = { ...pod.annotations, [Annotation.restartedAt]: restartedAt }
    await restartInPlace(desk, need.reason)
    return 'acted'
  }
  if (next === undefined) {
    const reason = `The primary instance needs to be restarted: ${pod.name}, reason: ${need.reason}`
    await renew(desk, kubelet, pod, reason)
    return 'acted'
  }
  desk.event('Switchover', `Initiating switchover to ${next.name} to upgrade ${pod.name}`)
  desk.enter(Phase.upgrade, need.reason)
  desk.setTarget(next.name)
  return 'acted'
}
