import { visible } from '../../api/visible-text.ts'

/** Characters of a text in the short form. */
const LONGEST = 300
const INDENT = '    '
const CUT = '...'

/** A text on one line: cut behind its first line or 300 characters, which `...` tells. */
export function short(text: string): string {
  const end = text.indexOf('\n')
  const first = startOf(text, end === -1 ? LONGEST * 2 : Math.min(end, LONGEST * 2))
  // A line feed at the very end hides nothing.
  const more = end !== -1 && end < text.length - 1 && text.slice(end).trim() !== ''
  return more || first.length > LONGEST ? `${shown(startOf(first, LONGEST))}${CUT}` : shown(first)
}

/** A statement on one line, blanks drawn together. */
export function shortStatement(text: string): string {
  // Looked at no further than needed: statements can be long.
  const joined = startOf(text, LONGEST * 4)
    .replace(/\s+/g, ' ')
    .trim()
  const cut = joined.length > LONGEST || text.length > LONGEST * 4
  return cut ? `${shown(startOf(joined, LONGEST))}${CUT}` : shown(joined)
}

/** A text with all its lines, the further ones indented: none of them can pass for a record. */
export function whole(text: string): string {
  const trimmed = text.endsWith('\n') ? text.trimEnd() : text
  if (!trimmed.includes('\n')) return shown(trimmed)
  return trimmed
    .split('\n')
    .map((line) => shown(line))
    .join(`\n${INDENT}`)
}

/** Harmless characters, as nearly all texts consist of. */
const OTHER = /[^\x20-\x7e]/

/** Characters that are made visible in one go: every match takes memory until the end of the search. */
const PIECE = 64 * 1024

/** A text without line feeds that is safe for a terminal; tabs are blanks. */
export function shown(text: string): string {
  if (!OTHER.test(text)) return text
  const source = text.endsWith('\r') ? text.slice(0, -1) : text
  let made = ''
  for (let at = 0; at < source.length;) {
    const end = wholeEnd(source, at + PIECE)
    made += visible(source.slice(at, end).replaceAll('\t', INDENT))
    at = end
  }
  return made
}

/** Characters of a text too long to be kept for a few of them. */
const LONG = 16 * 1024

/** The first characters of a text; of a long one as a copy, since this part may be kept for a while, and the rest not. */
function startOf(text: string, length: number): string {
  const start = text.slice(0, wholeEnd(text, length))
  return text.length > LONG ? own(start) : start
}

/** The same text on its own: parts of a text keep the whole of it in memory. */
export function own(text: string): string {
  return Array.from(text).join('')
}

/** The same place, or the one before it where a character of two would be cut. */
function wholeEnd(text: string, end: number): number {
  return isSurrogate(text.charCodeAt(end - 1), 0xd800) && isSurrogate(text.charCodeAt(end), 0xdc00) ? end - 1 : end
}

/** @param first of the 1024 leading or trailing ones */
function isSurrogate(code: number, first: number): boolean {
  return code >= first && code < first + 0x400
}
