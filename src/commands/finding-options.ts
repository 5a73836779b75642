import type { OptionSpec, OptionValues } from '../cli/command.ts'
import { unknownId, type AssessOptions } from '../model/rules/assess.ts'
import { findRule, RULES } from '../model/rules/table.ts'
import { defaultLevels, formatLevels, parseThresholds } from '../model/rules/thresholds.ts'
import type { Threshold } from '../model/rules/types.ts'

const SECTION = 'Thresholds: WARNING,CRITICAL; a side left out keeps its default, "off" ends it'

const thresholds: readonly Threshold[] = RULES.flatMap(({ threshold }) => threshold ?? [])

/** Flags of a command that judges clusters: which findings to tell, and one flag per threshold of the rules table. */
export const findingOptions: readonly OptionSpec[] = [
  {
    name: 'only',
    type: 'list',
    value: 'ID',
    completer: 'finding',
    summary: 'Tell of these findings only; repeatable, or with commas',
  },
  {
    name: 'skip',
    type: 'list',
    value: 'ID',
    completer: 'finding',
    summary: 'Do not tell of these findings; repeatable, or with commas',
  },
  ...thresholds.map((threshold): OptionSpec => ({
    name: threshold.flag,
    type: 'string',
    value: 'LEVELS',
    default: formatLevels(defaultLevels(threshold), threshold),
    summary: threshold.summary,
    section: SECTION,
  })),
]

/**
 * What those flags say: to be read before anything is asked of a server. Throws CliError (usage) for an id or a range that is
 * none.
 *
 * @param verbosity level of `-v`: from 1 on the findings on request are told as notes
 */
export function judging(options: OptionValues, verbosity: number): AssessOptions {
  const ids = (flag: string) => (options[flag] as readonly string[]).flatMap((text) => text.split(','))
  const [only, skip] = [ids('only'), ids('skip')]
  for (const id of [...only, ...skip]) if (!findRule(id)) throw unknownId(id)
  const texts = Object.fromEntries(thresholds.map(({ flag }) => [flag, options[flag] as string]))
  return {
    thresholds: parseThresholds(RULES, texts),
    ...(only.length > 0 ? { only } : {}),
    skip,
    details: verbosity > 0,
  }
}
