import { visible } from '../api/visible-text.ts'

/** JSON with two spaces of indent and a final newline; characters that a terminal would obey or hide are escaped. */
export function renderJson(value: unknown): string {
  return `${escaped(JSON.stringify(value, null, 2))}\n`
}

/** The same on one line, for JSON lines. */
export function renderJsonLine(value: unknown): string {
  return `${escaped(JSON.stringify(value))}\n`
}

function escaped(text: string): string {
  return text.replace(/\P{ASCII}|\u007f/gu, (character) =>
    visible(character) === character ? character : escapeOf(character),
  )
}

/** One escape for each UTF-16 unit, as JSON wants it. */
function escapeOf(character: string): string {
  return [...Array(character.length).keys()]
    .map((index) => `\\u${character.charCodeAt(index).toString(16).padStart(4, '0')}`)
    .join('')
}
