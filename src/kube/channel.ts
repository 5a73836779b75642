import type { Socket } from 'node:net'
import type WebSocket from 'ws'
import { CliError } from '../errors/cli-error.ts'
import { type ChannelMessage, ChannelQueue } from './channel-queue.ts'
import { KeepAlive, SILENCE_SECONDS } from './keep-alive.ts'
import type { TransportCounters } from './transport.ts'

/** The subprotocol that can say "this stream ends" (Kubernetes 1.30 and later for exec). */
export const PROTOCOL_V5 = 'v5.channel.k8s.io'
/** The subprotocol of every version; the end of stdin cannot be expressed in it. */
export const PROTOCOL_V4 = 'v4.channel.k8s.io'

/** Channel number of the message that ends another channel (v5); its one byte of payload names that channel. */
const CLOSE_CHANNEL = 255
/** Servers read whole messages into memory and older ones refuse large ones. */
const LARGEST_MESSAGE = 64 * 1024
/** How long a server may take to answer our goodbye. */
const GOODBYE_MS = 1_000

/** Who is told of what a socket carried. */
export interface Account {
  counters: Pick<TransportCounters, 'connections' | 'bytesIn' | 'bytesOut'>
  /** Called once when a socket that was open is done with, with the bytes that came in. */
  ended(bytesIn: number): void
}

/**
 * Numbered byte streams over one WebSocket, the way the API server carries exec and port-forward: each message starts
 * with the number of its stream. Sending waits until the system took the bytes; messages not yet read brake the sender.
 * A server that falls silent is given up after 45 s, in a way that leaves slow commands alone ({@link KeepAlive}).
 */
export class ChannelSocket {
  readonly #socket: WebSocket
  readonly #queue: ChannelQueue
  readonly #server: string
  readonly #account: Account
  readonly #keepAlive: KeepAlive
  #bytesIn = 0
  #unreported = false
  #closing = false
  #failure: Error | undefined
  #goodbye: NodeJS.Timeout | undefined

  /** Takes a WebSocket that is still connecting; `server` is named in errors. */
  constructor(socket: WebSocket, server: string, account: Account) {
    this.#socket = socket
    this.#server = server
    this.#account = account
    this.#queue = new ChannelQueue(socket)
    this.#keepAlive = new KeepAlive({
      ping: (payload) => {
        if (socket.readyState === socket.OPEN) socket.ping(payload)
      },
      sending: () => socket.bufferedAmount > 0,
      paused: () => this.#queue.paused,
      gone: () => this.#giveUp(),
    })
    socket.on('message', (data) => this.#receive(data as Buffer))
    socket.on('pong', (payload) => this.#keepAlive.answered(payload.toString('latin1')))
    socket.on('error', (error) => {
      this.#failure ??= error
    })
    socket.on('close', (code, reason) => this.#closed(code, reason.toString('utf8')))
    // Not every runtime shows the socket here.
    socket.on('upgrade', (response) => (response.socket as Socket | undefined)?.setKeepAlive(true, 15_000))
    socket.on('open', () => {
      this.#unreported = true
      this.#account.counters.connections++
      this.#keepAlive.start()
    })
  }

  /** True when {@link endInput} reaches the other side. */
  get canEndInput(): boolean {
    return this.#socket.protocol === PROTOCOL_V5
  }

  /** Sends bytes on a stream, in pieces; resolves when the system took them, rejects when the connection is gone. */
  async send(channel: number, data: Uint8Array): Promise<void> {
    for (let at = 0; at < data.length; at += LARGEST_MESSAGE) {
      await this.#sendMessage(channel, data.subarray(at, at + LARGEST_MESSAGE))
    }
  }

  /** Tells the other side that nothing more comes on a stream; only where {@link canEndInput}. */
  async endInput(channel: number): Promise<void> {
    await this.#sendMessage(CLOSE_CHANNEL, Uint8Array.of(channel))
  }

  /**
   * The next message that carries bytes, or undefined after a regular close. Throws CliError (unreachable) when the
   * connection broke, or the error given to {@link abort}.
   */
  async next(): Promise<ChannelMessage | undefined> {
    return this.#queue.next()
  }

  /** Says goodbye and ends; messages on their way can still be read. */
  close(): void {
    if (this.#closing) return
    this.#closing = true
    this.#report()
    this.#socket.close(1000)
    this.#goodbye = setTimeout(() => this.#socket.terminate(), GOODBYE_MS)
    this.#goodbye.unref()
  }

  /** Drops the connection; the reader gets `error`. */
  abort(error: Error): void {
    this.#closing = true
    this.#report()
    this.#queue.abort(error)
    this.#socket.terminate()
  }

  async #sendMessage(channel: number, data: Uint8Array): Promise<void> {
    const message = Buffer.allocUnsafe(data.length + 1)
    message[0] = channel
    message.set(data, 1)
    this.#account.counters.bytesOut += message.length
    this.#keepAlive.sent(message.length)
    await new Promise<void>((resolve, reject) => {
      this.#socket.send(message, (error) => {
        if (error === undefined || error === null) resolve()
        else reject(this.#lost(error.message))
      })
    })
  }

  #receive(data: Buffer): void {
    this.#keepAlive.heard()
    this.#bytesIn += data.length
    this.#account.counters.bytesIn += data.length
    const channel = data[0]
    // Servers open with empty messages; the end of an output stream (v5) tells nothing that the close does not.
    if (channel === undefined || channel === CLOSE_CHANNEL || data.length === 1) return
    this.#queue.push({ channel, data: data.subarray(1) })
  }

  #closed(code: number, reason: string): void {
    this.#keepAlive.stop()
    clearTimeout(this.#goodbye)
    this.#report()
    const regular = this.#closing || code === 1000 || code === 1001 || code === 1005
    this.#queue.end(
      regular ? undefined : this.#lost(this.#failure?.message ?? (reason || `closed with code ${String(code)}`)),
    )
  }

  #report(): void {
    if (this.#unreported) this.#account.ended(this.#bytesIn)
    this.#unreported = false
  }

  #lost(why: string): CliError {
    return new CliError({
      kind: 'unreachable',
      message: `the connection to ${this.#server} was lost: ${why}`,
      cause: this.#failure,
    })
  }

  #giveUp(): void {
    this.#failure ??= new Error(`nothing came back for ${SILENCE_SECONDS} s, not even an answer to keep-alive pings`)
    this.#socket.terminate()
  }
}
