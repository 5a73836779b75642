import { Annotations } from '../api/constants.ts'
import type { Hibernation } from './cluster-status.ts'
import type { ModelContext } from './context.ts'
import { toUtc } from './time.ts'

/** Hibernation as asked for by the annotation and told by the condition (spec/wire-formats.md G.3); null without both. */
export function hibernation({ cluster }: ModelContext): Hibernation | null {
  const condition = cluster.status?.conditions?.find((candidate) => candidate.type === Annotations.hibernation)
  const requested = cluster.metadata.annotations?.[Annotations.hibernation] === 'on'
  if (!condition && !requested) return null
  return {
    requested,
    hibernated: condition?.status === 'True',
    reason: condition?.reason ?? null,
    message: condition?.message ?? null,
    since: toUtc(condition?.lastTransitionTime) ?? null,
  }
}
