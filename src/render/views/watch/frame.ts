import { visible } from '../../../api/visible-text.ts'
import { age, duration, secondsBetween } from '../../../model/time.ts'
import { clip } from '../../clip.ts'
import { wrap } from '../../wrap.ts'
import type { Canvas, WatchPicture } from './types.ts'

/** Lines of a reason that cannot be reached; the rest of a long one helps nobody. */
const REASON_LINES = 3
const LEAST_NAME = 10
/** A round that takes longer than an instance may take is worth a word. Milliseconds. */
const PATIENCE_MS = 5000

/** The first lines: the time, whose status it is, and whether it is true. With little room the less important goes. */
export function headerLines(picture: WatchPicture, { columns, painter, glyphs }: Canvas): string[] {
  const { summary, context, takenAt } = picture.status
  const [state, reason] = stateOf(picture)
  const where = visible(`${summary.namespace}/${summary.name}`)
  const start = [`${takenAt.slice(11, 19)} UTC`, where]
  const asked = context === null ? [] : [`context ${visible(context)}`]
  const choices = [[...start, ...asked, `every ${picture.intervalMs / 1000}s`], [...start, ...asked], start, [where]]
  const room = columns - state.length - 2
  const words = choices.map((parts) => parts.join('  ')).find((text) => text.length <= room)
  // A stump of a name says nothing.
  const left = words ?? (room < LEAST_NAME ? '' : clip(where, room, glyphs.ellipsis))
  const lead = left === '' ? '' : `${left}  `
  if (picture.connection.state === 'live') {
    return [`${lead}${painter.paint(state === LIVE ? 'good' : 'warn', clip(state, columns, glyphs.ellipsis))}`]
  }
  const why = reason === null ? [] : wrap(visible(reason), columns).slice(0, REASON_LINES)
  return [`${lead}${state}`, ...why].map((line) =>
    painter.paint('changed', painter.paint('bad', clip(line, columns, glyphs.ellipsis))),
  )
}

const LIVE = 'live'

/** The state in a word or two, and what to say about it. */
function stateOf({ connection, status, heardAt, intervalMs }: WatchPicture): [string, string | null] {
  switch (connection.state) {
    case 'live': {
      const silence = secondsBetween(heardAt, status.takenAt) ?? 0
      return [silence * 1000 > intervalMs + PATIENCE_MS ? `no answer for ${duration(silence)}` : LIVE, null]
    }
    case 'lost': {
      const since = age(connection.since, status.takenAt) ?? '-'
      const last = `The picture is of ${heardAt.slice(11, 19)} UTC.`
      return [`CONNECTION LOST ${since} ago, trying again`, `${last} ${connection.reason}`]
    }
    case 'deleted':
      return [
        `CLUSTER DELETED ${age(connection.since, status.takenAt) ?? '-'} ago`,
        'What is shown of the Cluster itself is as it was before.',
      ]
  }
}

/** The last line: what is not on the screen, the way out, what the marks mean. What does not fit is left out. */
export function footerLine(
  { marks }: WatchPicture,
  { columns, painter, glyphs }: Canvas,
  left: number,
  markSeconds: number,
): string {
  const more = left > 0 ? `${glyphs.ellipsis} ${left} more line${left === 1 ? '' : 's'}` : ''
  const words = [more, 'q: quit'].filter((part) => part !== '').join('   ')
  const [sign, meaning] = [painter.enabled ? 'marked' : '*', `changed in the last ${markSeconds}s`]
  if (marks.size === 0 || `${words}   ${sign} ${meaning}`.length > columns) return clip(words, columns, glyphs.ellipsis)
  return `${words}   ${painter.paint('changed', sign)} ${meaning}`
}
