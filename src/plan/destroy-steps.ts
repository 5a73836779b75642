import { Annotations, Labels } from '../api/constants.ts'
import type { KubeObject, PersistentVolumeClaim } from '../api/objects.ts'
import type { InstanceObjects } from './destroy-objects.ts'
import type { PlannedKind, Step } from './plan.ts'

/**
 * The requests that destroy an instance: its volumes, then its pod, then its jobs. What is being deleted already is left out.
 * Each deletion is tied to the very object that was looked at.
 */
export function destroySteps(
  { pod, volumes, detached, jobs }: InstanceObjects,
  { instance, keep }: { instance: string; keep: boolean },
): Step[] {
  const claims = keep
    ? volumes.filter(isThere).map((claim) => detach(claim, instance))
    : [...volumes, ...detached].filter(isThere).map((claim) => deletion('persistentVolumeClaims', 'volume', claim))
  return [
    ...claims,
    ...(pod !== null && isThere(pod) ? [deletion('pods', 'pod', pod)] : []),
    ...jobs.filter(isThere).map((job) => deletion('jobs', 'job', job)),
  ]
}

function isThere({ metadata }: KubeObject): boolean {
  return !metadata.deletionTimestamp
}

function deletion(kind: PlannedKind, what: string, object: KubeObject): Step {
  const { name, namespace = '', uid, resourceVersion } = object.metadata
  // A pod or volume that has changed may be a primary's by now; of a job only its identity counts.
  const lock = kind === 'jobs' || resourceVersion === undefined ? {} : { resourceVersion }
  return {
    id: `${kind}/${name}`,
    description: `delete ${what} ${name}`,
    requested: `${what} ${name} is being deleted`,
    request: {
      method: 'DELETE',
      object: { kind, namespace, name },
      body: {
        kind: 'DeleteOptions',
        apiVersion: 'v1',
        ...(kind === 'jobs' ? { propagationPolicy: 'Background' } : {}),
        preconditions: { ...(uid === undefined ? {} : { uid }), ...lock },
      },
    },
    evidence: { kind: 'gone', uid: uid ?? '' },
    undo: null,
  }
}

/** The whole object, as the official writes it, with the version that was read as the lock: it needs the right to update. */
function detach(claim: PersistentVolumeClaim, instance: string): Step {
  const { name, namespace = '' } = claim.metadata
  const { ownerReferences = [], ...metadata } = withoutManagedFields(claim.metadata)
  const owners = ownerReferences.filter(({ controller }) => controller !== true)
  return {
    id: `persistentVolumeClaims/${name}`,
    description: `detach volume ${name}: take the Cluster off its owners and mark it as detached`,
    requested: `volume ${name} is detached`,
    request: {
      method: 'PUT',
      object: { kind: 'persistentVolumeClaims', namespace, name },
      body: {
        apiVersion: 'v1',
        kind: 'PersistentVolumeClaim',
        ...claim,
        metadata: {
          ...metadata,
          ...(owners.length === 0 ? {} : { ownerReferences: owners }),
          annotations: { ...metadata.annotations, [Annotations.pvcStatus]: 'detached' },
          labels: { ...metadata.labels, [Labels.instanceName]: instance },
        },
      },
    },
    evidence: {
      kind: 'members',
      members: [{ path: ['metadata', 'annotations', Annotations.pvcStatus], value: 'detached' }],
    },
    undo: null,
  }
}

/** The server keeps its own record of who wrote what when it is not sent. */
function withoutManagedFields(metadata: PersistentVolumeClaim['metadata']): PersistentVolumeClaim['metadata'] {
  const { managedFields: _, ...rest } = metadata as PersistentVolumeClaim['metadata'] & { managedFields?: unknown }
  return rest
}
