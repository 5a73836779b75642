/**
 * Breaks prose at spaces into lines of at most `width` characters; a longer word gets a line of its own and is not
 * cut, so that names and commands can still be copied. Without a width the text stays one line.
 *
 * @param taken characters of the first line that are in use already (negative: it has more room than the others)
 */
export function wrap(text: string, width: number | undefined, taken = 0): string[] {
  if (width === undefined || taken + text.length <= width) return [text]
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    const room = lines.length === 0 ? width - taken : width
    if (line !== '' && line.length + 1 + word.length > room) {
      lines.push(line)
      line = word
    } else {
      line = line === '' ? word : `${line} ${word}`
    }
  }
  return [...lines, line]
}
