import { RULES } from '../../../model/rules/table.ts'
import { defaultLevels, formatLevels } from '../../../model/rules/thresholds.ts'

/** A file for `check --config` with every threshold at its default, for those who write one. */
export function configText(): string {
  const thresholds = RULES.flatMap(({ threshold }) =>
    threshold === undefined
      ? []
      : [`  # ${threshold.summary}`, `  ${threshold.flag}: "${formatLevels(defaultLevels(threshold), threshold)}"`],
  )
  return [
    '# For all clusters: WARNING,CRITICAL as ranges; a side left empty keeps its default, "off" switches it off.',
    'thresholds:',
    ...thresholds,
    '# Findings that are not told, and findings that somebody knows of until a day (to its end, in UTC) or a moment.',
    'skip: []',
    'ack: {}',
    '#  replica-lag: 2026-12-01',
    '# The same for some clusters: NAMESPACE/NAME or CONTEXT/NAMESPACE/NAME, where * stands for any text.',
    'clusters: {}',
    '#  shop/*:',
    '#    thresholds:',
    '#      lag-bytes: "1GB,10GB"',
    '#    skip: [backup-age]',
    '',
  ].join('\n')
}
