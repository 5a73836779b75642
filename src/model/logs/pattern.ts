/** Flags in front of a pattern, as Go and PCRE write them. */
const FLAGS = /^\(\?([a-z]+)\)/
const KNOWN: Readonly<Record<string, string>> = { i: 'i', s: 's', m: 'm' }

/**
 * A regular expression as `--grep` takes it; `(?i)` in front ignores case. Throws SyntaxError with what is wrong.
 */
export function readPattern(text: string): RegExp {
  const letters = FLAGS.exec(text)?.[1]
  if (letters === undefined) return new RegExp(text, 'u')
  const unknown = [...letters].find((letter) => KNOWN[letter] === undefined)
  if (unknown !== undefined) throw new SyntaxError(`the flag (?${unknown}) is not known`)
  return new RegExp(text.replace(FLAGS, ''), `u${[...new Set(letters)].join('')}`)
}
