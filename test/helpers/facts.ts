import type { Document, Section } from '../../src/render/document.ts'
import { recordedFile } from './recorded-snapshot.ts'

/** One fact of the official plugin's screen. */
export interface Fact {
  section: string
  /** Label of a pair or title of a column; empty for a line of prose. */
  label: string
  /** First cell of the row of a table. */
  row: string
  value: string
}

/** Facts by level: those of `status-v` and `status-v-v` are only the ones which the level before does not show. */
export function officialFacts(state: string): Record<string, Fact[]> {
  return JSON.parse(recordedFile(state, 'facts.json') ?? '{}') as Record<string, Fact[]>
}

/** What our screen shows in the place of an official fact; undefined when that place is not there. */
export function ownValue(document: Document, fact: Fact): string | undefined {
  const section = document.sections.find(({ heading }) => sameSection(heading?.text ?? '', fact.section))
  if (!section) return undefined
  if (fact.label === '') return prose(section).find((line) => line.startsWith(fact.value)) ?? prose(section)[0]
  return fact.row === '' ? pairValue(section, fact.label) : cellValue(section, fact.row, fact.label)
}

function sameSection(own: string, official: string): boolean {
  return own === official || (official === 'Continuous Backup' && own.startsWith('Continuous Backup status'))
}

function prose(section: Section): string[] {
  return section.blocks.flatMap((block) => (block.kind === 'note' ? [block.text.text] : []))
}

function pairValue(section: Section, label: string): string | undefined {
  for (const block of section.blocks) {
    if (block.kind !== 'pairs') continue
    const match = block.rows.find((row) => row.label.replace(/:$/, '') === label)
    if (match) return match.value.text
  }
  return undefined
}

function cellValue(section: Section, row: string, label: string): string | undefined {
  for (const block of section.blocks) {
    if (block.kind !== 'table') continue
    const column = block.columns.indexOf(label)
    const match = block.rows.find((cells) => cells[0]?.text === row)
    if (match && column >= 0) return match[column]?.text
  }
  return undefined
}
