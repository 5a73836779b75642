import type { Block, Cell, Document } from './document.ts'

/** One fact on the screen that is not as it was. */
export interface Change {
  /** Names the place, for {@link withMarks}. */
  key: string
  kind: 'value' | 'cell' | 'row' | 'line' | 'note'
  section: string
  /** Name of the row, label of the value; of a line or note its words. */
  subject: string
  /** Title of the column of a cell. */
  field: string | null
  /** Null: it was not there. */
  before: string | null
  /** Null: it is gone. */
  after: string | null
}

type Fact = Pick<Change, 'kind' | 'section' | 'subject' | 'field'> & { text: string }

/** Figures that never stand still: a change of theirs is no event. */
const MOVING: ReadonlySet<string> = new Set([
  ...['Current Write LSN:', 'Current Replay LSN:', 'Size:', 'WALs waiting to be archived:'],
  ...['Last Archived WAL:', 'Last Failed WAL:', 'Days Left Until Expiration'],
  ...['Sent LSN', 'Write LSN', 'Flush LSN', 'Replay LSN', 'Write Lag', 'Flush Lag', 'Replay Lag', 'Lag Bytes'],
  ...['Slot Restart LSN', 'Slot Safe WAL Size', 'Database Size', 'Current LSN', 'Uptime'],
])

/**
 * What differs between two screens of one cluster that were made for the same moment (so that ages do not differ by
 * themselves), in the order of the screen. Moving figures do not count, nor numbers within sentences.
 */
export function changesBetween(before: Document, after: Document): Change[] {
  const old = factsOf(before)
  const fresh = factsOf(after)
  const come = [...fresh].flatMap(([key, fact]): Change[] => {
    const known = old.get(key)
    if (known === undefined) return isCellOfNewRow(fact, old) ? [] : [change(key, fact, null, fact.text)]
    return !isText(fact) || known.text === fact.text ? [] : [change(key, fact, known.text, fact.text)]
  })
  const gone = [...old].flatMap(([key, fact]): Change[] =>
    fresh.has(key) || isCellOfNewRow(fact, fresh) ? [] : [change(key, fact, fact.text, null)],
  )
  return [...come, ...gone]
}

/** The document with the places of these changes marked. */
export function withMarks(document: Document, marks: ReadonlySet<string>): Document {
  if (marks.size === 0) return document
  return {
    sections: document.sections.map(({ heading, blocks }) => {
      const title = heading?.text ?? ''
      const mark = (cell: Cell, subject: string, field: string | null): Cell =>
        marks.has(keyOf(title, subject, field)) ? { ...cell, changed: true } : cell
      return { heading, blocks: blocks.map((block) => markedBlock(block, mark)) }
    }),
  }
}

type Mark = (cell: Cell, subject: string, field: string | null) => Cell

function markedBlock(block: Block, mark: Mark): Block {
  switch (block.kind) {
    case 'pairs':
      return { ...block, rows: block.rows.map((row) => ({ ...row, value: mark(row.value, row.label, null) })) }
    case 'table':
      return {
        ...block,
        rows: block.rows.map((row) =>
          row.map((cell, index) => mark(cell, row[0]?.text ?? '', index === 0 ? null : (block.columns[index] ?? ''))),
        ),
      }
    case 'list':
      return {
        ...block,
        rows: block.rows.map((row) =>
          row.map((cell, index) => (index === 0 ? mark(cell, sentenceOf(row), null) : cell)),
        ),
      }
    case 'note':
      return { ...block, text: mark(block.text, withoutFigures(block.text.text), null) }
    case 'raw':
      return block
  }
}

function factsOf(document: Document): Map<string, Fact> {
  const facts = new Map<string, Fact>()
  for (const { heading, blocks } of document.sections) {
    const section = heading?.text ?? ''
    const add: Add = (kind, subject, field, text) => {
      if (MOVING.has(field ?? subject)) return
      facts.set(keyOf(section, subject, field), { kind, section, subject, field, text })
    }
    for (const block of blocks) addFacts(block, add)
  }
  return facts
}

type Add = (kind: Fact['kind'], subject: string, field: string | null, text: string) => void

function addFacts(block: Block, add: Add): void {
  switch (block.kind) {
    case 'pairs':
      return block.rows.forEach(({ label, value }) => add('value', label, null, value.text))
    case 'table':
      return block.rows.forEach(([first, ...rest]) => {
        const name = first?.text ?? ''
        add('row', name, null, name)
        rest.forEach((cell, index) => add('cell', name, block.columns[index + 1] ?? '', cell.text))
      })
    case 'list':
      // A row without its first cell goes on with the one above.
      return block.rows.forEach((row) => {
        if (row[0]?.text !== '') add('line', sentenceOf(row), null, `${row[0]?.text} ${row.at(-1)?.text}`)
      })
    case 'note':
      return add('note', withoutFigures(block.text.text), null, block.text.text)
    case 'raw':
      return
  }
}

/** Of these the text changes; the others come and go. */
function isText({ kind }: Fact): boolean {
  return kind === 'value' || kind === 'cell'
}

/** A line of a list is told by its first cells and by whom its prose is about; what that says besides may move. */
function sentenceOf(row: readonly Cell[]): string {
  const name = /\b[a-z0-9]+(-[a-z0-9.]+)+\b/.exec(row.at(-1)?.text ?? '')?.[0]
  return [...row.slice(0, -1).map(({ text }) => text), name ?? ''].join(' ')
}

/** A sentence is the same while only its figures move: positions, numbers with their units; not the numbers of names. */
function withoutFigures(text: string): string {
  return text.replace(/\b[0-9A-F]+\/[0-9A-F]+\b/g, '#').replace(/(?<![\w-])\d[\w.:]*( (B|bytes|[kMGTP]B)\b)?/g, '#')
}

function isCellOfNewRow({ section, subject, field }: Fact, others: ReadonlyMap<string, Fact>): boolean {
  return field !== null && !others.has(keyOf(section, subject, null))
}

function keyOf(section: string, subject: string, field: string | null): string {
  return [section, subject, field ?? ''].join('\n')
}

function change(key: string, fact: Fact, before: string | null, after: string | null): Change {
  const { kind, section, subject, field } = fact
  return { key, kind, section, subject, field, before, after }
}
