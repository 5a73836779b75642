/**
 * Characters that a terminal obeys instead of showing, or that change how their neighbours look: C0, DEL and C1
 * controls, soft hyphen, bidirectional and zero-width marks, line separators, invisible operators, byte order mark,
 * tag characters and lone surrogates.
 */
const HIDDEN =
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}\p{Surrogate}]/gu

const NAMED: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' }

/**
 * Makes untrusted text safe for a terminal: every character that would be obeyed instead of shown is written as an
 * escape such as `\x1b` or `\u202e`. With `newlines: 'keep'` line feeds stay and a carriage return before one goes.
 */
export function visible(text: string, options: { newlines?: 'escape' | 'keep' } = {}): string {
  const keep = options.newlines === 'keep'
  const source = keep ? text.replaceAll('\r\n', '\n') : text
  return source.replace(HIDDEN, (character) => (keep && character === '\n' ? character : escapeOf(character)))
}

function escapeOf(character: string): string {
  const named = NAMED[character]
  if (named !== undefined) return named
  const code = character.codePointAt(0) ?? 0
  if (code <= 0xff) return `\\x${code.toString(16).padStart(2, '0')}`
  return code <= 0xffff ? `\\u${code.toString(16).padStart(4, '0')}` : `\\u{${code.toString(16)}}`
}
