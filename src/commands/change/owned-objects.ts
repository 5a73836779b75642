import { Labels } from '../../api/constants.ts'
import type { Job, PersistentVolumeClaim } from '../../api/objects.ts'
import type { Part } from '../../api/part.ts'
import type { ClusterSnapshot } from '../../api/snapshot.ts'
import type { Right } from '../../cli/command.ts'
import type { Clock } from '../../host/types.ts'
import { pathOf, Resources } from '../../kube/resources.ts'
import type { Resource } from '../../kube/resources.ts'
import { partOf } from '../../snapshot/parts.ts'
import { ruleOf } from '../../snapshot/rules.ts'
import type { Reading } from './run.ts'

/** The rights that {@link withOwned} uses. */
export const ownedRights: readonly Right[] = [
  { group: '', resource: 'persistentvolumeclaims', verbs: ['list'], without: 'the volumes are not known' },
  { group: 'batch', resource: 'jobs', verbs: ['list'], without: 'the jobs of an instance are not known' },
]

/** The snapshot with the volumes and jobs that carry the cluster's label, read now. */
export async function withOwned(
  snapshot: ClusterSnapshot,
  { session, signal }: Reading,
  clock: Clock,
): Promise<ClusterSnapshot> {
  const { namespace, name } = snapshot.source
  const labelSelector = `${Labels.cluster}=${name}`
  const list = <T>(resource: Resource): Promise<Part<T[]>> =>
    partOf(
      session.listAll<T>(pathOf(resource, { namespace }), { labelSelector, signal }).then(({ items }) => items),
      { clock, rule: ruleOf(resource, 'list') },
    )
  const [persistentVolumeClaims, jobs] = await Promise.all([
    list<PersistentVolumeClaim>(Resources.persistentVolumeClaims),
    list<Job>(Resources.jobs),
  ])
  return { ...snapshot, objects: { ...snapshot.objects, persistentVolumeClaims, jobs } }
}
