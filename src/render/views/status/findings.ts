import type { Tone } from '../../../host/types.ts'
import type { Finding, Severity } from '../../../model/finding.ts'
import { cell, section, type Cell, type Section } from '../../document.ts'

const TONES: Record<Severity, Tone> = { critical: 'bad', warning: 'warn', info: 'note' }

/** The block of spec/screens.md 2; null when all is well. A command that the sentence does not name gets a line. */
export function findingsSection(findings: readonly Finding[]): Section | null {
  if (findings.length === 0) return null
  const rows = findings.flatMap((finding): Cell[][] => {
    const row = [cell(finding.severity.toUpperCase(), TONES[finding.severity]), cell(finding.id), cell(finding.message)]
    const { command } = finding
    if (command === undefined || finding.message.includes(command)) return [row]
    return [row, [blank, blank, cell(`run: ${command}`, 'dim')]]
  })
  return section(cell('Findings', findings[0]!.severity === 'critical' ? 'bad' : 'warn'), { kind: 'list', rows })
}

const blank: Cell = { text: '', tone: 'plain' }

/** True when the operator's own "healthy" must not stand alone. */
export function contradictsHealth(findings: readonly Finding[]): boolean {
  return findings.some(({ severity }) => severity === 'critical')
}
