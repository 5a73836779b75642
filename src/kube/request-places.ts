import { signalFailure } from './request-parts.ts'

/** Lets so many requests be under way at once; the others wait in turn. */
export class RequestPlaces {
  #free: number
  readonly #waiting = new Set<() => void>()

  constructor(count: number) {
    this.#free = count
  }

  /** Does the work when there is a place for it. Throws the signal's failure when it aborts first. */
  async use<T>(signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T> {
    if (this.#free > 0) this.#free--
    else await this.#turn(signal)
    try {
      return await work()
    } finally {
      this.#leave()
    }
  }

  #turn(signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const enter = (): void => {
        signal?.removeEventListener('abort', give)
        resolve()
      }
      const give = (): void => {
        this.#waiting.delete(enter)
        if (signal !== undefined) reject(signalFailure(signal))
      }
      if (signal?.aborted === true) return give()
      signal?.addEventListener('abort', give, { once: true })
      this.#waiting.add(enter)
    })
  }

  #leave(): void {
    const [next] = this.#waiting
    if (next === undefined) return void this.#free++
    this.#waiting.delete(next)
    next()
  }
}
