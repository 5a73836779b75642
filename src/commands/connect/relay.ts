import { createServer, type Server, type Socket } from 'node:net'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { CliError } from '../../errors/cli-error.ts'
import { type Destinations, noDestination } from './destinations.ts'

export interface RelayOptions {
  /** 0: any free one. */
  port: number
  /** What there is no destination of, in words. */
  label: string
  destinations: Destinations
  /** Brings the destinations up to date where they may not be. */
  refresh: () => Promise<void>
  /** Opens a byte stream to a pod. */
  open: (pod: string, signal: AbortSignal) => Promise<Duplex>
  /** Told why a connection ended or was not made. */
  onTrouble: (message: string) => void
  signal: AbortSignal
}

/** Only programs of this machine are let in. */
export const ADDRESS = '127.0.0.1'
/** How long a new connection waits for a destination, e.g. during a switchover. */
const PATIENCE_MS = 30_000
/** Before a pod that refused is tried again. */
const RETRY_MS = 500

/** A local port whose connections are passed on to pods. */
export class Relay {
  readonly #options: RelayOptions
  readonly #server: Server
  readonly #connections = new Map<Socket, string | undefined>()

  private constructor(options: RelayOptions) {
    this.#options = options
    this.#server = createServer({ pauseOnConnect: true, noDelay: true }, (socket) => void this.#serve(socket))
  }

  /** Opens the port. Throws CliError when it is taken. */
  static async listen(options: RelayOptions): Promise<Relay> {
    const relay = new Relay(options)
    await new Promise<void>((resolve, reject) => {
      relay.#server.once('error', (error: NodeJS.ErrnoException) => reject(cannotListen(options.port, error)))
      relay.#server.listen(options.port, ADDRESS, resolve)
    })
    return relay
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  /** Closes the connections to these pods; returns how many there were. */
  drop(pods: readonly string[]): number {
    const dropped = [...this.#connections].filter(([, pod]) => pod !== undefined && pods.includes(pod))
    // A reset, so that the program behind it does not take a cut answer for the whole.
    for (const [socket] of dropped) socket.resetAndDestroy()
    return dropped.length
  }

  /** Closes the port and every connection. */
  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()))
    for (const socket of this.#connections.keys()) socket.destroy()
    await closed
  }

  async #serve(socket: Socket): Promise<void> {
    const { onTrouble, signal } = this.#options
    const gone = new AbortController()
    this.#connections.set(socket, undefined)
    socket.on('error', () => undefined)
    socket.once('close', () => {
      this.#connections.delete(socket)
      gone.abort()
    })
    try {
      const { pod, stream } = await this.#reach(AbortSignal.any([signal, gone.signal]))
      // While it was opened the pod may have become another's: whoever is dropped must be known by then.
      if (!this.#options.destinations.has(pod)) {
        stream.destroy()
        socket.resetAndDestroy()
        return
      }
      this.#connections.set(socket, pod)
      await Promise.all([pipeline(socket, stream), pipeline(stream, socket)]).catch((error: unknown) => {
        if (error instanceof CliError && !signal.aborted) onTrouble(`a connection to ${pod} ended: ${error.message}`)
      })
    } catch (error) {
      if (!signal.aborted && !gone.signal.aborted) onTrouble(`a connection failed: ${(error as Error).message}`)
    }
    socket.destroy()
  }

  /** A stream to the next destination; one that cannot be reached is tried again, as it may be on its way out. */
  async #reach(ended: AbortSignal): Promise<{ pod: string; stream: Duplex }> {
    const { destinations, refresh, open, label } = this.#options
    const late = AbortSignal.timeout(PATIENCE_MS)
    const signal = AbortSignal.any([ended, late])
    let last: unknown
    for (;;) {
      await refresh()
      const pod = await destinations.next(signal).catch(() => {
        throw ended.aborted ? ended.reason : (last ?? noDestination(label, PATIENCE_MS / 1000))
      })
      try {
        return { pod, stream: await open(pod, ended) }
      } catch (error) {
        if (!(error instanceof CliError) || !['unreachable', 'missing', 'timeout', 'server'].includes(error.kind))
          throw error
        last = error
        await pause(RETRY_MS, signal)
      }
    }
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer)
      signal.removeEventListener('abort', done)
      resolve()
    }
    const timer = setTimeout(done, ms)
    signal.addEventListener('abort', done, { once: true })
  })
}

function cannotListen(port: number, cause: NodeJS.ErrnoException): CliError {
  const taken = cause.code === 'EADDRINUSE'
  return new CliError({
    kind: 'failed',
    message: taken ? `port ${port} of ${ADDRESS} is in use` : `port ${port} of ${ADDRESS} cannot be opened`,
    hint: 'Another one is chosen with --port; without it a free one is taken.',
    cause: taken ? undefined : cause,
  })
}
