import type { Finding } from '../finding.ts'
import type { Verdict } from '../fleet.ts'
import type { Problem } from '../problem.ts'
import type { Measurement } from '../rules/perfdata.ts'

/** What one run of `check` found; a plain value that every form of output is made from. */
export interface CheckReport {
  schemaVersion: 1
  kind: 'Check'
  /** ISO 8601 in UTC. */
  takenAt: string
  /** How long reading took. */
  seconds: number
  /** The worst state of all. */
  state: Verdict
  /** One sentence: the worst of it. */
  text: string
  /** Worst first; empty when the run failed before it saw any. */
  clusters: ClusterCheck[]
  /** Why the run itself is not whole, for example its deadline; each makes the state at least UNKNOWN. */
  failures: Failure[]
  /** Clusters that came or went since the last run, with a state file. */
  changes: string[]
}

export interface Failure {
  /** One sentence. */
  message: string
  /** What would help; may be several lines. */
  hint: string | null
}

/** One cluster; of a context that could not be read there is an entry without a name. */
export interface ClusterCheck {
  context: string | null
  namespace: string | null
  name: string | null
  state: Verdict
  /** What is wrong in one sentence, or how it is. */
  text: string
  /** Worst first. */
  findings: CheckedFinding[]
  /** What could not be seen although a finding depends on it: the state is at least UNKNOWN. */
  unseen: Problem[]
  perfdata: Measurement[]
  /** What is different from the last run, with a state file. */
  changes: string[]
  /** How it is when nothing is wrong. */
  summary: string
  /** What the next run compares; null when it was not read. */
  watched: Watched | null
  /** Ids of the findings that were looked for. */
  asked: string[]
}

export interface Watched {
  primary: string | null
  timeline: number | null
  /** Of the containers of each instance's pod. */
  restarts: Record<string, number>
}

/** A finding, and whether it counts for the state. */
export interface CheckedFinding extends Finding {
  /** Somebody knows of it until then (ISO 8601 in UTC), so it does not count. */
  acknowledgedUntil: string | null
  /** It was seen in so many successive runs and counts from `needed` on; null: it counts at once. */
  runs: { seen: number; needed: number } | null
}

/** True for a finding that makes the state worse. */
export function counts({ severity, acknowledgedUntil, runs }: CheckedFinding): boolean {
  return severity !== 'info' && acknowledgedUntil === null && (runs === null || runs.seen >= runs.needed)
}
