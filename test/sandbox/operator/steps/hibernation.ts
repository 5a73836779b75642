import type { Desk } from '../desk.ts'
import { Annotation, Phase } from '../phases.ts'
import type { Step } from './step.ts'

const type = 'cnpg.io/hibernation'

/** Reasons and messages of the condition (spec/commands-core.md 11.1). */
const conditions = {
  Hibernated: { status: 'True', message: 'Cluster has been hibernated' },
  DeletingPods: { status: 'False', message: 'Hibernation is in progress' },
  WaitingForHealthy: {
    status: 'False',
    message: 'Waiting for the cluster to be healthy before proceeding with hibernation',
  },
} as const

/** Whether the cluster is to sleep and has been healthy since that was asked for. */
function isAsleep(desk: Desk): boolean {
  return desk.annotation(Annotation.hibernation) === 'on' && ![undefined, 'WaitingForHealthy'].includes(reason(desk))
}

/** Takes the pods away, the primary's first, and lets the volumes be; brings them back (recorded states hibern*). 1.15.1 knows nothing of it. */
export const hibernation: Step = async (desk, kubelet) => {
  if (desk.old) return 'nothing'
  const before = reason(desk)
  if (desk.annotation(Annotation.hibernation) !== 'on') {
    if (before === undefined) return 'nothing'
    desk.removeCondition(type)
    return 'acted'
  }
  if (!isAsleep(desk) && !isHealthy(desk)) {
    say(desk, 'WaitingForHealthy')
    return 'nothing'
  }
  const { cluster } = desk
  for (;;) {
    const names = [...cluster.pods.keys()].sort()
    const next = names.find((name) => name === cluster.primary) ?? names[0]
    if (next === undefined) break
    say(desk, 'DeletingPods')
    await desk.pause()
    const message = `Waiting for ${next} to be deleted`
    desk.setCondition({ type, status: 'False', reason: 'WaitingPodsDeletion', message })
    await kubelet.delete(next)
  }
  say(desk, 'Hibernated')
  desk.restartAsked = false
  desk.publish()
  return 'hold'
}

function reason(desk: Desk): string | undefined {
  return desk.condition(type)?.reason
}

function isHealthy(desk: Desk): boolean {
  const { cluster } = desk
  const ready = [...cluster.pods.values()].every((pod) => pod.ready && !pod.terminating)
  return desk.phase === Phase.healthy && desk.wantedPrimary === cluster.primary && ready
}

function say(desk: Desk, reasonText: keyof typeof conditions): void {
  desk.setCondition({ type, reason: reasonText, ...conditions[reasonText] })
}
