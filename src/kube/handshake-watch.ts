import type { Socket } from 'node:net'
import type { CliError } from '../errors/cli-error.ts'
import { notConnected } from './connection-failure.ts'
import type { TransportTarget } from './transport.ts'

/** What stands for one request that waits for its answer. */
interface Waiting {
  end(): void
}

export interface HandshakeWatch {
  /** A request has begun; `fail` is called when no connection can be had in time. `end` it when the answer begins. */
  begin(fail: (error: CliError) => void): Waiting
}

/**
 * The limit for a connection where nobody tells when it stands (Bun's fetch). When nothing has been answered for half of
 * the target's `connectTimeoutMs`, a connection of its own shakes hands with the server: if that takes the other half,
 * what waits has failed; else the server is only slow.
 */
export function handshakeWatch(target: TransportTarget): HandshakeWatch {
  const half = target.connectTimeoutMs / 2
  let answers = 0
  let probe: Promise<boolean> | undefined

  const check = async (fail: (error: CliError) => void, isOver: () => boolean): Promise<void> => {
    probe ??= shakesHands(target, half).finally(() => (probe = undefined))
    if (!(await probe) && !isOver()) fail(notConnected(target, target.connectTimeoutMs))
  }

  return {
    begin(fail) {
      const before = answers
      let over = false
      const isOver = (): boolean => over || answers > before
      const timer = setTimeout(() => {
        if (!isOver()) void check(fail, isOver)
      }, half)
      return {
        end() {
          over = true
          answers++
          clearTimeout(timer)
        },
      }
    },
  }
}

/** False when neither a handshake nor an error came within `ms`; an error is for the request itself to tell. */
async function shakesHands(target: TransportTarget, ms: number): Promise<boolean> {
  const { hostname, port, protocol } = new URL(target.url)
  const host = hostname.replace(/^\[|\]$/g, '')
  const secure = protocol === 'https:'
  const place = { host, port: Number(port) || (secure ? 443 : 80) }
  const { ca, servername } = target.tls
  const socket: Socket = secure
    ? (await import('node:tls')).connect({ ...place, ca, servername: servername ?? '', rejectUnauthorized: false })
    : (await import('node:net')).connect(place)
  return new Promise((resolve) => {
    const done = (connected: boolean) => () => {
      clearTimeout(timer)
      socket.destroy()
      resolve(connected)
    }
    const timer = setTimeout(done(false), ms)
    socket.once(secure ? 'secureConnect' : 'connect', done(true))
    socket.once('error', done(true))
  })
}
