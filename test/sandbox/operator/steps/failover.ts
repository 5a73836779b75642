import type { LivePod } from '../../instance/live-pod.ts'
import type { Desk } from '../desk.ts'
import { pendingTarget, Phase } from '../phases.ts'
import type { Step } from './step.ts'
import { promote } from './switchover.ts'

/** Elects a new primary when the present one is gone or going (recorded states failover-running-*, operator-1.15.1-failover-*). */
export const failover: Step = async (desk) => {
  const { cluster } = desk
  const old = cluster.primary
  const pod = desk.primaryPod
  const works = pod !== undefined && !pod.terminating && (pod.fenced || !pod.server.crashed)
  if (works || candidates(desk).length === 0) return 'nothing'
  desk.event('FailingOver', `Current primary isn't healthy, initiating a failover from ${old}`)
  if (pod !== undefined && !desk.old) pod.role = 'unhealthy'
  desk.enter(Phase.failover, `Initiating a failover from ${old}`)
  desk.setTarget(pendingTarget)
  await desk.pause()
  await desk.until(() => cluster.servers.get(old)?.running !== true, `${old} does not end`)
  const elected = await mostAdvanced(desk)
  desk.event('FailoverTarget', `Failing over from ${old} to ${elected}`)
  desk.enter(Phase.failover, `Failing over from ${old} to ${elected}`)
  desk.setTarget(elected)
  await desk.pause()
  await promote(desk, elected)
  return 'acted'
}

function candidates(desk: Desk): LivePod[] {
  const { cluster } = desk
  return [...cluster.pods.values()].filter(
    (pod) => pod.name !== cluster.primary && pod.server.running && !pod.terminating && !pod.fenced,
  )
}

/** The standby that has received most; the first one of those that are level. */
async function mostAdvanced(desk: Desk): Promise<string> {
  const positions: { name: string; serial: number; bytes: number }[] = []
  for (const { name, serial, server } of candidates(desk)) {
    const [row] = await server.query<{ bytes: string }>(
      "SELECT pg_wal_lsn_diff(greatest(pg_last_wal_receive_lsn(), pg_last_wal_replay_lsn()), '0/0') AS bytes",
    )
    positions.push({ name, serial, bytes: Number(row?.bytes ?? 0) })
  }
  const [best] = positions.sort((a, b) => b.bytes - a.bytes || a.serial - b.serial)
  if (best === undefined) throw new Error('no standby can be promoted')
  return best.name
}
