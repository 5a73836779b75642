import type { LagHistory } from '../../../model/lag-history.ts'
import { prettyLag } from '../../../model/size.ts'
import { cell, type Block, type Cell, type Section } from '../../document.ts'
import type { Glyphs } from '../../glyphs.ts'
import { sparkline } from '../../sparkline.ts'

export const LAG_COLUMN = 'Lag'
export const TREND_COLUMN = 'Lag Trend'

/** Less than this at the top of the curve would make mountains of molehills. Bytes. */
const LEAST_TOP = 1024 * 1024

/**
 * The instances with how far behind each standby is, and how that went over the last samples: on one scale for all, so
 * that the curves can be compared.
 */
export function withLag(section: Section, lag: LagHistory, width: number, glyphs: Glyphs): Section {
  const recent = new Map([...lag].map(([name, samples]) => [name, samples.slice(-width)]))
  const known = [...recent.values()].flat().filter((sample) => sample !== null)
  if (known.length === 0) return section
  const top = Math.max(LEAST_TOP, ...known)
  const cells = (name: string): Cell[] => {
    const samples = recent.get(name) ?? []
    if (samples.every((sample) => sample === null)) return [cell(null), cell(null)]
    const last = samples.at(-1) ?? null
    return [cell(last === null ? null : prettyLag(last)), cell(sparkline(samples, top, glyphs))]
  }
  return { ...section, blocks: section.blocks.map((block) => withColumns(block, cells)) }
}

function withColumns(block: Block, cells: (name: string) => Cell[]): Block {
  if (block.kind !== 'table') return block
  const at = block.columns.indexOf('Status') + 1
  return {
    kind: 'table',
    columns: block.columns.toSpliced(at, 0, LAG_COLUMN, TREND_COLUMN),
    rows: block.rows.map((row) => row.toSpliced(at, 0, ...cells(row[0]?.text ?? ''))),
  }
}
