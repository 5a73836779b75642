import type { Clock } from '../host/types.ts'

/** As many requests at once as pay off while they are quick, where every one more costs a handshake. */
const USUAL = 12
/** The most there may ever be under way to one API server. */
const MOST = 32
/** Milliseconds after which a request counts as slow: it waits for somebody else, and no longer takes a usual place. */
const SLOW_MS = 100

/** Who comes first when there is no place: what the report stands on, then pods that will hardly answer, then extras. */
export type Rank = 'first' | 'later' | 'extra'

const RANKS: readonly Rank[] = ['first', 'later', 'extra']

/** A place among the requests under way; to be left once. */
export interface Place {
  leave(): void
}

interface Waiting {
  signal: AbortSignal
  enter: () => void
  give: (reason: Error) => void
}

/**
 * Lets a limited number of requests to one API server be under way. Requests that hang do not hold the others up: whoever is slow
 * makes room for one more, as far as the limit goes.
 */
export class Gate {
  readonly #clock: Clock
  readonly #usual: number
  /** When each request under way began. */
  readonly #inside = new Map<Place, number>()
  readonly #queues: Readonly<Record<Rank, Set<Waiting>>> = { first: new Set(), later: new Set(), extra: new Set() }
  /** Signals that are listened to: once each, as hundreds may wait with one. */
  readonly #heard = new WeakSet<AbortSignal>()
  #looksAgain: AbortController | undefined

  /** `multiplexed`: all requests go over one connection, so that as many as may be under way are welcome at once. */
  constructor(clock: Clock, { multiplexed = false }: { multiplexed?: boolean } = {}) {
    this.#clock = clock
    this.#usual = multiplexed ? MOST : USUAL
  }

  /** Waits for a place. Rejects with the signal's reason when it aborts first. */
  async enter(signal: AbortSignal, rank: Rank = 'first'): Promise<Place> {
    signal.throwIfAborted()
    const place = this.#isAwaited() ? undefined : this.tryEnter()
    if (place !== undefined) return place
    return new Promise((resolve, reject) => {
      this.#queues[rank].add({ signal, enter: () => resolve(this.#take()), give: reject })
      this.#listen(signal)
      this.#admit()
    })
  }

  /** A place at once; undefined when there is none. */
  tryEnter(): Place | undefined {
    return this.#isFull() ? undefined : this.#take()
  }

  #take(): Place {
    const place: Place = {
      leave: () => {
        if (this.#inside.delete(place)) this.#admit()
      },
    }
    this.#inside.set(place, this.#clock.monotonic())
    return place
  }

  #isFull(): boolean {
    if (this.#inside.size < this.#usual) return false
    if (this.#inside.size >= MOST) return true
    const now = this.#clock.monotonic()
    const quick = [...this.#inside.values()].filter((began) => now - began < SLOW_MS)
    return quick.length >= this.#usual
  }

  #admit(): void {
    while (this.#isAwaited() && !this.#isFull()) this.#admitNext()
    if (!this.#isAwaited()) this.#looksAgain?.abort()
    else if (this.#inside.size < MOST) this.#lookAgain()
  }

  #admitNext(): void {
    for (const rank of RANKS) {
      const [next] = this.#queues[rank]
      if (next === undefined) continue
      this.#queues[rank].delete(next)
      return next.enter()
    }
  }

  #isAwaited(): boolean {
    return RANKS.some((rank) => this.#queues[rank].size > 0)
  }

  #listen(signal: AbortSignal): void {
    if (this.#heard.has(signal)) return
    this.#heard.add(signal)
    const aborted = (): void => {
      for (const queue of Object.values(this.#queues)) {
        for (const waiting of queue) {
          if (waiting.signal !== signal) continue
          queue.delete(waiting)
          waiting.give(signal.reason as Error)
        }
      }
      this.#admit()
    }
    signal.addEventListener('abort', aborted, { once: true })
  }

  /** Time alone makes room, too: those inside become slow. */
  #lookAgain(): void {
    if (this.#looksAgain?.signal.aborted === false) return
    const timer = new AbortController()
    this.#looksAgain = timer
    this.#clock.sleep(SLOW_MS, timer.signal).then(
      () => {
        timer.abort()
        this.#admit()
      },
      () => undefined,
    )
  }
}
