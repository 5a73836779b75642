/** One message of a channel protocol: the stream's number and its bytes. */
export interface ChannelMessage {
  channel: number
  data: Buffer
}

/** The brake of whatever fills a queue. */
export interface Source {
  pause(): void
  resume(): void
}

const HIGH_WATER = 256 * 1024
const LOW_WATER = 64 * 1024

/**
 * Messages that came in and were not read yet. Above 256 KiB the source is paused, below 64 KiB it goes on, so that a
 * slow reader slows the sender down instead of filling the memory. For one reader.
 */
export class ChannelQueue {
  readonly #source: Source
  #messages: ChannelMessage[] = []
  #bytes = 0
  #paused = false
  #ended = false
  #error: Error | undefined
  #waiting: (() => void) | undefined

  constructor(source: Source) {
    this.#source = source
  }

  get ended(): boolean {
    return this.#ended
  }

  /** True while the source is braked. */
  get paused(): boolean {
    return this.#paused
  }

  push(message: ChannelMessage): void {
    if (this.#ended) return
    this.#messages.push(message)
    this.#bytes += sizeOf(message)
    if (!this.#paused && this.#bytes > HIGH_WATER) {
      this.#paused = true
      this.#source.pause()
    }
    this.#wake()
  }

  /** Nothing more comes; with an error the reader gets it after what is queued. The first call counts. */
  end(error?: Error): void {
    if (this.#ended) return
    this.#ended = true
    this.#error = error
    this.#wake()
  }

  /** Ends at once, dropping what is queued. */
  abort(error: Error): void {
    this.#messages = []
    this.#bytes = 0
    this.#ended = true
    this.#error = error
    this.#wake()
  }

  /** The next message, or undefined at the end; throws what ended the queue. */
  async next(): Promise<ChannelMessage | undefined> {
    for (;;) {
      const message = this.#messages.shift()
      if (message !== undefined) {
        this.#bytes -= sizeOf(message)
        if (this.#paused && this.#bytes < LOW_WATER) {
          this.#paused = false
          this.#source.resume()
        }
        return message
      }
      if (this.#ended) {
        if (this.#error !== undefined) throw this.#error
        return undefined
      }
      await new Promise<void>((resolve) => {
        this.#waiting = resolve
      })
    }
  }

  #wake(): void {
    const waiting = this.#waiting
    this.#waiting = undefined
    waiting?.()
  }
}

/** Bytes held, with what an entry itself costs: a flood of tiny messages must be braked too. */
function sizeOf(message: ChannelMessage): number {
  return message.data.length + 64
}
