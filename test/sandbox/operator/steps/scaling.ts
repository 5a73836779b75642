import type { Desk } from '../desk.ts'
import type { Kubelet } from '../kubelet.ts'
import { createJob, deleteJob, finishJob, joinJob } from '../jobs.ts'
import { Phase } from '../phases.ts'
import type { Step } from './step.ts'
import { removeClaim } from './volumes.ts'

/** Adds and removes standbys until there are as many instances as the Cluster wants (recorded states scaled-*-running). */
export const scaling: Step = async (desk, kubelet) => {
  const { cluster } = desk
  const wanted = Number(desk.spec('instances') ?? 1)
  if (cluster.servers.size < wanted) {
    const primary = desk.primaryPod
    if (primary === undefined || !primary.server.running) return 'nothing'
    const name = cluster.volumes.next()
    if (!cluster.volumes.detached.includes(name)) {
      await join(desk, kubelet, name)
      return 'acted'
    }
    // The job fills the volume that was kept, but what is detached is not the cluster's: it stays one instance short.
    if (desk.jobs.has(joinJob(name))) return 'hold'
    createJob(desk, name)
    desk.enter(Phase.replica, `Creating replica ${joinJob(name)}`)
    await desk.pause(2)
    finishJob(desk, joinJob(name))
    return 'hold'
  }
  if (cluster.servers.size <= wanted) return 'nothing'
  const standbys = [...cluster.servers.keys()].filter((name) => name !== cluster.primary)
  const last = standbys.sort((a, b) => serialOf(desk, b) - serialOf(desk, a))[0]
  if (last === undefined) return 'nothing'
  desk.event('ScaleDown', `Scaling down - removing instance: ${last}`)
  if (cluster.pods.has(last)) await kubelet.delete(last)
  removeClaim(desk, last)
  await cluster.destroyInstance(last)
  desk.publish()
  return 'acted'
}

function serialOf(desk: Desk, name: string): number {
  return Number(name.slice(desk.cluster.name.length + 1))
}

/** A job copies the primary into a new volume, then a pod starts on it. */
async function join(desk: Desk, kubelet: Kubelet, name: string): Promise<void> {
  const { cluster } = desk
  const job = joinJob(name)
  desk.event('CreatingInstance', `Creating instance ${name}`)
  cluster.volumes.add()
  desk.initializing.add(name)
  createJob(desk, name)
  desk.enter(Phase.replica, `Creating replica ${job}`)
  try {
    await desk.pause()
    const rate = desk.faults.joinRate
    if (rate > 0) await cluster.server(cluster.primary).streamBaseBackup(job, rate)
    await cluster.copyPrimary(name)
    finishJob(desk, job)
    desk.publish()
    await desk.pause()
  } catch (error) {
    if (!desk.stopped) {
      removeClaim(desk, name)
      await cluster.destroyInstance(name)
    }
    throw error
  } finally {
    desk.initializing.delete(name)
    deleteJob(desk, job)
  }
  await kubelet.run(name)
}
