import type { Change } from '../../changes.ts'
import { cell, section, type Section } from '../../document.ts'
import type { Glyphs } from '../../glyphs.ts'
import { FINDINGS, INSTANCES, REPLICATION } from './headings.ts'

/** What happened while it was watched, newest last. */
export function eventsSection(
  events: readonly { at: string; change: Change }[],
  most: number,
  glyphs: Glyphs,
): Section | null {
  const rows = events
    .slice(-most)
    .map(({ at, change }) => [cell(at.slice(11, 19)), cell(eventText(change, glyphs.arrow))])
  return rows.length === 0 ? null : section(cell('Changes seen', 'title'), { kind: 'list', rows })
}

/**
 * Whether a change is worth a line of its own. Of the replication table the instances' roles tell; a figure of an instance
 * that comes or goes with its answers is no news; remarks follow from what is said elsewhere.
 */
export function isEvent({ kind, section: title, field, before, after }: Change): boolean {
  if (kind === 'note' || title === REPLICATION) return false
  const isVerdict = field === ROLE || field === 'Status'
  return kind !== 'cell' || isVerdict || (before !== '-' && after !== '-')
}

/** One change in words, e.g. `mycluster-2: Standby (async) → Primary`. */
export function eventText(change: Change, arrow: string): string {
  const { kind, section: title, subject, field, before, after } = change
  const step = `${before ?? '-'} ${arrow} ${after ?? '-'}`
  const where = title === INSTANCES || title === FINDINGS ? '' : ` (${title})`
  switch (kind) {
    case 'value':
      return `${subject} ${step}`
    case 'cell':
      return field === ROLE ? `${subject}: ${step}` : `${subject}: ${field} ${step}${where}`
    case 'row':
      return `${subject} ${before === null ? 'is new' : 'is gone'}${where}`
    case 'line':
    case 'note':
      return before === null ? (after ?? '') : `over: ${before}`
  }
}

const ROLE = 'Replication role'
