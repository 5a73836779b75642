import { visible } from '../api/visible-text.ts'
import type { Block, Section } from './document.ts'

/**
 * A section whose tables are made to fit the width by leaving columns out: those of `expendable` in their order, as many
 * as needed. Other columns stay, also when the table is still too wide.
 */
export function narrowed(section: Section, width: number, expendable: readonly string[]): Section {
  return { ...section, blocks: section.blocks.map((block) => narrowedBlock(block, width, expendable)) }
}

/** Whether a table of the section does not fit the width. */
export function isWider({ blocks }: Section, width: number): boolean {
  return blocks.some((block) => block.kind === 'table' && widthOf(block, block.columns) > width)
}

function narrowedBlock(block: Block, width: number, expendable: readonly string[]): Block {
  if (block.kind !== 'table') return block
  const left = [...expendable]
  let kept = block.columns
  while (left.length > 0 && widthOf(block, kept) > width) {
    const goes = left.shift()
    kept = kept.filter((title) => title !== goes)
  }
  const indexes = kept.map((title) => block.columns.indexOf(title))
  return { kind: 'table', columns: kept, rows: block.rows.map((row) => indexes.map((index) => row[index]!)) }
}

function widthOf({ columns, rows }: Extract<Block, { kind: 'table' }>, kept: readonly string[]): number {
  const widths = kept.map((title) => {
    const index = columns.indexOf(title)
    // A mark of change may add a character.
    const cells = rows.map((row) => visible(row[index]?.text ?? '').length + (row[index]?.changed === true ? 1 : 0))
    return Math.max(title.length, ...cells)
  })
  return widths.reduce((sum, width) => sum + width + 2, -2)
}
