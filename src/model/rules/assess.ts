import { CliError } from '../../errors/cli-error.ts'
import type { ClusterStatus } from '../cluster-status.ts'
import { SEVERITIES, sortFindings, type Finding } from '../finding.ts'
import { findRule, nearestId, RULES } from './table.ts'
import { levelsOf } from './thresholds.ts'
import type { Change, Hit, Rule, Thresholds } from './types.ts'
import { command } from './words.ts'

export interface AssessOptions {
  /** What the user moved; the other rules keep their defaults. */
  thresholds?: Thresholds
  /** Only these ids, optional rules included. */
  only?: readonly string[]
  /** Not these ids. */
  skip?: readonly string[]
  /** Optional rules to add, with their own severity. */
  include?: readonly string[]
  /** Adds all optional rules as notes: details never make a verdict worse. */
  details?: boolean
}

/**
 * Judges a cluster (design 3): every rule of the table that applies, worst first, else in the order of the table. What
 * could not be read is no finding. Throws CliError (usage) for an id that is not in the table.
 */
export function assess(status: ClusterStatus, options: AssessOptions = {}): Finding[] {
  return sortFindings(evaluate(status, options).map(({ finding }) => finding))
}

/** The worst severity; null when there is no finding. */
export function worst(findings: readonly Finding[]): Finding['severity'] | null {
  return SEVERITIES.find((severity) => findings.some((finding) => finding.severity === severity)) ?? null
}

/** A finding that stands in the way of a change. */
export interface Blocker {
  finding: Finding
  /** `--force` lifts it. */
  forcible: boolean
}

/**
 * What stands in the way of a change, worst first, those first that nothing lifts.
 *
 * @param instance the instance that is changed: findings about other instances do not count then
 */
export function blockers(
  status: ClusterStatus,
  change: Change,
  instance: string | null,
  options: AssessOptions = {},
): Blocker[] {
  const found = evaluate(status, options).flatMap(({ rule, finding }) => {
    const block = rule.blocks?.[change]
    if (block === undefined) return []
    if (rule.scope === 'instance' && instance !== null && !finding.objects.includes(instance)) return []
    return [{ finding, forcible: block === 'force' }]
  })
  const rank = (blocker: Blocker) => SEVERITIES.indexOf(blocker.finding.severity)
  return found.sort((a, b) => Number(a.forcible) - Number(b.forcible) || rank(a) - rank(b))
}

function evaluate(status: ClusterStatus, options: AssessOptions): { rule: Rule; finding: Finding }[] {
  const { only, skip = [], include = [], details = false } = options
  for (const id of [...(only ?? []), ...skip, ...include]) if (!findRule(id)) throw unknownId(id)
  return RULES.flatMap((rule) => {
    const named = only?.includes(rule.id) === true || include.includes(rule.id)
    const wanted = named || (only === undefined && (rule.optional !== true || details))
    if (!wanted || skip.includes(rule.id)) return []
    const hits = rule.test(status, levelsOf(rule, options.thresholds))
    const asNote = rule.optional === true && !named
    return hits.map((hit) => ({ rule, finding: findingOf(status, rule, asNote ? { ...hit, severity: 'info' } : hit) }))
  })
}

function findingOf(status: ClusterStatus, rule: Rule, hit: Hit): Finding {
  const template = rule.next[0]
  const standard = () => (template === undefined ? null : command(status, template, hit.objects[0]))
  const text = hit.command === undefined ? standard() : hit.command
  const finding = { id: rule.id, severity: hit.severity, message: hit.message, objects: hit.objects }
  return text === null ? finding : { ...finding, command: text }
}

/** The error for an id that no rule has, with the nearest one that there is. */
export function unknownId(id: string): CliError {
  const nearest = nearestId(id)
  return new CliError({
    kind: 'usage',
    message: `there is no finding "${id}"`,
    hint:
      nearest === undefined
        ? 'kubectl cnpg explain lists them all'
        : `Did you mean "${nearest}"? kubectl cnpg explain lists them all`,
  })
}
