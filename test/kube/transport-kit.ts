import { beforeAll, onTestFinished } from 'vitest'
import type { Transport, TransportTarget } from '../../src/kube/transport.ts'
import { type CertificatePair, createAuthority, type TestAuthority } from '../helpers/certificates.ts'
import { type Handler, serve, type TestServer } from './helpers.ts'

export interface ContractOptions {
  /** The servers speak HTTP/2 to those who ask for it, and this transport does: all its requests share a connection. */
  http2?: boolean
  /** The runtime tells of connections, and lets them be closed; default true. */
  ownsConnections?: boolean
}

export type OpenTransport = (target: TransportTarget) => Promise<Transport>

/** What the tests of a transport have in common; to be made in a `describe`. */
export interface TransportKit {
  /** Of the servers; there only when the tests run, as the next. */
  authority: () => TestAuthority
  server: () => CertificatePair
  /** A transport that is closed at the end of the test. */
  connect: (url: string, target?: Partial<TransportTarget>) => Promise<Transport>
  /** A server, and a transport to it. */
  pairUp: (handler: Handler, target?: Partial<TransportTarget>) => Promise<[Transport, TestServer]>
  /** What of the exchanges is still there; over HTTP/2 the connection stays for the others. */
  left: (running: TestServer) => number
}

export function transportKit(open: OpenTransport, { http2 = false }: ContractOptions): TransportKit {
  let authority: TestAuthority
  let server: CertificatePair

  beforeAll(async () => {
    authority = await createAuthority()
    server = await authority.server()
  })

  const connect: TransportKit['connect'] = async (url, target = {}) => {
    const tls = { ca: authority.cert, rejectUnauthorized: true }
    const transport = await open({ url, tls, compression: true, connectTimeoutMs: 5_000, ...target })
    onTestFinished(() => transport.close())
    return transport
  }

  return {
    authority: () => authority,
    server: () => server,
    connect,
    async pairUp(handler, target = {}) {
      const running = await serve({ cert: server.cert, key: server.key, http2 }, handler)
      return [await connect(running.url, target), running]
    },
    left: (running) => (http2 ? running.busy() : running.open()),
  }
}

/** A body as text. */
export const text = (body: Uint8Array): string => Buffer.from(body).toString('utf8')
