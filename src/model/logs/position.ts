/**
 * How far the log of one container was read. The server can be asked to begin at a full second only, so what was read of
 * the last two seconds is remembered, and told apart when it comes once more. Times are the kubelet's, in front of each line.
 */
export class LogPosition {
  #second = ''
  #seen = new Map<string, number>()
  #before = new Map<string, number>()
  #again: Map<string, number> | undefined
  #current: string | undefined
  #since: string | undefined
  #untimed: string | undefined
  /** The first line of all; what stands before is not wanted. */
  #begin: { time: string; text: string } | undefined
  #isBeforeBegin = false

  /** The time to ask the server to begin at, to miss nothing; undefined before the first line. */
  get since(): string | undefined {
    return this.#since
  }

  /** The log is asked for once more, from {@link since} on. */
  reopen(): void {
    // After a tail, the second in which it begins comes whole.
    this.#isBeforeBegin = this.#begin !== undefined && startOfSecond(this.#begin.time) === this.#since
    this.#again = new Map(this.#before)
    for (const [time, count] of this.#seen) this.#again.set(time, (this.#again.get(time) ?? 0) + count)
    if (this.#again.size === 0) this.#again = undefined
  }

  /** Takes note of a line; false when it was read before. Lines of one time are counted: they keep their order. */
  isNew(time: string, text: string): boolean {
    if (time === '') {
      // The kubelet's own words about a log that it cannot read come with every try.
      const heard = this.#untimed === text
      this.#untimed = text
      return !heard
    }
    if (this.#isBeforeBegin && this.#standsBefore(time, text)) return false
    this.#begin ??= { time, text }
    if (this.#again !== undefined && this.#wasSeen(this.#again, time)) return false
    const second = time.slice(0, 19)
    if (second !== this.#second) this.#advance(second, time)
    this.#seen.set(time, (this.#seen.get(time) ?? 0) + 1)
    return true
  }

  #standsBefore(time: string, text: string): boolean {
    const begin = this.#begin
    this.#isBeforeBegin = begin !== undefined && (time < begin.time || (time === begin.time && text !== begin.text))
    return this.#isBeforeBegin
  }

  #wasSeen(again: Map<string, number>, time: string): boolean {
    const left = again.get(time)
    if (left === undefined) return false
    if (left > 1) again.set(time, left - 1)
    else again.delete(time)
    if (again.size === 0) this.#again = undefined
    return true
  }

  #advance(second: string, time: string): void {
    const start = startOfSecond(time)
    // A clock that was set back: rather the same lines twice than some of them never.
    this.#since = this.#current !== undefined && this.#current < start ? this.#current : start
    this.#current = start
    this.#second = second
    this.#before = this.#seen
    this.#seen = new Map()
  }
}

/** RFC 3339 in UTC, as the API takes it. */
function startOfSecond(time: string): string {
  if (time.endsWith('Z')) return `${time.slice(0, 19)}Z`
  return `${new Date(Date.parse(time)).toISOString().slice(0, 19)}Z`
}
