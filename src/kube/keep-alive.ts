/** Shorter than the idle limits of common load balancers. */
const PING_EVERY_MS = 15_000
/** After this many pings in a row without any sign of life the peer counts as gone. */
const UNANSWERED = 3
/** The time they take, in seconds. */
export const SILENCE_SECONDS = (UNANSWERED * PING_EVERY_MS) / 1000
/** Input of this many bytes in all is taken in by every pipe and terminal, whether a process reads it or not. */
const ALWAYS_TAKEN = 4096
/** Keys that somebody types at a terminal which says nothing any more. */
const KEYS = 256

/** The connection that is kept alive. */
export interface Pinged {
  ping(payload: string): void
  /** True while bytes of ours wait here: the peer takes none at the moment. */
  sending(): boolean
  /** True while we read nothing, so that no answer can be seen. */
  paused(): boolean
  /** Called once when the peer is gone. */
  gone(): void
}

/**
 * Pings a peer and notices when nothing comes back any more. A peer whose process takes no input does not read our pings
 * either (a dump that waits for CREATE INDEX), and is alive: silence counts only where everything sent was read. That is known
 * from the pings, which carry how much was sent before them, as a pong repeats it (RFC 6455, 5.5.3).
 */
export class KeepAlive {
  readonly #peer: Pinged
  #timer: NodeJS.Timeout | undefined
  #unanswered = 0
  #sent = 0
  #read = 0

  constructor(peer: Pinged) {
    this.#peer = peer
  }

  start(): void {
    this.#timer = setInterval(() => this.#tick(), PING_EVERY_MS)
    this.#timer.unref()
    this.#ping()
  }

  stop(): void {
    clearInterval(this.#timer)
  }

  /** Told of the bytes that are sent. */
  sent(bytes: number): void {
    this.#sent += bytes
  }

  /** Told that something came. */
  heard(): void {
    this.#unanswered = 0
  }

  /** Told of a pong. */
  answered(payload: string): void {
    this.heard()
    const read = Number(payload)
    if (read > this.#read && read <= this.#sent) this.#read = read
  }

  #tick(): void {
    if (this.#peer.paused() || this.#peer.sending()) this.#unanswered = 0
    if (this.#unanswered < UNANSWERED || !this.#allRead()) {
      if (!this.#peer.sending()) this.#ping()
      return
    }
    this.stop()
    this.#peer.gone()
  }

  #ping(): void {
    this.#unanswered++
    this.#peer.ping(String(this.#sent))
  }

  #allRead(): boolean {
    return this.#sent <= ALWAYS_TAKEN || this.#sent - this.#read <= KEYS
  }
}
