import type { Tone } from '../host/types.ts'

/** A piece of text with its meaning. Texts may come from the cluster: writers make them safe to show. */
export interface Cell {
  text: string
  tone: Tone
  /** Set when it was something else a moment ago, for screens that are redrawn. */
  changed?: true
}

/** What a view builds and a writer prints: sections apart from each other, blocks below one another. */
export interface Document {
  sections: Section[]
}

export interface Section {
  heading: Cell | null
  blocks: Block[]
}

export type Block =
  /** Labels and values in two columns; a label keeps its colon. */
  | { kind: 'pairs'; rows: { label: string; value: Cell }[] }
  /** Titles underlined with dashes; every row has as many cells as there are columns. */
  | { kind: 'table'; columns: string[]; rows: Cell[][] }
  /** Rows without titles; the last cell is prose that may be wrapped under itself. */
  | { kind: 'list'; rows: Cell[][] }
  /** One line of prose. */
  | { kind: 'note'; text: Cell }
  /** Lines of a file as they are. */
  | { kind: 'raw'; text: string }

export function cell(text: string | number | null | undefined, tone: Tone = 'plain'): Cell {
  return { text: text === null || text === undefined || text === '' ? '-' : String(text), tone }
}

/** A section, left out when none of its blocks is there. */
export function section(heading: Cell | null, ...blocks: (Block | null | false | undefined)[]): Section {
  return { heading, blocks: blocks.filter((block) => block !== null && block !== false && block !== undefined) }
}

export function note(text: string, tone: Tone = 'plain'): Block {
  return { kind: 'note', text: cell(text, tone) }
}

/** Rows of labels and values; a row without a value is left out. */
export function pairs(rows: readonly (readonly [string, Cell | null | undefined])[]): Block {
  const present = rows.flatMap(([label, value]) => (value ? [{ label, value }] : []))
  return { kind: 'pairs', rows: present }
}

/** A column of a table and how a row fills it. */
export interface Column<T> {
  title: string
  cell(row: T): Cell
}

export function table<T>(columns: readonly Column<T>[], rows: readonly T[]): Block {
  return {
    kind: 'table',
    columns: columns.map(({ title }) => title),
    rows: rows.map((row) => columns.map((column) => column.cell(row))),
  }
}
