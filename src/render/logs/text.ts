import { visible } from '../../api/visible-text.ts'

/** Characters of a text in the short form. */
const LONGEST = 300
const INDENT = '    '
const CUT = '...'

/** A text on one line: cut behind its first line or 300 characters, which `...` tells. */
export function short(text: string): string {
  const end = text.indexOf('\n')
  const first = end === -1 ? text : text.slice(0, end)
  // A line feed at the very end hides nothing.
  const more = end !== -1 && end < text.length - 1 && text.slice(end).trim() !== ''
  return more || first.length > LONGEST ? `${shown(clipped(first))}${CUT}` : shown(first)
}

/** A statement on one line, blanks drawn together. */
export function shortStatement(text: string): string {
  // Looked at no further than needed: statements can be long.
  const joined = text
    .slice(0, LONGEST * 4)
    .replace(/\s+/g, ' ')
    .trim()
  const cut = joined.length > LONGEST || text.length > LONGEST * 4
  return cut ? `${shown(clipped(joined))}${CUT}` : shown(joined)
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

/** A text without line feeds that is safe for a terminal; tabs are blanks. */
export function shown(text: string): string {
  if (!OTHER.test(text)) return text
  return visible(text.endsWith('\r') ? text.slice(0, -1).replaceAll('\t', INDENT) : text.replaceAll('\t', INDENT))
}

/** Never cuts a character in two. */
function clipped(text: string): string {
  const code = text.charCodeAt(LONGEST - 1)
  return text.slice(0, code >= 0xd800 && code <= 0xdbff ? LONGEST - 1 : LONGEST)
}
