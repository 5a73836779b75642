/** A statement as it stands in a text. */
export interface StatementPart {
  text: string
  /** Where it begins, in UTF-16 units from 0. */
  at: number
}

/** Letters of names, as in PostgreSQL's scanner: everything beyond ASCII is one. */
const LETTER = 'A-Za-z_\\u0080-\\uffff'

/** Strings, quoted names, dollar quotes, names, comments, and single characters (PostgreSQL's manual, 4.1). */
const TOKEN = new RegExp(
  [
    '--[^\\n\\r]*',
    String.raw`[eE]'(?:[^'\\]+|\\[^]|'')*'?`,
    "'[^']*'?",
    '"[^"]*"?',
    `\\$((?:[${LETTER}][0-9${LETTER}]*)?)\\$[^]*?(?:\\$\\1\\$|$)`,
    `[${LETTER}][0-9$${LETTER}]*`,
    '\\/\\*',
    '\\s+',
    '[^]',
  ].join('|'),
  'g',
)
const COMMENT_EDGE = /\/\*|\*\//g

/**
 * Splits a text at its semicolons, each statement with its own; those in strings, comments and parentheses do not count. Meant
 * for statements that are sent one by one, where the server refuses what was split wrongly: the bodies of BEGIN ATOMIC, and
 * strings with backslashes where standard_conforming_strings is off.
 */
export function splitStatements(text: string): StatementPart[] {
  const parts: StatementPart[] = []
  let start = 0
  let depth = 0
  const end = (at: number): void => {
    const part = text.slice(start, at)
    if (/[^\s;]/.test(part)) parts.push({ text: part, at: start })
    start = at
  }
  TOKEN.lastIndex = 0
  for (let match = TOKEN.exec(text); match !== null; match = TOKEN.exec(text)) {
    const [token] = match
    if (token === '/*') TOKEN.lastIndex = endOfComment(text, match.index)
    if (token === '(') depth++
    if (token === ')') depth = Math.max(0, depth - 1)
    if (token === ';' && depth === 0) end(TOKEN.lastIndex)
  }
  end(text.length)
  return parts
}

/** Comments nest. */
function endOfComment(text: string, start: number): number {
  let depth = 0
  COMMENT_EDGE.lastIndex = start
  for (let edge = COMMENT_EDGE.exec(text); edge !== null; edge = COMMENT_EDGE.exec(text)) {
    depth += edge[0] === '/*' ? 1 : -1
    if (depth === 0) return COMMENT_EDGE.lastIndex
  }
  return text.length
}
