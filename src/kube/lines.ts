/** A line longer than this comes in pieces: one endless line must not fill the memory. */
const LONGEST_LINE = 1024 * 1024

/**
 * Splits chunks of UTF-8 into lines without their `\n`. Characters cut between chunks are joined, invalid bytes become
 * U+FFFD. The text after the last line end is a line too, unless it is empty. Lines above `longest` characters come in
 * pieces.
 */
export async function* splitLines(
  chunks: AsyncIterable<Uint8Array>,
  longest: number = LONGEST_LINE,
): AsyncGenerator<string, void, undefined> {
  const decoder = new TextDecoder()
  let rest = ''
  for await (const chunk of chunks) {
    const text = decoder.decode(chunk, { stream: true })
    let from = 0
    for (let to = text.indexOf('\n'); to !== -1; to = text.indexOf('\n', from)) {
      yield* pieces(rest + text.slice(from, to), longest, true)
      rest = ''
      from = to + 1
    }
    rest += text.slice(from)
    if (rest.length >= longest) {
      const whole = rest.length - (rest.length % longest)
      yield* pieces(rest.slice(0, whole), longest, false)
      rest = rest.slice(whole)
    }
  }
  rest += decoder.decode()
  if (rest !== '') yield* pieces(rest, longest, false)
}

function* pieces(line: string, longest: number, complete: boolean): Generator<string, void, undefined> {
  if (line === '' && complete) yield ''
  for (let at = 0; at < line.length; at += longest) yield line.slice(at, at + longest)
}
