import type { KubeObject } from '../api/objects.ts'
import type { Evidence, Step } from './plan.ts'

/** Does the object, as it was just read, show that a step was carried out? `undefined` is an object that is not there. */
export function shows(evidence: Evidence, object: KubeObject | undefined): boolean {
  if (evidence.kind === 'gone') {
    return object === undefined || object.metadata.uid !== evidence.uid || Boolean(object.metadata.deletionTimestamp)
  }
  return object !== undefined && evidence.members.every(({ path, value }) => same(memberOf(object, path), value))
}

/**
 * Could the object have shown it before, and no longer does? True of evidence that passes once somebody has written to the object
 * since the version that the step is locked to.
 */
export function mayHaveShown({ evidence, request }: Step, object: KubeObject | undefined): boolean {
  if (evidence.kind !== 'members' || evidence.passes !== true) return false
  return object?.metadata.resourceVersion !== memberOf(request.body, ['metadata', 'resourceVersion'])
}

function memberOf(object: unknown, path: readonly string[]): unknown {
  let current: unknown = object
  for (const key of path) {
    if (typeof current !== 'object' || current === null) return undefined
    current = (current as Record<string, unknown>)[key]
  }
  return current ?? undefined
}

function same(left: unknown, right: unknown): boolean {
  return left === right || JSON.stringify(left) === JSON.stringify(right)
}
