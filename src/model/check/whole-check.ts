import { MonitoringExit } from '../../errors/exit-codes.ts'
import { VERDICTS, type Verdict } from '../fleet.ts'
import type { CheckReport, ClusterCheck, Failure } from './report.ts'

/** `CONTEXT/NAMESPACE/NAME`, as far as there is one. */
export function placeOf({ context, namespace, name }: Pick<ClusterCheck, 'context' | 'namespace' | 'name'>): string {
  return [context, namespace, name].filter((part) => part !== null).join('/')
}

/** What was checked, and how it went as a whole. */
export interface RunFacts {
  takenAt: string
  seconds: number
  clusters: readonly ClusterCheck[]
  failures: readonly Failure[]
  /** Clusters that came or went since the last run. */
  changes: readonly string[]
  /** One cluster was asked for by its name. */
  single: boolean
}

/** The report about a run: the worst state of all, clusters in the order worst first, then by their places. */
export function checkReport({ takenAt, seconds, clusters, failures, changes, single }: RunFacts): CheckReport {
  const sorted = [...clusters].sort(
    (a, b) =>
      VERDICTS.indexOf(a.state) - VERDICTS.indexOf(b.state) ||
      placeOf(a).localeCompare(placeOf(b), 'en', { numeric: true }),
  )
  const state = worstOf([...sorted.map((cluster) => cluster.state), ...failures.map((): Verdict => 'UNKNOWN')])
  const text = sentence(sorted, failures, single)
  return {
    schemaVersion: 1,
    kind: 'Check',
    takenAt,
    seconds,
    state,
    text,
    clusters: sorted,
    failures: [...failures],
    changes: [...changes],
  }
}

/** CRITICAL, UNKNOWN, WARNING, OK (design 6); nothing at all is UNKNOWN. */
function worstOf(states: readonly Verdict[]): Verdict {
  return VERDICTS.find((state) => states.includes(state)) ?? 'UNKNOWN'
}

/** The code of monitoring plugins for a state. */
export function stateNumber(state: Verdict): number {
  switch (state) {
    case 'OK':
      return MonitoringExit.ok
    case 'WARNING':
      return MonitoringExit.warning
    case 'CRITICAL':
      return MonitoringExit.critical
    case 'UNKNOWN':
      return MonitoringExit.unknown
  }
}

function sentence(clusters: readonly ClusterCheck[], failures: readonly Failure[], single: boolean): string {
  const [worst] = clusters
  const [failure, ...more] = failures
  const said =
    worst === undefined ? undefined : single ? `${worst.name ?? ''}: ${worst.text}` : summary(clusters, worst)
  if (failure === undefined) return said ?? 'nothing was checked'
  const failed = more.length === 0 ? failure.message : `${failure.message} (+${more.length} more)`
  if (said === undefined) return failed
  // What the run found out is worth more than why it did not find out more, if it is as bad.
  return worst?.state === 'CRITICAL' ? `${said}; ${failed}` : `${failed}; ${said}`
}

function summary(clusters: readonly ClusterCheck[], worst: ClusterCheck): string {
  const numbers = VERDICTS.flatMap((state) => {
    const count = clusters.filter((cluster) => cluster.state === state).length
    return count === 0 ? [] : [`${count} ${state}`]
  })
  const total = `${clusters.length} cluster${clusters.length === 1 ? '' : 's'}: ${numbers.join(', ')}`
  return worst.state === 'OK' ? total : `${total}; ${placeOf(worst)}: ${worst.text}`
}
