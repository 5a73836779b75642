/** Worst first: the order of {@link SEVERITIES}. */
export type Severity = 'critical' | 'warning' | 'info'

export const SEVERITIES: readonly Severity[] = ['critical', 'warning', 'info']

/** What our own assessment found (spec/screens.md 2). */
export interface Finding {
  /** Stable, documented in the README, e.g. `replica-lag`. */
  id: string
  severity: Severity
  /** One sentence with the numbers. */
  message: string
  /** Names of the objects concerned, e.g. instances or certificates. */
  objects: string[]
  /** The command that helps, ready to paste. */
  command?: string
}

/** The findings in the order of the screen: worst first, else as they came. */
export function sortFindings(findings: readonly Finding[]): Finding[] {
  return [...findings].sort((a, b) => SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity))
}
