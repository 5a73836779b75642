import { Duplex } from 'node:stream'
import { CliError } from '../errors/cli-error.ts'
import { type ChannelSocket, PROTOCOL_V4 } from './channel.ts'
import type { ChannelMessage } from './channel-queue.ts'
import { dialChannels } from './channel-dial.ts'
import { plainText } from './plain-text.ts'
import { podPath } from './resources.ts'
import type { Session } from './session.ts'

export interface PortTarget {
  namespace: string
  pod: string
  port: number
  signal?: AbortSignal
  /** Limit for opening in milliseconds; the open stream has none but `signal`. */
  timeoutMs?: number
}

/** Each port has two channels; with one port these are their numbers. */
const Channel = { data: 0, error: 1 } as const

/**
 * A byte stream to a TCP port of a pod. It stands for a socket where a library wants one (pg: `connect`, `setNoDelay`,
 * `setKeepAlive`, `ref`, `unref` exist and do nothing but `connect`, which reports success). Both directions brake. The
 * protocol has no half-close: ending the writing side ends the connection after what was written. Resolves when the API
 * server agreed; that nothing listens on the port shows as an error of the stream (CliError unreachable). Throws
 * CliError as `dialChannels`. Rights: create (and, before Kubernetes 1.35, get) on pods/portforward.
 */
export async function openPort(session: Session, target: PortTarget): Promise<Duplex> {
  const channels = await dialChannels(session, {
    path: podPath(target.namespace, target.pod, 'portforward'),
    query: [['ports', String(target.port)]],
    protocols: [PROTOCOL_V4],
    right: 'pods/portforward',
    ...(target.signal === undefined ? {} : { signal: target.signal }),
    ...(target.timeoutMs === undefined ? {} : { timeoutMs: target.timeoutMs }),
  })
  return new PortStream(channels, target)
}

class PortStream extends Duplex {
  readonly #channels: ChannelSocket
  readonly #target: PortTarget
  /** Channels that have named their port yet: each does so in its first two bytes. */
  readonly #named = new Set<number>()
  #reading = false

  constructor(channels: ChannelSocket, target: PortTarget) {
    super({ allowHalfOpen: false, signal: target.signal })
    this.#channels = channels
    this.#target = target
  }

  connect(): this {
    queueMicrotask(() => this.emit('connect'))
    return this
  }

  setNoDelay(): this {
    return this
  }

  setKeepAlive(): this {
    return this
  }

  ref(): this {
    return this
  }

  unref(): this {
    return this
  }

  override _read(): void {
    if (this.#reading) return
    this.#reading = true
    this.#nextData().then(
      (data) => {
        this.#reading = false
        this.push(data)
      },
      (error: unknown) => this.destroy(error as Error),
    )
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#channels.send(Channel.data, chunk).then(
      () => done(),
      (error: unknown) => done(error as Error),
    )
  }

  override _final(done: () => void): void {
    this.#channels.close()
    done()
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#channels.close()
    done(error)
  }

  /** The next bytes from the port, or null at the end. */
  async #nextData(): Promise<Buffer | null> {
    for (;;) {
      const message = await this.#channels.next()
      if (message === undefined) return null
      const data = this.#payload(message)
      if (data.length === 0) continue
      if (message.channel === Channel.error) throw this.#refused(plainText(data.toString('utf8'), 500))
      if (message.channel === Channel.data) return data
    }
  }

  #payload(message: ChannelMessage): Buffer {
    if (this.#named.has(message.channel)) return message.data
    this.#named.add(message.channel)
    return message.data.subarray(2)
  }

  #refused(why: string): CliError {
    return new CliError({
      kind: 'unreachable',
      message: `port ${String(this.#target.port)} of pod ${this.#target.pod} does not answer: ${why}`,
    })
  }
}
