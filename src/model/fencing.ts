import { FENCE_ALL } from '../api/constants.ts'
import { byName } from '../api/by-name.ts'
import type { Fencing } from './cluster-status.ts'

/**
 * Reads the annotation `cnpg.io/fencedInstances` (spec/wire-formats.md G.4).
 *
 * @param instances names of all known instances, for "all of them"
 * @param primary the primary that the Cluster names
 */
export function fencingOf(
  annotation: string | undefined,
  instances: readonly string[],
  primary: string | undefined,
): Fencing {
  const none: Fencing = { all: false, instances: [], primaryFenced: false, error: null }
  if (annotation === undefined) return none
  const listed = parse(annotation)
  if (!listed) return { ...none, error: 'annotation cnpg.io/fencedInstances is no JSON list of names' }
  const all = listed.includes(FENCE_ALL)
  const fenced = [...new Set(all ? instances : listed)].sort(byName)
  return {
    all,
    instances: fenced,
    primaryFenced: all || (primary !== undefined && fenced.includes(primary)),
    error: null,
  }
}

export function isFenced(fencing: Fencing, instance: string): boolean {
  return fencing.all || fencing.instances.includes(instance)
}

function parse(annotation: string): string[] | undefined {
  try {
    const value: unknown = JSON.parse(annotation)
    return Array.isArray(value) && value.every((name) => typeof name === 'string') ? value : undefined
  } catch {
    return undefined
  }
}
