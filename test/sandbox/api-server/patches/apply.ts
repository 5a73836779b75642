import { isMap } from '../objects.ts'
import type { ResourceType } from '../resources.ts'
import { mergePatch } from './merge-patch.ts'
import { strategicPatch } from './strategic-patch.ts'

/**
 * Server-side apply in a plain form: what is applied wins, and what the same manager had applied before and now leaves
 * out is removed. Owners of single fields, and so conflicts between managers, are not kept.
 */
export function applyPatch(type: ResourceType, target: unknown, applied: unknown, before: unknown): unknown {
  const cleared = mergePatch(target, removals(before, applied))
  return type.custom ? mergePatch(cleared, applied) : strategicPatch(cleared, applied)
}

/** A merge patch that removes every key that is in `before` and no more in `now`. */
function removals(before: unknown, now: unknown): Record<string, unknown> {
  const patch: Record<string, unknown> = {}
  if (!isMap(before) || !isMap(now)) return patch
  for (const [key, value] of Object.entries(before)) {
    if (!(key in now)) patch[key] = null
    else if (isMap(value) && isMap(now[key])) patch[key] = removals(value, now[key])
  }
  return patch
}
