import { at, map, text } from './objects.ts'
import type { StoredObject } from './objects.ts'
import type { ResourceType } from './resources.ts'

/** The Scale subresource of an object. */
export function readScale(type: ResourceType, object: StoredObject): Record<string, unknown> {
  const { name, namespace, uid, resourceVersion, creationTimestamp } = object.metadata
  const path = (source: string | undefined): unknown =>
    source === undefined ? undefined : at(object, ...source.split('.'))
  const selector = path(type.scale?.selector)
  return {
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    metadata: { name, namespace, uid, resourceVersion, creationTimestamp },
    spec: { replicas: Number(path(type.scale?.spec) ?? 0) },
    status: {
      replicas: Number(path(type.scale?.status) ?? 0),
      ...(typeof selector === 'string' ? { selector } : {}),
    },
  }
}

/** A copy of the object with another number of replicas, without a resourceVersion to conflict with. */
export function withReplicas(type: ResourceType, object: StoredObject, replicas: number): StoredObject {
  const [section = 'spec', field = 'replicas'] = text(type.scale?.spec).split('.')
  const { resourceVersion: _version, ...metadata } = object.metadata
  return structuredClone({ ...object, metadata, [section]: { ...map(object, section), [field]: replicas } })
}
