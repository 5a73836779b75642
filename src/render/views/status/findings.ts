import type { Tone } from '../../../host/types.ts'
import type { Finding, Severity } from '../../../model/finding.ts'
import { cell, section, type Cell, type Section } from '../../document.ts'
import type { StatusViewOptions } from './options.ts'

const TONES: Record<Severity, Tone> = { critical: 'bad', warning: 'warn', info: 'note' }
const HEADINGS: Record<Severity, Tone> = { critical: 'bad', warning: 'warn', info: 'title' }

/**
 * The block of spec/screens.md 2; null when all is well. A command that the sentence does not name gets a line, once for
 * findings of one kind; one that leads to this very screen gets none.
 */
export function findingsSection(findings: readonly Finding[], { verbosity, wide }: StatusViewOptions): Section | null {
  const [worst] = findings
  if (!worst) return null
  const isShown = (command: string) =>
    (verbosity > 0 && / status \S+ -v\b/.test(command)) || (wide && command.includes(' -o wide'))
  const rows = findings.flatMap((finding, index): Cell[][] => {
    const row = [cell(finding.severity.toUpperCase(), TONES[finding.severity]), cell(finding.id), cell(finding.message)]
    const { command } = finding
    if (command === undefined || finding.message.includes(command) || isShown(command)) return [row]
    if (findings[index + 1]?.command === command) return [row]
    return [row, [blank, blank, cell(`run: ${command}`, 'dim')]]
  })
  return section(cell('Findings', HEADINGS[worst.severity]), { kind: 'list', rows })
}

const blank: Cell = { text: '', tone: 'plain' }

/** True when the operator's own "healthy" must not stand alone. */
export function contradictsHealth(findings: readonly Finding[]): boolean {
  return findings.some(({ severity }) => severity === 'critical')
}
