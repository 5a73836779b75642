import { text } from '../../api-server/objects.ts'
import type { StoredObject } from '../../api-server/objects.ts'
import type { Desk } from '../desk.ts'
import { Annotation, Phase } from '../phases.ts'
import { deleteJob, joinJob } from '../jobs.ts'
import type { Step } from './step.ts'

const lost =
  'One or more instances were previously created, but no PersistentVolumeClaims (PVCs) exist. The cluster is in an unrecoverable state. ' +
  'To resolve this, restore the cluster from a recent backup.'

/** Lets go of instances whose volume was deleted or detached (recorded commands destroy.*). */
export const volumes: Step = async (desk) => {
  const { cluster } = desk
  for (const name of [...cluster.servers.keys()]) {
    // Kubernetes keeps a volume as long as a pod uses it.
    if (cluster.pods.has(name)) continue
    if (isLeaving(desk, name)) {
      removeClaim(desk, name)
      await cluster.destroyInstance(name)
      desk.publish()
      return 'acted'
    }
    if (isDetached(desk, name)) {
      cluster.volumes.detach(name)
      desk.publish()
      return 'acted'
    }
  }
  for (const name of cluster.volumes.detached) {
    if (!isLeaving(desk, name)) continue
    removeClaim(desk, name)
    await cluster.volumes.removeDetached(name)
    deleteJob(desk, joinJob(name))
    return 'acted'
  }
  if (cluster.servers.size > 0) return 'nothing'
  desk.enter(
    desk.old ? 'Cluster is in an unrecoverable state, needs manual intervention' : Phase.unrecoverable,
    desk.old ? undefined : lost,
  )
  return 'hold'
}

/** Ends what is left of a Cluster that was deleted: its pods have gone with it. */
export async function removeAll(desk: Desk): Promise<void> {
  const { cluster } = desk
  for (const name of [...cluster.servers.keys(), ...cluster.volumes.detached])
    if (isLeaving(desk, name)) removeClaim(desk, name)
  for (const server of cluster.servers.values()) await server.stop('fast')
}

function claimOf(desk: Desk, name: string): StoredObject | undefined {
  const { store } = desk.api
  return store.get(store.resource('PersistentVolumeClaim'), desk.cluster.namespace, name)
}

function isLeaving(desk: Desk, name: string): boolean {
  const claim = claimOf(desk, name)
  return claim === undefined || claim.metadata.deletionTimestamp !== undefined
}

function isDetached(desk: Desk, name: string): boolean {
  return text(claimOf(desk, name), 'metadata', 'annotations', Annotation.volumeStatus) === 'detached'
}

/** Deletes the claim of a volume that no pod uses. */
export function removeClaim(desk: Desk, name: string): void {
  desk.remove('PersistentVolumeClaim', name)
}
