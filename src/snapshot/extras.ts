import type { Clock } from '../host/types.ts'

/** How long extras are waited for once all essential answers are in (spec/screens.md 1). */
const EXTRAS_MS = 300

/** Ends the extras of everyone who joined, a while after the essential answers of all of them are in. */
export class ExtrasLimit {
  readonly #clock: Clock
  readonly #over = new AbortController()
  readonly #outer: AbortSignal
  readonly #ms: number
  #timer = new AbortController()
  #open = 0

  constructor(clock: Clock, signal: AbortSignal, ms = EXTRAS_MS) {
    this.#ms = ms
    this.#clock = clock
    this.#outer = signal
    this.signal = AbortSignal.any([signal, this.#over.signal])
  }

  /** Aborts when extras are not waited for any more. */
  readonly signal: AbortSignal

  /** Says what is waited for anyway; nothing is ended before that has settled. */
  join(essentials: Promise<unknown>): void {
    this.#open += 1
    this.#timer.abort()
    const settled = (): void => {
      this.#open -= 1
      if (this.#open === 0) this.#start()
    }
    essentials.then(settled, settled)
  }

  /** Ends them now. */
  end(): void {
    this.#timer.abort()
    this.#over.abort()
  }

  #start(): void {
    this.#timer = new AbortController()
    this.#clock.sleep(this.#ms, AbortSignal.any([this.#outer, this.#timer.signal])).then(
      () => this.#over.abort(),
      () => undefined,
    )
  }
}
