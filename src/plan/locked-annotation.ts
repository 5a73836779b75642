import type { Cluster } from '../api/cluster.ts'
import { MERGE_PATCH } from './plan.ts'
import type { Evidence, PlannedRequest } from './plan.ts'

/**
 * The official's merge patch of one annotation of the Cluster, null to remove it, with the version that was read as the lock:
 * a value that rests on the one before must not be written over another one. Removing names this annotation alone; those that
 * somebody else has added meanwhile stay.
 */
export function lockedAnnotation(cluster: Cluster, annotation: string, value: string | null): PlannedRequest {
  const { name, namespace = '', resourceVersion } = cluster.metadata
  return {
    method: 'PATCH',
    object: { kind: 'clusters', namespace, name },
    contentType: MERGE_PATCH,
    body: {
      metadata: {
        ...(resourceVersion === undefined ? {} : { resourceVersion }),
        annotations: { [annotation]: value },
      },
    },
  }
}

/** How the object shows it. */
export function annotationEvidence(annotation: string, value: string | null): Evidence {
  return {
    kind: 'members',
    members: [{ path: ['metadata', 'annotations', annotation], value: value ?? undefined }],
  }
}
