import { CliError } from '../errors/cli-error.ts'
import { nearest } from '../errors/nearest.ts'
import { parseLsn } from '../model/lsn.ts'
import { parsePrettySize } from '../model/size.ts'
import { intervalSeconds } from '../model/time.ts'
import type { Block, Cell, Document } from './document.ts'

type Table = Extract<Block, { kind: 'table' }>

/**
 * The document with the rows of every table that has this column in ascending order of it: numbers, sizes, spans and LSNs
 * by what they mean, the rest as text with numbers in it; empty cells last. `column` is a title in any spelling
 * (`Lag Bytes`, `lag-bytes`). Throws CliError of kind usage when there are tables and none has it.
 */
export function sortTables(document: Document, column: string): Document {
  const wanted = plain(column)
  const titles = document.sections.flatMap(({ blocks }) => blocks.flatMap((block) => titlesOf(block)))
  if (titles.length > 0 && !titles.some((title) => plain(title) === wanted)) throw unknownColumn(column, titles)
  const sections = document.sections.map((section) => ({
    ...section,
    blocks: section.blocks.map((block) => (block.kind === 'table' ? sortTable(block, wanted) : block)),
  }))
  return { sections }
}

function sortTable(table: Table, wanted: string): Table {
  const index = table.columns.findIndex((title) => plain(title) === wanted)
  if (index === -1) return table
  return { ...table, rows: table.rows.toSorted((a, b) => compare(a[index], b[index])) }
}

function titlesOf(block: Block): string[] {
  return block.kind === 'table' ? block.columns : []
}

/** What two spellings of one title have in common. */
function plain(title: string): string {
  return title.toLowerCase().replace(/[^a-z0-9]/g, '')
}

function compare(left: Cell | undefined, right: Cell | undefined): number {
  const [a, b] = [left?.text ?? '-', right?.text ?? '-']
  if (a === '-' || b === '-') return Number(a === '-') - Number(b === '-')
  const [first, second] = [quantity(a), quantity(b)]
  if (first === undefined || second === undefined) return a.localeCompare(b, 'en', { numeric: true })
  return first < second ? -1 : first > second ? 1 : 0
}

/** What a text stands for, in bytes, seconds or plain: the cells of one column are all of one kind. */
function quantity(cell: string): number | bigint | undefined {
  // `3d ago`, `61 d`
  const text = cell.replace(/ ago$/, '').replace(/^(\d+) d$/, '$1d')
  if (/^-?\d+(\.\d+)?%?$/.test(text)) return Number.parseFloat(text)
  return parseLsn(text) ?? parsePrettySize(text.replace(/ B$/, ' bytes')) ?? intervalSeconds(text) ?? spanSeconds(text)
}

/** Seconds of a span as model/time.ts writes it: `3d4h`, `12m40s`. */
function spanSeconds(text: string): number | undefined {
  const match = /^(-?)(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?$/.exec(text)
  if (!match || !/\d/.test(text)) return undefined
  const [days = 0, hours = 0, minutes = 0, seconds = 0] = match.slice(2).map((part) => Number(part ?? 0))
  return (match[1] === '-' ? -1 : 1) * (days * 86400 + hours * 3600 + minutes * 60 + seconds)
}

function unknownColumn(column: string, titles: readonly string[]): CliError {
  const names = [...new Set(titles.map((title) => title.toLowerCase().replace(/[^a-z0-9]+/g, '-')))]
  const meant = nearest(column, names)
  const list = `Columns: ${names.join(', ')}.`
  return new CliError({
    kind: 'usage',
    message: `no table has a column "${column}" to sort by`,
    hint: meant === undefined ? list : `Did you mean "${meant}"? ${list}`,
  })
}
