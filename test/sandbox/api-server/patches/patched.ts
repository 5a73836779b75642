import type { ResourceType } from '../resources.ts'
import { ApiError } from '../status.ts'
import { applyPatch } from './apply.ts'
import { jsonPatch } from './json-patch.ts'
import { mergePatch } from './merge-patch.ts'
import { strategicPatch } from './strategic-patch.ts'

/**
 * Applies a patch of the given media type to a copy of a value; `before` is what the same manager applied last. Throws 415
 * for a type that the resource does not take.
 */
export function patched(
  type: ResourceType,
  target: unknown,
  contentType: string,
  patch: unknown,
  before?: unknown,
): unknown {
  switch (contentType) {
    case 'application/json-patch+json':
      return jsonPatch(target, patch)
    case 'application/merge-patch+json':
      return mergePatch(target, patch)
    case 'application/apply-patch+yaml':
      return applyPatch(type, target, patch, before)
    case 'application/strategic-merge-patch+json':
      if (!type.custom) return strategicPatch(target, patch)
  }
  const accepted = ['application/json-patch+json', 'application/merge-patch+json', 'application/apply-patch+yaml']
  if (!type.custom) accepted.splice(2, 0, 'application/strategic-merge-patch+json')
  const message = `the body of the request was in an unknown format - accepted media types include: ${accepted.join(', ')}`
  throw new ApiError(415, 'UnsupportedMediaType', message)
}
