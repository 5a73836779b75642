/** How long a source that gives nothing is waited for, in milliseconds. */
const PATIENCE_MS = 1500

interface Entry<T> {
  key: string
  value: T
  at: number
}

interface Lane<T> {
  entries: Entry<T>[]
  first: number
  lastKey: string
  closed: boolean
  /** Since when it has nothing to give. */
  emptySince: number
  spoke: boolean
}

/** What can go on, and after how many milliseconds more can; `over` when nothing will come any more. */
export interface Merged<T> {
  values: T[]
  waitMs: number | undefined
  over: boolean
}

/**
 * Merges sources, each in its own order, by time. The oldest line goes first once every source has shown what it has
 * next; one that gives nothing for a while is not waited for until it speaks again.
 */
export class MergeQueue<T> {
  readonly #lanes = new Map<number, Lane<T>>()
  readonly #holdMs: number
  #next = 0

  /** @param holdMs how long a line waits for silent sources whose lines may be under way */
  constructor(holdMs: number) {
    this.#holdMs = holdMs
  }

  /** A new source; returns its number. `now` is of a steady clock in milliseconds, here and below. */
  open(now: number): number {
    this.#lanes.set(this.#next, { entries: [], first: 0, lastKey: '', closed: false, emptySince: now, spoke: false })
    return this.#next++
  }

  /** Lines of a source; a key that is missing or goes back is taken for the one before. */
  push(lane: number, entries: readonly { key: string | undefined; value: T }[], now: number): void {
    const to = this.#lane(lane)
    to.spoke = true
    for (const { key, value } of entries) {
      if (key !== undefined && key > to.lastKey) to.lastKey = key
      to.entries.push({ key: to.lastKey, value, at: now })
    }
  }

  /** The number of lines of a source that wait. */
  waiting(lane: number): number {
    const { entries, first } = this.#lane(lane)
    return entries.length - first
  }

  /** Nothing more comes of this source. */
  close(lane: number): void {
    this.#lane(lane).closed = true
  }

  /** Takes out what is due. */
  take(now: number): Merged<T> {
    const values: T[] = []
    for (;;) {
      const full = [...this.#lanes.values()].filter((lane) => lane.first < lane.entries.length)
      const empty = [...this.#lanes.values()].filter((lane) => lane.first >= lane.entries.length && !lane.closed)
      const oldest = oldestOf(full)
      if (oldest === undefined) return { values, waitMs: undefined, over: empty.length === 0 }
      const waitMs = this.#waitFor(oldest, empty, now)
      if (waitMs > 0) return { values, waitMs, over: false }
      this.#takeRun(oldest, full, empty.length > 0, values, now)
    }
  }

  #lane(number: number): Lane<T> {
    const lane = this.#lanes.get(number)
    if (lane === undefined) throw new RangeError(`there is no source ${number}`)
    return lane
  }

  #waitFor(oldest: Lane<T>, empty: readonly Lane<T>[], now: number): number {
    if (empty.length === 0) return 0
    const cameAt = oldest.entries[oldest.first]?.at ?? now
    // Who follows cannot wait for what may not come; only for those who have just been asked.
    const waits = empty.map(({ spoke, emptySince }) =>
      this.#holdMs > 0 && spoke ? cameAt + this.#holdMs : emptySince + PATIENCE_MS,
    )
    return Math.max(0, Math.max(...waits, cameAt + this.#holdMs) - now)
  }

  /** Everything of one source that is not newer than what the others have. */
  #takeRun(lane: Lane<T>, full: readonly Lane<T>[], single: boolean, values: T[], now: number): void {
    const others = full.filter((other) => other !== lane)
    const limit = others.map((other) => other.entries[other.first]?.key ?? '').sort()[0]
    do {
      const entry = lane.entries[lane.first++]
      if (entry !== undefined) values.push(entry.value)
    } while (!single && lane.first < lane.entries.length && isNotAfter(lane.entries[lane.first]?.key, limit))
    if (lane.first < lane.entries.length) return
    lane.entries = []
    lane.first = 0
    lane.emptySince = now
  }
}

function isNotAfter(key: string | undefined, limit: string | undefined): boolean {
  return limit === undefined || (key ?? '') <= limit
}

function oldestOf<T>(lanes: readonly Lane<T>[]): Lane<T> | undefined {
  let oldest: Lane<T> | undefined
  for (const lane of lanes) {
    const [key, least] = [lane, oldest].map((each) => each?.entries[each.first]?.key)
    if (least === undefined || (key !== undefined && key < least)) oldest = lane
  }
  return oldest
}
