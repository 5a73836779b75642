import type { ClusterStatus } from '../../../../src/model/cluster-status.ts'
import type { Severity } from '../../../../src/model/finding.ts'
import type { AssessOptions } from '../../../../src/model/rules/assess.ts'

/** A change to a healthy cluster that makes a finding appear, and a second one, as small as can be, that makes it vanish. */
export interface RuleCase {
  id: string
  about: string
  appears: (status: ClusterStatus) => void
  /** Applied after `appears`. */
  vanishes: (status: ClusterStatus) => void
  severity: Severity
  /** The finding's sentence, or a part of it as a pattern. */
  message: string | RegExp
  objects?: string[]
  command?: string
  options?: AssessOptions
}
