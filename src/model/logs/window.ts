/** A line that waits to be shown in its place. */
export interface Held {
  /** By what it is sorted: a {@link timeKey}; undefined: right behind the one that came before it. */
  key: string | undefined
  /** Between lines of one time; empty when unknown. */
  pod: string
  text: string
  /** When it came, in milliseconds of a clock that never goes back. */
  at: number
}

/** Stands where the order is broken: what follows is older than what was shown. */
const BREAK = '---\n'

/** In the place of a line that has been shown, whose text nobody keeps. */
const GONE: Held = { key: undefined, pod: '', text: '', at: 0 }

/** Characters that may be held, however few and long the lines are, and so many more for each line of a large window. */
const MOST_HELD = 16 * 1024 * 1024
const MOST_PER_LINE = 16 * 1024

/**
 * Sorts a stream by time with a bounded memory: of the last `size` lines the oldest goes out first. Lines of one time
 * are sorted by pod, and of one pod stay as they came. A line that came too late for its place is shown behind a
 * {@link BREAK}.
 */
export class SortWindow {
  readonly #size: number
  readonly #breaks: boolean
  readonly #mostHeld: number
  #characters = 0
  #held: Held[] = []
  #first = 0
  #lastKey: string | undefined
  #shownKey: string | undefined

  /** @param size 0: nothing is held and nothing sorted */
  constructor(size: number, breaks: boolean) {
    this.#size = size
    this.#breaks = breaks
    this.#mostHeld = Math.max(MOST_HELD, size * MOST_PER_LINE)
  }

  /** The number of lines held. */
  get length(): number {
    return this.#held.length - this.#first
  }

  /** Takes a line in; returns the text that is due by it, empty if none. */
  push(line: Held): string {
    const key = line.key ?? this.#lastKey
    this.#lastKey = key
    if (this.#size === 0) return line.text
    const held = line.key === key ? line : { ...line, key }
    const place = this.#place(held)
    if (place === this.#held.length) this.#held.push(held)
    else this.#held.splice(place, 0, held)
    this.#characters += held.text.length
    let text = ''
    while (this.length > this.#size || this.#characters > this.#mostHeld) text += this.#show(this.#first++)
    if (this.#first > this.#size) this.#compact()
    return text
  }

  /** The text of all that came until `at`, and of what stands before it. */
  before(at: number): string {
    const last = this.#held.findLastIndex((line) => line.at <= at)
    let text = ''
    while (this.#first <= last) text += this.#show(this.#first++)
    this.#compact()
    return text
  }

  /** The text of everything that is left. */
  rest(): string {
    return this.before(Infinity)
  }

  /** Behind every line that is not newer; most lines come last, so it is looked for from the end. */
  #place(line: Held): number {
    let low = this.#first
    let high = this.#held.length
    if (high > low && !isAfter(this.#held[high - 1], line)) return high
    while (low < high) {
      const middle = (low + high) >>> 1
      if (isAfter(this.#held[middle], line)) high = middle
      else low = middle + 1
    }
    return low
  }

  #show(index: number): string {
    const line = this.#held[index]
    if (line === undefined) return ''
    const { key, text } = line
    this.#held[index] = GONE
    this.#characters -= text.length
    const late = key !== undefined && this.#shownKey !== undefined && key < this.#shownKey
    if (key !== undefined) this.#shownKey = key
    return late && this.#breaks ? BREAK + text : text
  }

  #compact(): void {
    this.#held = this.#held.slice(this.#first)
    this.#first = 0
  }
}

function isAfter(held: Held | undefined, line: Held): boolean {
  if (held?.key === undefined || line.key === undefined || held.key === line.key) {
    // What has no time of its own stays behind what it follows.
    return held !== undefined && held.key === line.key && held.pod !== '' && line.pod !== '' && held.pod > line.pod
  }
  return held.key > line.key
}
