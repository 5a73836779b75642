import { RULES } from './table.ts'
import { defaultLevels, formatLevels } from './thresholds.ts'
import type { Rule } from './types.ts'

/** The table of findings for the README, in Markdown. */
export function findingsTable(): string {
  return markdown(
    ['Finding', 'Severity', 'What it means', 'Threshold'],
    RULES.map((rule) => [
      `\`${rule.id}\``,
      rule.severities.join(', ') + (rule.optional ? ' (on request)' : ''),
      rule.cause,
      rule.threshold ? `\`${thresholdOf(rule)}\`` : '',
    ]),
  )
}

/** The table of threshold flags for the README, in Markdown. */
export function thresholdsTable(): string {
  return markdown(
    ['Flag', 'Measures', 'Default', 'Performance data'],
    RULES.flatMap(({ threshold }) =>
      threshold
        ? [
            [
              `\`--${threshold.flag}\``,
              threshold.summary,
              `\`${formatLevels(defaultLevels(threshold), threshold)}\``,
              threshold.perfdata ? `\`${threshold.perfdata.name}\`` : '',
            ],
          ]
        : [],
    ),
  )
}

function thresholdOf({ threshold }: Rule): string {
  return threshold ? `--${threshold.flag} ${formatLevels(defaultLevels(threshold), threshold)}` : ''
}

function markdown(titles: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map((text) => text.replaceAll('|', '\\|')).join(' | ')} |\n`
  return line(titles) + line(titles.map(() => '---')) + rows.map(line).join('')
}
