import type { Clock } from '../host/types.ts'

/** Wakes the one who waits; a ring before the wait counts. */
export class Bell {
  #rung = false
  #wake: () => void = () => undefined

  ring(): void {
    this.#rung = true
    this.#wake()
  }

  /** Waits for a ring, at most `ms` milliseconds; rejects with the signal's reason. */
  async wait(ms: number, clock: Clock, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted()
    if (!this.#rung) {
      const over = new AbortController()
      this.#wake = () => over.abort()
      signal.addEventListener('abort', this.#wake, { once: true, signal: over.signal })
      await clock.sleep(ms, over.signal).catch(() => undefined)
      over.abort()
      signal.throwIfAborted()
    }
    this.#rung = false
  }
}
