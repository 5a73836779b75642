import type { Change } from '../../changes.ts'
import { cell, section, type Section } from '../../document.ts'
import type { Glyphs } from '../../glyphs.ts'
import { FINDINGS, INSTANCES, REPLICATION } from './headings.ts'

/** What happened while it was watched, newest last; when that is more than `most` lines, what matters most. */
export function eventsSection(
  events: readonly { at: string; change: Change }[],
  most: number,
  glyphs: Glyphs,
): Section | null {
  const major = events.filter(({ change }) => isMajor(change))
  const told = events.length > most && major.length > 0 ? major : events
  const rows = told
    .slice(-most)
    .map(({ at, change }) => [cell(at.slice(11, 19)), cell(eventText(change, glyphs.arrow))])
  return rows.length === 0 ? null : section(cell('Changes seen', 'title'), { kind: 'list', rows })
}

/**
 * Whether a change is worth a line of its own. Of the replication table the instances' roles tell; a figure of an instance
 * that comes or goes with its answers is no news; remarks follow from what is said elsewhere.
 */
export function isEvent({ kind, section: title, subject, field, before, after }: Change): boolean {
  if (kind === 'note' || title === REPLICATION) return false
  // That follows from who is the primary.
  if (subject === 'Primary promotion time:') return false
  const isVerdict = field === ROLE || field === 'Status'
  return kind !== 'cell' || isVerdict || (before !== '-' && after !== '-')
}

/** Who is the primary, and what the operator is at. */
function isMajor({ kind, subject, field }: Change): boolean {
  return field === ROLE || (kind === 'value' && /^(Status|Primary instance|Designated primary):$/.test(subject))
}

/** One change in words, e.g. `mycluster-2: Standby (async) → Primary`. */
export function eventText(change: Change, arrow: string): string {
  const { kind, section: title, subject, field, before, after } = change
  const step = `${before ?? '-'} ${arrow} ${after ?? '-'}`
  const where = title === INSTANCES || title === FINDINGS ? '' : ` (${title})`
  switch (kind) {
    case 'value':
      return `${subject} ${after ?? '-'} (was ${before ?? '-'})`
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
