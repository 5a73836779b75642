import { Annotations } from '../api/constants.ts'
import type { KubeObject } from '../api/objects.ts'
import type { Part } from '../api/part.ts'
import type { ClusterSnapshot } from '../api/snapshot.ts'
import type { ClusterStatus } from '../model/cluster-status.ts'
import { quote } from '../model/rules/words.ts'
import { buildStatus } from '../model/status.ts'
import { objectsOfInstance } from './destroy-objects.ts'
import type { DestroyIntent } from './destroy.ts'
import type { Goal, Phase } from './wait.ts'

interface Going {
  what: string
  name: string
  uid: string | undefined
  list: (snapshot: ClusterSnapshot) => Part<KubeObject[]> | undefined
}

/**
 * Judges whether the very objects of the instance are gone (what the operator makes anew under their names are others), or the
 * volumes detached. The reason of a proof tells what the operator makes of it.
 */
export function goalOfDestroy(before: ClusterSnapshot, { instance, keep }: DestroyIntent): Goal<ClusterSnapshot> {
  const { pod, volumes, detached, jobs } = objectsOfInstance(before, instance)
  const going: Going[] = [
    ...(pod === null ? [] : [pod]).map((each) => one('pod', each, ({ objects }) => objects.pods)),
    ...(keep ? [] : [...volumes, ...detached]).map((each) =>
      one('volume', each, ({ objects }) => objects.persistentVolumeClaims),
    ),
    ...jobs.map((each) => one('job', each, ({ objects }) => objects.jobs)),
  ]
  return (snapshot) => {
    const left = going.filter((each) => !isGone(each, snapshot))
    const phases = going
      .filter((each) => !left.includes(each))
      .map(({ what, name }): Phase => ({ id: `${what} ${name}`, text: `${what} ${name} is gone` }))
    const lost = keep ? lostVolumes(snapshot, [...volumes, ...detached]) : []
    if (lost.length > 0) {
      return { phases, verdict: 'failed', reason: `somebody deletes what was to be kept: volume ${lost.join(', ')}` }
    }
    const attached = keep ? stillAttached(snapshot, volumes) : []
    const [first] = left
    if (first !== undefined) {
      return {
        phases,
        verdict: 'running',
        reason: `${left.map(({ what, name }) => `${what} ${name}`).join(', ')} still there`,
      }
    }
    if (attached.length > 0) {
      return { phases, verdict: 'running', reason: `${attached.join(', ')} not detached` }
    }
    return { phases, verdict: 'proved', reason: operatorWords(buildStatus(snapshot), instance) }
  }
}

function one(what: string, { metadata }: KubeObject, list: Going['list']): Going {
  return { what, name: metadata.name, uid: metadata.uid, list }
}

function isGone({ name, uid, list }: Going, snapshot: ClusterSnapshot): boolean {
  const part = list(snapshot)
  return part?.ok === true && !part.value.some(({ metadata }) => metadata.name === name && metadata.uid === uid)
}

/** Kept volumes that are gone all the same, or about to go. */
function lostVolumes({ objects }: ClusterSnapshot, volumes: readonly KubeObject[]): string[] {
  const claims = objects.persistentVolumeClaims
  if (claims?.ok !== true) return []
  const stays = ({ metadata: { uid } }: KubeObject): boolean =>
    claims.value.some(({ metadata }) => metadata.uid === uid && !metadata.deletionTimestamp)
  return volumes.filter((volume) => !stays(volume)).map(({ metadata }) => metadata.name)
}

function stillAttached({ objects }: ClusterSnapshot, volumes: readonly KubeObject[]): string[] {
  const claims = objects.persistentVolumeClaims
  if (claims?.ok !== true) return volumes.map(({ metadata }) => metadata.name)
  return claims.value
    .filter(({ metadata }) => volumes.some((volume) => volume.metadata.uid === metadata.uid))
    .filter(({ metadata }) => metadata.annotations?.[Annotations.pvcStatus] !== 'detached')
    .map(({ metadata }) => metadata.name)
}

/** What the operator makes of it, as far as it can be seen at this moment. */
function operatorWords(status: ClusterStatus, instance: string): string {
  const { instancesWanted, phase, primary, answeringPrimary } = status.summary
  const there = status.instances.filter(({ presence }) => presence !== 'absent')
  const says = phase === null ? '' : ` (the operator: ${quote(phase)})`
  const leads =
    answeringPrimary === null
      ? `no primary answers${primary === null || primary === instance ? '' : `, ${primary} is named`}`
      : `${answeringPrimary} is the primary`
  if (there.some(({ name }) => name === instance)) return `the operator has made ${instance} anew; ${leads}`
  if (instancesWanted === null || there.length >= instancesWanted) return `${there.length} instances are left; ${leads}`
  return `${there.length} of ${instancesWanted} instances are left, and the operator makes a new one${says}; ${leads}`
}
