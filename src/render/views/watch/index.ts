import { withMarks } from '../../changes.ts'
import { clip } from '../../clip.ts'
import type { Section } from '../../document.ts'
import { fit, type Piece } from '../../fit.ts'
import { isWider, narrowed } from '../../narrow.ts'
import { sortTables } from '../../table-order.ts'
import { renderText } from '../../text.ts'
import { compacted } from './compact.ts'
import { eventsSection } from './events.ts'
import { footerLine, headerLines } from './frame.ts'
import { BACKUP, CERTIFICATES, FINDINGS, INSTANCES, REPLICATION, SUMMARIES } from './headings.ts'
import { LAG_COLUMN, TREND_COLUMN, withLag } from './lag.ts'
import type { Canvas, WatchPicture } from './types.ts'

export type { Canvas, WatchPicture } from './types.ts'

/** Seconds for which a change stays marked. */
export const MARK_SECONDS = 10

/** Columns that go first where there is little room. */
const EXPENDABLE: Readonly<Record<string, readonly string[]>> = {
  [INSTANCES]: [
    ...['Image', 'Asked By', 'Pod IP', 'Zone', 'Manager Version', 'QoS', 'Database Size', 'Node', 'Uptime'],
    ...['Restarts', 'Timeline', 'Current LSN'],
  ],
  [REPLICATION]: [
    ...['Slot Safe WAL Size', 'Slot WAL Status', 'Slot Restart LSN', 'Sync Priority', 'Write LSN', 'Flush LSN'],
    ...['Write Lag', 'Flush Lag', 'Sent LSN', 'Replay LSN', 'Replication Slot', 'Sync State', 'Replay Lag'],
  ],
}

/** Rows of the summary that tell how a cluster is, and not what it is. */
const VITAL = /^(Primary instance|Designated primary|Status|Ready instances|Fenced instances|Current \w+ LSN):$/
const MOST_VITAL = /^(Primary instance|Designated primary|Status):$/

/** How soon a section is left out or made shorter for want of room; the lowest first. */
const RANK = { certificates: 0, other: 1, backup: 2, replication: 3, events: 4, summary: 5, findings: 6 } as const

const MOST_EVENTS = 8
/** From this width on there is room for a long curve. */
const WIDE = 100
/** For lines that are cut and not folded. */
const UNLIMITED = 1000

/**
 * The screen of a watch: one line per row, never more rows or columns than there are. With little room sections are
 * shortened or left out, the instances last of all.
 */
export function watchLines(picture: WatchPicture, canvas: Canvas): string[] {
  const { columns, rows, glyphs } = canvas
  const header = headerLines(picture, canvas)
  const sections = withMarks(picture.view, picture.marks).sections
  const pieces = [...sections.map((section) => pieceOf(section, picture, canvas)), eventsPiece(picture, canvas)]
  // An empty line below the header and above the footer.
  const { lines, left } = fit(pieces, Math.max(1, rows - header.length - 2))
  const body = lines.map((line) => clip(line, columns, glyphs.ellipsis))
  const filler = Array<string>(Math.max(0, rows - header.length - body.length - 2)).fill('')
  return [...header, '', ...body, ...filler, footerLine(picture, canvas, left, MARK_SECONDS)].slice(0, rows)
}

function pieceOf(section: Section, picture: WatchPicture, canvas: Canvas): Piece {
  const heading = section.heading?.text ?? ''
  if (heading === INSTANCES) return instancesPiece(section, picture, canvas)
  if (SUMMARIES.includes(heading)) {
    const parts = [section, only(section, VITAL), only(section, MOST_VITAL)]
    return { forms: [...parts.map((part) => linesOf(part, canvas)), []], ranks: [RANK.summary, 9, 11] }
  }
  if (heading === FINDINGS) {
    const brief = linesOf(briefFindings(section), { ...canvas, columns: UNLIMITED })
    const forms = [linesOf(section, canvas), brief, brief.slice(0, 4), brief.slice(0, 2), []]
    return { forms, ranks: [RANK.findings, 8, 10, 12] }
  }
  const whole = linesOf(narrowed(section, canvas.columns, EXPENDABLE[heading] ?? []), canvas)
  return { forms: [whole, []], ranks: [rankOf(heading)] }
}

/** The table keeps its place by name, whoever is ahead: a row that moves cannot be watched. */
function instancesPiece(section: Section, { lag, status }: WatchPicture, canvas: Canvas): Piece {
  const { columns, glyphs } = canvas
  const sorted = sortTables({ sections: [section] }, 'Name').sections[0] ?? section
  const curved = withLag(sorted, lag, columns < WIDE ? 20 : 30, glyphs)
  const fitting = narrowed(curved, columns, EXPENDABLE[INSTANCES] ?? [])
  const whole = isWider(fitting, columns)
    ? narrowed(compacted(fitting, status.summary.name, glyphs.ellipsis), columns, [TREND_COLUMN, LAG_COLUMN])
    : fitting
  const table = { ...whole, blocks: whole.blocks.filter(({ kind }) => kind === 'table') }
  const forms = [whole, ...(table.blocks.length === 0 ? [] : [table])]
  return { forms: forms.map((form) => linesOf(form, canvas)), ranks: forms.length > 1 ? [9] : [] }
}

function rankOf(heading: string): number {
  if (heading === CERTIFICATES) return RANK.certificates
  if (heading === BACKUP) return RANK.backup
  return heading === REPLICATION ? RANK.replication : RANK.other
}

function eventsPiece({ events }: WatchPicture, canvas: Canvas): Piece {
  const draw = (most: number): string[] => {
    const section = eventsSection(events, most, canvas.glyphs)
    // One line each: the first words say it.
    return section === null ? [] : linesOf(section, { ...canvas, columns: UNLIMITED })
  }
  return { forms: [draw(MOST_EVENTS), draw(6), draw(4), draw(2), []], ranks: [RANK.events, 4.5, 7, 8] }
}

/** The pairs whose label matches; notes above them stay, as they tell of changes of the primary. */
function only(section: Section, labels: RegExp): Section {
  const blocks = section.blocks.map((block) =>
    block.kind === 'pairs' ? { ...block, rows: block.rows.filter(({ label }) => labels.test(label)) } : block,
  )
  return { ...section, blocks }
}

/** One line for each finding: how bad and what, to be cut at the edge. */
function briefFindings(section: Section): Section {
  const blocks = section.blocks.map((block) => {
    if (block.kind !== 'list') return block
    const rows = block.rows.filter(([first]) => first?.text !== '').map((row) => [row[0]!, row.at(-1)!])
    return { ...block, rows }
  })
  return { ...section, blocks }
}

function linesOf(section: Section, { painter, headers, columns }: Canvas): string[] {
  return renderText({ sections: [section] }, { painter, headers, width: columns })
    .replace(/\n$/, '')
    .split('\n')
}
