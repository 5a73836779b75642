import type { Duplex } from 'node:stream'
import type { TLSSocket } from 'node:tls'
import { CliError } from '../errors/cli-error.ts'

export interface TlsTrust {
  /** The cluster's server CA, PEM: replaces the system's roots. */
  ca: string
  /** Name that the server's certificate must have, e.g. `CLUSTER-rw`. */
  servername: string
  /** Client certificate and key, PEM. */
  cert?: string
  key?: string
}

/** The SSLRequest message: length 8, code 1234.5679. */
const SSL_REQUEST = Buffer.from([0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f])
const ACCEPTED = 'S'
const DECLINED = 'N'

/**
 * Asks a PostgreSQL server for TLS on a fresh connection and does the handshake. Done here and not by pg, which reports
 * a refused certificate as "Connection terminated unexpectedly" when it is handed a stream (performance.md 5.2). Throws
 * CliError: tls with the real cause, unreachable when the connection ends before the answer. On an error the stream is
 * destroyed.
 */
export async function startTls(stream: Duplex, trust: TlsTrust): Promise<TLSSocket> {
  const answer = await firstByte(stream)
  if (answer !== ACCEPTED) {
    stream.destroy()
    const why = answer === DECLINED ? 'has TLS switched off' : 'did not answer as PostgreSQL does'
    throw new CliError({ kind: 'tls', message: `the server ${why}` })
  }
  const { connect } = await import('node:tls')
  return new Promise((resolve, reject) => {
    const socket = connect({ ...trust, socket: stream, rejectUnauthorized: true })
    const fail = (error: Error): void => {
      stream.destroy()
      reject(refused(error, trust))
    }
    const cut = (): void => fail(new Error('the connection was closed during the handshake'))
    socket.once('error', fail)
    stream.once('error', fail)
    stream.once('close', cut)
    socket.once('secureConnect', () => {
      socket.off('error', fail)
      stream.off('error', fail)
      stream.off('close', cut)
      resolve(socket)
    })
  })
}

async function firstByte(stream: Duplex): Promise<string> {
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      stream.off('readable', read)
      stream.off('error', fail)
      stream.off('close', end)
    }
    const fail = (error: Error): void => {
      stop()
      reject(error instanceof CliError ? error : lost(error))
    }
    const end = (): void => fail(new Error('the connection was closed'))
    const read = (): void => {
      // Exactly one byte: what follows it would already be unprotected.
      const byte = stream.read(1) as Buffer | null
      if (byte === null) return
      stop()
      if (stream.readableLength > 0) {
        stream.destroy()
        reject(new CliError({ kind: 'tls', message: 'the server sent data before the TLS handshake' }))
        return
      }
      resolve(byte.toString('latin1'))
    }
    stream.on('readable', read)
    stream.on('error', fail)
    stream.on('close', end)
    stream.write(SSL_REQUEST)
  })
}

function lost(error: Error): CliError {
  return new CliError({ kind: 'unreachable', message: `no answer from PostgreSQL: ${error.message}`, cause: error })
}

function refused(error: Error, trust: TlsTrust): CliError {
  if (error instanceof CliError) return error
  return new CliError({
    kind: 'tls',
    message: `TLS with PostgreSQL (${trust.servername}) failed: ${error.message}`,
    hint: 'Compare the cluster’s server certificate and its CA; the operator renews its own, not those given by users.',
    cause: error,
  })
}
