import type { ClusterDiff, Difference, DiffSide } from '../../model/diff/types.ts'
import { goTime } from '../../model/time.ts'
import { cell, note, pairs, section, table, type Cell, type Column, type Document, type Section } from '../document.ts'

/** Differences in groups, left and right in columns of their own. */
export function diffView({ left, right, differences, notCompared, same }: ClusterDiff): Document {
  const sections = [...new Set(differences.map((difference) => difference.section))]
  return {
    sections: [
      section(
        same ? cell('No differences', 'good') : cell(differenceCount(differences.length), 'warn'),
        pairs([
          ['Left:', cell(sideText(left))],
          ['Right:', cell(sideText(right))],
        ]),
      ),
      ...sections.map((name) =>
        section(
          cell(name, 'title'),
          table(
            COLUMNS,
            differences.filter((difference) => difference.section === name),
          ),
        ),
      ),
      notComparedSection(notCompared),
    ].filter((part) => part !== null),
  }
}

function differenceCount(count: number): string {
  return `${count} ${count === 1 ? 'difference' : 'differences'}`
}

function sideText({ source, context, namespace, name, takenAt }: DiffSide): string {
  const where = context === null ? '' : `context ${context}, `
  return `${namespace}/${name} (${source === 'live' ? '' : `${source}, `}${where}${goTime(takenAt)})`
}

const COLUMNS: readonly Column<Difference>[] = [
  { title: 'What', cell: (row) => cell([row.subject, row.field].filter(Boolean).join(': ')) },
  { title: 'Left', cell: ({ left }) => valueCell(left) },
  { title: 'Right', cell: ({ right }) => valueCell(right) },
]

function valueCell(value: string | null): Cell {
  return value === null ? cell('-', 'dim') : cell(value)
}

function notComparedSection(list: ClusterDiff['notCompared']): Section | null {
  if (list.length === 0) return null
  const lines = list.map(({ section: name, side, reason }) => note(`${name}: ${reason} (${side})`, 'warn'))
  return section(cell('Not compared', 'warn'), ...lines)
}
