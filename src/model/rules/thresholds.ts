import { CliError } from '../../errors/cli-error.ts'
import type { Severity } from '../finding.ts'
import { alerts, formatRange, parseRange, type Range } from './range.ts'
import type { Levels, Rule, Threshold, Thresholds } from './types.ts'

const NO_LEVELS: Levels = { warning: null, critical: null }

/** The severity that a value earns; null: none. */
export function severityAt(levels: Levels, value: number): 'critical' | 'warning' | null {
  if (levels.critical && alerts(levels.critical, value)) return 'critical'
  return levels.warning && alerts(levels.warning, value) ? 'warning' : null
}

/** As {@link severityAt} for what is told in any case. */
export function severityOr(levels: Levels, value: number | null, otherwise: Severity): Severity {
  return (value === null ? null : severityAt(levels, value)) ?? otherwise
}

/** Read once: a fleet is judged by the same levels a hundred times. */
const defaults = new WeakMap<Threshold, Levels>()

/** The threshold's own levels. */
export function defaultLevels(threshold: Threshold): Levels {
  const known = defaults.get(threshold)
  if (known !== undefined) return known
  const levels = { warning: range(threshold.warning, threshold), critical: range(threshold.critical, threshold) }
  defaults.set(threshold, levels)
  return levels
}

/**
 * Reads what a user set for a threshold: `WARNING,CRITICAL`, two ranges. A side left empty, or the missing second one, keeps
 * its default; `off` switches a side off, alone both. Throws CliError (usage).
 */
export function parseLevels(text: string, threshold: Threshold): Levels {
  const sides = text.trim() === 'off' ? ['off', 'off'] : text.split(',').map((side) => side.trim())
  if (sides.length > 2) throw notLevels(text, threshold)
  const [warning = '', critical = ''] = sides
  const standard = defaultLevels(threshold)
  const side = (given: string, otherwise: Range | null): Range | null => {
    if (given === '') return otherwise
    if (given === 'off') return null
    const parsed = parseRange(given, threshold.unit)
    if (!parsed) throw notLevels(text, threshold)
    return parsed
  }
  return { warning: side(warning, standard.warning), critical: side(critical, standard.critical) }
}

/**
 * Reads texts by flag, from the command line, a file or annotations; later sources go over `base`. Throws CliError (usage), also
 * for a flag that no rule has.
 */
export function parseThresholds(
  rules: readonly Rule[],
  texts: Readonly<Record<string, string>>,
  base: Thresholds = new Map(),
): Thresholds {
  const result = new Map(base)
  for (const [flag, text] of Object.entries(texts)) {
    const threshold = rules.find((rule) => rule.threshold?.flag === flag)?.threshold
    if (!threshold) {
      const known = rules.flatMap((rule) => rule.threshold?.flag ?? [])
      throw new CliError({
        kind: 'usage',
        message: `there is no threshold "${flag}"`,
        hint: `Thresholds: ${known.join(', ')}`,
      })
    }
    result.set(flag, parseLevels(text, threshold))
  }
  return result
}

/** Levels of a rule: the user's, else its own. */
export function levelsOf(rule: Rule, thresholds?: Thresholds): Levels {
  if (!rule.threshold) return NO_LEVELS
  return thresholds?.get(rule.threshold.flag) ?? defaultLevels(rule.threshold)
}

/** The levels in the grammar of the flag, with units: `16MB,128MB`. */
export function formatLevels(levels: Levels, threshold: Threshold): string {
  const side = (level: Range | null) => (level ? formatRange(level, threshold.unit) : 'off')
  return `${side(levels.warning)},${side(levels.critical)}`
}

function range(text: string, threshold: Threshold): Range | null {
  return text === '' ? null : (parseRange(text, threshold.unit) ?? null)
}

const EXAMPLES: Record<Threshold['unit'], string> = {
  bytes: '16MB,128MB',
  seconds: '5m,1h',
  days: '30d:,7d:',
  count: '10,100',
  percent: '85%,95%',
}

function notLevels(text: string, threshold: Threshold): CliError {
  return new CliError({
    kind: 'usage',
    message: `"${text}" is no threshold for --${threshold.flag}`,
    hint: `Give WARNING,CRITICAL as ranges, e.g. --${threshold.flag} ${EXAMPLES[threshold.unit]}; a side left empty keeps its default, "off" switches it off`,
  })
}
