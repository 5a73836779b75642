/** A line longer than this comes in pieces: one endless line must not fill the memory. */
export const LONGEST_LINE = 16 * 1024 * 1024

/**
 * Cuts chunks of UTF-8 into lines without their `\n` or `\r\n`, a chunk at a time. Characters cut between chunks are
 * joined, invalid bytes become U+FFFD. Lines above `longest` characters come in pieces.
 */
export class LineSplitter {
  readonly #decoder = new TextDecoder()
  readonly #longest: number
  #rest = ''

  constructor(longest = LONGEST_LINE) {
    this.#longest = longest
  }

  /** The lines that end in this chunk. */
  push(chunk: Uint8Array): string[] {
    return this.#cut(this.#decoder.decode(chunk, { stream: true }))
  }

  /** The text behind the last line end, if there is any. */
  end(): string[] {
    const lines = this.#cut(this.#decoder.decode())
    if (this.#rest !== '') lines.push(withoutReturn(this.#rest))
    this.#rest = ''
    return lines
  }

  #cut(text: string): string[] {
    const lines: string[] = []
    let from = 0
    for (let to = text.indexOf('\n'); to !== -1; to = text.indexOf('\n', from)) {
      const line = text.slice(from, to)
      lines.push(withoutReturn(this.#rest === '' ? line : this.#rest + line))
      this.#rest = ''
      from = to + 1
    }
    this.#rest += text.slice(from)
    for (; this.#rest.length > this.#longest; this.#rest = this.#rest.slice(this.#longest)) {
      lines.push(this.#rest.slice(0, this.#longest))
    }
    return lines
  }
}

function withoutReturn(line: string): string {
  return line.endsWith('\r') ? line.slice(0, -1) : line
}
