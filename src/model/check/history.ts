import type { Verdict } from '../fleet.ts'
import { judged } from './cluster-check.ts'
import { counts, type CheckedFinding, type CheckReport, type ClusterCheck, type Watched } from './report.ts'
import { placeOf } from './whole-check.ts'

/** What is kept from one run to the next. */
export interface CheckMemory {
  schemaVersion: 1
  kind: 'CheckState'
  takenAt: string
  /** By place; of clusters that were not read this time the last that is known. */
  clusters: Record<string, ClusterMemory>
  /** What was printed last, and when. */
  told: { at: string; outcome: Outcome } | null
  /** What the command of --on-change was told last. */
  announced: Outcome | null
  /** Changes that this command has not been told. */
  unannounced: string[]
}

interface ClusterMemory extends Watched {
  /** In how many successive runs a finding was seen, by its key. */
  seen: Record<string, number>
}

/** All that makes one run differ from another for those who read its result. */
export interface Outcome {
  state: Verdict
  /** State and counting findings by place. */
  clusters: Record<string, string[]>
}

export interface Remembered {
  clusters: ClusterCheck[]
  memory: Record<string, ClusterMemory>
  /** Clusters that came or went. */
  changes: string[]
}

/**
 * Holds what was found against the last run: what changed, and which findings have been there for `needed` runs.
 *
 * @param whole all that was chosen could be read, so that a cluster which is not there has gone
 */
export function remember(
  previous: CheckMemory | undefined,
  clusters: readonly ClusterCheck[],
  { needed, whole }: { needed: number; whole: boolean },
): Remembered {
  const old = previous?.clusters ?? {}
  const read = clusters.filter(({ watched }) => watched !== null)
  const checked = clusters.map((cluster) => withHistory(cluster, old[placeOf(cluster)], needed))
  const now = new Set(clusters.map(placeOf))
  const gone = whole ? Object.keys(old).filter((place) => !now.has(place)) : []
  const come = previous === undefined ? [] : read.map(placeOf).filter((place) => !(place in old))
  const kept = Object.entries(old).filter(([place]) => !gone.includes(place))
  const fresh = checked.flatMap((cluster) => {
    const { watched, findings } = cluster
    if (watched === null) return []
    const seen = Object.fromEntries(
      findings.map((finding) => [keyOf(finding), seenBefore(old[placeOf(cluster)], finding) + 1]),
    )
    return [[placeOf(cluster), { ...watched, seen }] as const]
  })
  return {
    clusters: checked,
    memory: Object.fromEntries([...kept, ...fresh]),
    changes: [...gone.map((place) => `${place} is no longer there`), ...come.map((place) => `${place} is new`)],
  }
}

export function outcomeOf({ state, clusters }: Pick<CheckReport, 'state' | 'clusters'>): Outcome {
  const entries = clusters.map((cluster) => [placeOf(cluster), [cluster.state, ...countingKeys(cluster)]])
  return {
    state,
    clusters: Object.fromEntries(entries.sort(([a], [b]) => (String(a) < String(b) ? -1 : 1))) as Outcome['clusters'],
  }
}

export function sameOutcome(a: Outcome, b: Outcome | null | undefined): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}

function countingKeys({ findings }: ClusterCheck): string[] {
  return findings
    .filter(counts)
    .map((finding) => `${finding.severity} ${keyOf(finding)}`)
    .sort()
}

function withHistory(cluster: ClusterCheck, old: ClusterMemory | undefined, needed: number): ClusterCheck {
  if (cluster.watched === null) return cluster
  const findings = cluster.findings.map((finding): CheckedFinding => {
    if (needed <= 1 || finding.severity === 'info') return finding
    return { ...finding, runs: { seen: seenBefore(old, finding) + 1, needed } }
  })
  const changes = old === undefined ? [] : changesBetween(old, cluster.watched)
  return judged({ ...cluster, findings, changes })
}

function seenBefore(old: ClusterMemory | undefined, finding: CheckedFinding): number {
  return old?.seen[keyOf(finding)] ?? 0
}

/** Messages hold numbers that change; what a finding is about does not. */
function keyOf({ id, objects }: CheckedFinding): string {
  return objects.length === 0 ? id : `${id} ${[...objects].sort().join(',')}`
}

function changesBetween(old: Watched, now: Watched): string[] {
  const changes: string[] = []
  if (old.primary !== null && now.primary !== null && old.primary !== now.primary) {
    changes.push(`the primary was ${old.primary} and is ${now.primary}`)
  }
  if (old.timeline !== null && now.timeline !== null && old.timeline !== now.timeline) {
    changes.push(`the timeline was ${old.timeline} and is ${now.timeline}`)
  }
  for (const [name, restarts] of Object.entries(now.restarts)) {
    const before = old.restarts[name]
    // A pod that was made anew counts from zero.
    if (before !== undefined && restarts > before) changes.push(`${name} was restarted ${times(restarts - before)}`)
  }
  return changes
}

function times(count: number): string {
  return count === 1 ? 'once' : `${count} times`
}
