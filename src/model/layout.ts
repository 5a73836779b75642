import { Annotations } from '../api/constants.ts'
import type { Layout } from './cluster-status.ts'
import type { ModelContext } from './context.ts'

/** Highest version that the instances, else their pods, else their volumes speak of; null when nobody does. */
export function operatorVersion(context: ModelContext): string | null {
  const claims = context.snapshot.objects.persistentVolumeClaims
  const sources = [
    context.answers.map(({ status }) => status.instanceManagerVersion),
    [...context.pods.values()].map((pod) => pod.metadata.annotations?.[Annotations.operatorVersion]),
    (claims?.ok ? claims.value : []).map((claim) => claim.metadata.annotations?.[Annotations.operatorVersion]),
  ]
  for (const versions of sources) {
    const told = [...new Set(versions)]
    const known = told.filter((version) => version !== undefined && parse(version) !== undefined) as string[]
    if (known.length > 0) return known.sort(compareVersions).at(-1)!
  }
  return null
}

/** Two layouts only: up to 1.15.x the seed's, else the newest (spec/screens.md 1). */
export function layoutOf(version: string | null): Layout {
  const parts = version === null ? undefined : parse(version)
  return parts && (parts[0]! < 1 || (parts[0] === 1 && parts[1]! <= 15)) ? 'seed' : 'current'
}

/** Orders version texts by their numbers; a text without numbers counts as the oldest. */
export function compareVersions(a: string, b: string): number {
  const left = parse(a) ?? []
  const right = parse(b) ?? []
  for (let index = 0; index < 3; index += 1) {
    const difference = (left[index] ?? -1) - (right[index] ?? -1)
    if (difference !== 0) return difference
  }
  return 0
}

function parse(version: string): number[] | undefined {
  const match = /^v?(\d+)\.(\d+)(?:\.(\d+))?/.exec(version)
  return match?.slice(1).map((part) => Number(part ?? 0))
}
