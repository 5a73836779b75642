/** An error or a notice of the server. */
export interface ServerMessage {
  /** `ERROR`, `NOTICE`, `WARNING` …, in the server's language. */
  severity: string
  /** SQLSTATE. */
  code: string
  message: string
  detail?: string
  hint?: string
  /** Where in the text the error is, in characters from 1. */
  position?: number
  /** The text that `position` is of, where it is not the one that was sent. */
  internalQuery?: string
  /** The stack of functions around it. */
  where?: string
}

/** The fields of a message as pg hands them over. */
interface RawMessage {
  severity?: string | undefined
  code?: string | undefined
  message?: string | undefined
  detail?: string | undefined
  hint?: string | undefined
  position?: string | undefined
  internalPosition?: string | undefined
  internalQuery?: string | undefined
  where?: string | undefined
}

export function serverMessage(raw: RawMessage): ServerMessage {
  const position = Number(raw.position ?? raw.internalPosition)
  return {
    severity: raw.severity ?? 'ERROR',
    code: raw.code ?? '',
    message: raw.message ?? '',
    ...(raw.detail === undefined ? {} : { detail: raw.detail }),
    ...(raw.hint === undefined ? {} : { hint: raw.hint }),
    ...(position > 0 ? { position } : {}),
    ...(raw.internalQuery === undefined ? {} : { internalQuery: raw.internalQuery }),
    ...(raw.where === undefined ? {} : { where: raw.where }),
  }
}

/**
 * What psql prints below the message: the line with a mark under the place, then DETAIL, HINT, QUERY and CONTEXT. `text` is
 * what was sent.
 */
export function messageDetails(message: ServerMessage, text: string): string[] {
  const { position, internalQuery, detail, hint, where } = message
  return [
    ...(position === undefined ? [] : markedLine(internalQuery ?? text, position)),
    ...(detail === undefined ? [] : [`DETAIL:  ${detail}`]),
    ...(hint === undefined ? [] : [`HINT:  ${hint}`]),
    ...(internalQuery === undefined ? [] : [`QUERY:  ${internalQuery}`]),
    ...(where === undefined ? [] : [`CONTEXT:  ${where}`]),
  ]
}

/** The longest piece of a line that is shown, and how much of it before the place. */
const SHOWN = 60
const BEFORE = 30
const CUT = '...'

/** The line of the place and a mark below it, as libpq shows them. */
function markedLine(text: string, position: number): string[] {
  // A tab would move the mark; libpq counts characters, not UTF-16 units.
  const characters = [...text.replaceAll('\t', ' ').replaceAll('\r', ' ')]
  const at = Math.min(position - 1, characters.length)
  const start = characters.lastIndexOf('\n', at - 1) + 1
  const next = characters.indexOf('\n', at)
  const end = next === -1 ? characters.length : next
  const number = characters.slice(0, start).filter((character) => character === '\n').length + 1
  const from = at - start <= SHOWN - 10 ? start : at - BEFORE
  const to = Math.min(end, from + SHOWN)
  const head = `LINE ${number}: ${from > start ? CUT : ''}`
  const line = `${head}${characters.slice(from, to).join('')}${to < end ? CUT : ''}`
  return [line.trimEnd(), `${' '.repeat(head.length + at - from)}^`]
}
