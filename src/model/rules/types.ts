import type { ClusterStatus } from '../cluster-status.ts'
import type { Severity } from '../finding.ts'
import type { Range } from './range.ts'
import type { Unit } from './units.ts'

/** Changes that look at the findings before they begin (design 3). */
export type Change = 'promote' | 'restart' | 'destroy' | 'backup'

/**
 * One thing that can be wrong with a cluster. Findings, the threshold flags of `status` and `check`, the keys of check's
 * configuration file, performance data, `explain`, the README's tables and the preflight of changes derive from it.
 */
export interface Rule {
  /** Stable, in kebab-case: part of the published interface. */
  id: string
  /** What it is about, a few words. */
  title: string
  /** `instance`: the objects of a hit are instances, and a change to one instance is blocked by its own hits only. */
  scope: 'cluster' | 'instance'
  /** Severities that a hit can have, worst first. */
  severities: readonly Severity[]
  /** Not part of an ordinary assessment: only with details, or when asked for by its id. */
  optional?: true
  threshold?: Threshold
  /** Changes that it stands in the way of; `force`: `--force` lifts that. */
  blocks?: Partial<Record<Change, 'refuse' | 'force'>>
  /** How it comes about. */
  cause: string
  /** What follows when nothing is done. */
  consequence: string
  /**
   * Commands that help or that show more, the best one first. The words CLUSTER and INSTANCE stand for names. The first one
   * becomes the command of a finding that brings none.
   */
  next: readonly string[]
  /** Pure. `levels` are those of the rule's threshold. */
  test(status: ClusterStatus, levels: Levels): Hit[]
}

/** A rule that applies. */
export interface Hit {
  severity: Severity
  /** One sentence with the numbers. */
  message: string
  /** Names of what is concerned; the first one fills INSTANCE of the rule's command. */
  objects: string[]
  /** Replaces the rule's first command, names filled in; null: there is none this time. */
  command?: string | null
}

/** The ranges that count for one rule; null is no range. */
export interface Levels {
  warning: Range | null
  critical: Range | null
}

/** Levels by the threshold's flag, for those that the user moved. */
export type Thresholds = ReadonlyMap<string, Levels>

/** A number with a warning and a critical range that users can move. */
export interface Threshold {
  /** Long name of the flag and key of the configuration file, e.g. `lag-bytes`. */
  flag: string
  unit: Unit
  summary: string
  /** Default ranges in the grammar of range.ts; the empty text is no range. */
  warning: string
  critical: string
  perfdata?: Perfdata
}

export interface Perfdata {
  /** Stable name in monitoring systems, e.g. `lag_bytes`. */
  name: string
  /** In the base of the threshold's unit; null: not known; undefined: there is no such thing in this cluster. */
  value(status: ClusterStatus): number | null | undefined
}
