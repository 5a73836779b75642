import type { Clock } from '../../../src/host/types.ts'

interface Timer {
  at: number
  fire(): void
}

/** A clock that stands still until it is told to move on. */
export class ManualClock implements Clock {
  #elapsed = 0
  readonly #start: number
  readonly #timers = new Set<Timer>()

  constructor(start = '2026-11-23T06:00:00Z') {
    this.#start = Date.parse(start)
  }

  now(): Date {
    return new Date(this.#start + this.#elapsed)
  }

  monotonic(): number {
    return this.#elapsed
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const stop = (): void => {
        this.#timers.delete(timer)
        reject(signal?.reason as Error)
      }
      const timer: Timer = {
        at: this.#elapsed + ms,
        fire: () => {
          this.#timers.delete(timer)
          signal?.removeEventListener('abort', stop)
          resolve()
        },
      }
      if (signal?.aborted === true) return reject(signal.reason as Error)
      signal?.addEventListener('abort', stop, { once: true })
      this.#timers.add(timer)
    })
  }

  /** Moves on, firing what is due in its order and letting everything that follows from it happen. */
  async advance(ms: number): Promise<void> {
    const until = this.#elapsed + ms
    await settle()
    for (;;) {
      const [next] = [...this.#timers].filter((timer) => timer.at <= until).sort((a, b) => a.at - b.at)
      if (next === undefined) break
      this.#elapsed = next.at
      next.fire()
      await settle()
    }
    this.#elapsed = until
  }

  /** How many waits are pending. */
  get pending(): number {
    return this.#timers.size
  }
}

/** Lets all promises that can settle do so. */
export async function settle(): Promise<void> {
  for (let round = 0; round < 5; round++) await new Promise((resolve) => setImmediate(resolve))
}
