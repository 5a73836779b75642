import { SEVERITIES } from '../../model/finding.ts'
import { RULES } from '../../model/rules/table.ts'
import { defaultLevels, formatLevels } from '../../model/rules/thresholds.ts'
import type { Change, Rule } from '../../model/rules/types.ts'
import type { Tone } from '../../host/types.ts'
import { cell, note, pairs, section, table, type Document } from '../document.ts'

const TONES: Record<Rule['severities'][number], Tone> = { critical: 'bad', warning: 'warn', info: 'note' }

/** What is known of one finding: the answer to `explain ID`. */
export function explanation(rule: Rule): Document {
  const facts = explained(rule)
  const blocks = Object.entries(facts.blocks).map(
    ([change, how]) => `${change} (${how === 'force' ? '--force lifts it' : 'always'})`,
  )
  return {
    sections: [
      section(
        cell(`${rule.id}: ${rule.title}`, 'title'),
        pairs([
          ['Severity:', cell(facts.severities.join(', '), TONES[rule.severities[0]!])],
          ['On request:', rule.optional ? cell('only with -v, or when named') : null],
          ['Cause:', cell(rule.cause)],
          ['Consequence:', cell(rule.consequence)],
          ['Threshold:', facts.threshold ? cell(`--${facts.threshold.flag} ${facts.threshold.default}`) : null],
          ['Measures:', facts.threshold ? cell(facts.threshold.measures) : null],
          ['Performance data:', facts.threshold?.perfdata ? cell(facts.threshold.perfdata) : null],
          ['Stands in the way of:', blocks.length > 0 ? cell(blocks.join(', ')) : null],
        ]),
      ),
      ...(rule.next.length > 0 ? [section(cell('Commands', 'title'), ...rule.next.map((line) => note(line)))] : []),
    ],
  }
}

/** All findings by their worst severity. */
export function explanations(): Document {
  const columns = [
    { title: 'Finding', cell: (rule: Rule) => cell(rule.id, TONES[rule.severities[0]!]) },
    { title: 'Severity', cell: (rule: Rule) => cell(rule.severities.join(', ')) },
    { title: 'About', cell: (rule: Rule) => cell(rule.title + (rule.optional ? ' (on request)' : '')) },
  ]
  return { sections: [section(null, table(columns, bySeverity()))] }
}

/** All rules, those with the worst severities first. */
export function bySeverity(): Rule[] {
  const rank = (rule: Rule) => SEVERITIES.indexOf(rule.severities[0]!)
  return [...RULES].sort((a, b) => rank(a) - rank(b))
}

export interface Explained {
  id: string
  title: string
  scope: Rule['scope']
  severities: string[]
  /** Only with details, or when named. */
  optional: boolean
  cause: string
  consequence: string
  threshold: { flag: string; unit: string; measures: string; default: string; perfdata: string | null } | null
  blocks: Partial<Record<Change, 'refuse' | 'force'>>
  commands: string[]
}

/** A rule as plain data. */
export function explained(rule: Rule): Explained {
  const { threshold } = rule
  return {
    id: rule.id,
    title: rule.title,
    scope: rule.scope,
    severities: [...rule.severities],
    optional: rule.optional === true,
    cause: rule.cause,
    consequence: rule.consequence,
    threshold: threshold
      ? {
          flag: threshold.flag,
          unit: threshold.unit,
          measures: threshold.summary,
          default: formatLevels(defaultLevels(threshold), threshold),
          perfdata: threshold.perfdata?.name ?? null,
        }
      : null,
    blocks: rule.blocks ?? {},
    commands: [...rule.next],
  }
}
