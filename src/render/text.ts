import { visible } from '../api/visible-text.ts'
import type { Painter } from '../host/types.ts'
import { cell, type Block, type Cell, type Document, type Section } from './document.ts'
import { grid } from './grid.ts'
import { renderTable } from './text-table.ts'
import type { TextOptions } from './text-options.ts'
export type { TextOptions } from './text-options.ts'
import { wrap } from './wrap.ts'

/** With less room than this for a value or a sentence, alignment does more harm than good. */
const LEAST_PROSE = 30

/** Writes a document as text: an empty line between sections, no trailing spaces, one newline at the end. */
export function renderText(document: Document, options: TextOptions): string {
  const sections = document.sections.map((section) => renderSection(section, options).join('\n'))
  return `${sections.join('\n\n')}\n`
}

function renderSection({ heading, blocks }: Section, options: TextOptions): string[] {
  const title = heading ? [paint(heading, options.painter)] : []
  return [...title, ...blocks.flatMap((block) => renderBlock(block, options))].map((line) => line.replace(/ +$/, ''))
}

function renderBlock(block: Block, options: TextOptions): string[] {
  switch (block.kind) {
    case 'pairs':
      return renderPairs(block.rows, options)
    case 'table':
      return renderTable(block.columns.map(safe), painted(block.rows, options.painter), options)
    case 'list':
      return renderList(block.rows, options)
    case 'note':
      return prose('', '', block.text, options)
    case 'raw':
      return visible(block.text, { newlines: 'keep' }).replace(/\n+$/, '').split('\n')
  }
}

/** Aligned, long values wrapped under themselves; with little room each value follows its label. */
function renderPairs(rows: { label: string; value: Cell }[], options: TextOptions): string[] {
  const indent = 2 + Math.max(0, ...rows.map(({ label }) => label.length))
  if (options.width !== undefined && options.width - indent < LEAST_PROSE) {
    return rows.flatMap(({ label, value }) => prose(`${safe(label)} `, '  ', value, options, label.length - 1))
  }
  return rows.flatMap(({ label, value }) => prose(safe(label).padEnd(indent), ' '.repeat(indent), value, options))
}

/** One cell behind `start`, on further lines behind `margin`, which is as wide but for `taken` characters. */
function prose(start: string, margin: string, item: Cell, { painter, width }: TextOptions, taken = 0): string[] {
  const lines = wrap(shown(item, painter), width === undefined ? undefined : width - margin.length, taken)
  return lines.map((line, index) => (index === 0 ? start : margin) + toned(item, line, painter))
}

/** The prose in the last cell is wrapped under itself, or under the row where little room is left. */
function renderList(rows: Cell[][], options: TextOptions): string[] {
  const starts = grid(rows.map((row) => row.slice(0, -1).map((item) => paint(item, options.painter))))
  const indent = listIndent(rows, options.painter)
  const narrow = options.width !== undefined && options.width - indent < LEAST_PROSE
  return rows.flatMap((row, index) => {
    const last = row.at(-1) ?? cell('')
    const start = starts[index] ?? ''
    if (!narrow) return prose(`${start}  `, ' '.repeat(indent), last, options)
    const body = prose('  ', '  ', last, options)
    return start.trim() === '' ? body : [start, ...body]
  })
}

function listIndent(rows: readonly Cell[][], painter: Painter): number {
  const columns = Math.max(0, ...rows.map((row) => row.length - 1))
  let indent = 0
  for (let column = 0; column < columns; column += 1) {
    indent += 2 + Math.max(...rows.map((row) => textLength(row[column], painter)))
  }
  return indent
}

function textLength(item: Cell | undefined, painter: Painter): number {
  return item === undefined ? 0 : shown(item, painter).length
}

function painted(rows: readonly Cell[][], painter: Painter): string[][] {
  return rows.map((row) => row.map((item) => paint(item, painter)))
}

function paint(item: Cell, painter: Painter): string {
  return toned(item, shown(item, painter), painter)
}

/** The text of a cell; without colours a star says that it changed. */
function shown(item: Cell, painter: Painter): string {
  return item.changed === true && !painter.enabled ? `${safe(item.text)}*` : safe(item.text)
}

function toned({ tone, changed }: Cell, text: string, painter: Painter): string {
  const painted = painter.paint(tone, text)
  return changed === true ? painter.paint('changed', painted) : painted
}

function safe(text: string): string {
  return visible(text)
}
