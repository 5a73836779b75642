import type { CheckReport, ClusterCheck, Failure } from '../../model/check/report.ts'
import { counts } from '../../model/check/report.ts'
import { stateNumber } from '../../model/check/whole-check.ts'
import type { Finding } from '../../model/finding.ts'
import type { Verdict } from '../../model/fleet.ts'
import type { Problem } from '../../model/problem.ts'
import { formatRange, type Range } from '../../model/rules/range.ts'
import type { Unit } from '../../model/rules/units.ts'

/** What `check -o json` prints. */
export interface CheckJson {
  schemaVersion: 1
  kind: 'Check'
  takenAt: string
  /** How long reading took. */
  seconds: number
  state: Verdict
  /** Of the monitoring plugins, for the state: 0, 1, 2 or 3. */
  exitCode: number
  text: string
  clusters: ClusterJson[]
  failures: Failure[]
}

export interface ClusterJson {
  context: string | null
  namespace: string | null
  name: string | null
  state: Verdict
  exitCode: number
  text: string
  findings: FindingJson[]
  unseen: Problem[]
  perfdata: FigureJson[]
  changes: string[]
}

export interface FindingJson extends Finding {
  /** False for notes, acknowledged findings and those that were not seen often enough. */
  counts: boolean
  acknowledgedUntil: string | null
  runs: { seen: number; needed: number } | null
}

export interface FigureJson {
  name: string
  value: number | null
  /** The value counts these; ranges are in the same. */
  unit: Unit
  /** In the grammar of ranges, null without one. */
  warning: string | null
  critical: string | null
  /** The finding that it decides. */
  rule: string | null
}

export function checkJson(report: CheckReport): CheckJson {
  const { schemaVersion, kind, takenAt, seconds, state, text, clusters, failures } = report
  const exitCode = stateNumber(state)
  return { schemaVersion, kind, takenAt, seconds, state, exitCode, text, clusters: clusters.map(clusterJson), failures }
}

function clusterJson(cluster: ClusterCheck): ClusterJson {
  const { context, namespace, name, state, text, findings, unseen, perfdata, changes } = cluster
  return {
    context,
    namespace,
    name,
    state,
    exitCode: stateNumber(state),
    text,
    findings: findings.map((finding) => ({ ...finding, counts: counts(finding) })),
    unseen,
    perfdata: perfdata.map(({ name: figure, value, unit, levels, rule }) => ({
      name: figure,
      value,
      unit,
      warning: rangeText(levels.warning),
      critical: rangeText(levels.critical),
      rule,
    })),
    changes,
  }
}

function rangeText(range: Range | null): string | null {
  return range === null ? null : formatRange(range)
}
