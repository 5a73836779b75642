import { createSecureServer } from 'node:http2'
import { createServer, type Server } from 'node:https'
import { ServerResponse } from 'node:http'
import type { IncomingMessage } from 'node:http'
import { createServer as createTcpServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Duplex } from 'node:stream'
import type { TlsOptions } from 'node:tls'
import type { PodBackend } from '../types.ts'
import { Authority } from './certificates.ts'
import { Exchange } from './exchange.ts'
import type { RequestRecord } from './exchange.ts'
import { Faults } from './faults.ts'
import type { Fault } from './faults.ts'
import { kubeconfig } from './kubeconfig.ts'
import { Policy, forbidden } from './policy.ts'
import { Backends } from './pods/backends.ts'
import { RESOURCES, Registry } from './resources.ts'
import type { ResourceType } from './resources.ts'
import { route, routeUpgrade } from './router.ts'
import type { Services } from './router.ts'
import { ApiError, internal } from './status.ts'
import { Store } from './store.ts'
import { Users, impersonation } from './users.ts'
import { Writer } from './write.ts'

export interface ApiServerOptions {
  /** Default: a free one. */
  port?: number
  /** Default 1.34.1. */
  kubernetesVersion?: string
  /** The clock of ages in tables and of new objects; not of certificates. */
  now?: () => Date
  /** Default: everything of a cluster with CloudNativePG. */
  resources?: readonly ResourceType[]
  /** Changes that watches may go back. */
  historyLength?: number
  /** Seconds of quiet after which a watch gets a bookmark; 60 by default, as in a real cluster. */
  bookmarkSeconds?: number
  /** Speaks HTTP/2 to those who ask for it, as real API servers do; WebSockets stay with HTTP/1.1. */
  http2?: boolean
  /** Validity of the server's certificate, for tests of an expired one. */
  serverNotAfter?: Date
}

export interface KubeconfigOptions {
  /** Name of the context; default `sandbox`. */
  context?: string
  namespace?: string
  /** Name of the cluster entry; default `sandbox`. */
  cluster?: string
  /** `certificate` (default), `token`, or `none` for an entry without credentials. */
  auth?: 'certificate' | 'token' | 'none'
  /** End of the client certificate, for tests of an expired one. */
  notAfter?: Date
  /** PEM of another authority, for tests of an untrusted server; null leaves it out. */
  authority?: string | null
  /** Another address, e.g. of a proxy in front. */
  server?: string
}

export interface ApiServer {
  readonly url: string
  readonly port: number
  readonly authority: Authority
  readonly store: Store
  readonly users: Users
  readonly policy: Policy
  readonly faults: Faults
  readonly writer: Writer
  /** Every request so far, in order of arrival; may be emptied. */
  readonly requests: RequestRecord[]
  /** TCP connections so far. */
  readonly connections: number
  /** Text of a kubeconfig for a user, who is made known when nobody is of that name. */
  kubeconfigFor(user: string, options?: KubeconfigOptions): string
  setPod(namespace: string, name: string, backend: PodBackend | undefined): void
  /** Ends all connections; resolves when the port is free. */
  close: () => Promise<void>
}

/** Starts a Kubernetes API server on 127.0.0.1. It knows the user `admin`, who may do everything. */
export async function startApiServer(options: ApiServerOptions = {}): Promise<ApiServer> {
  const authority = new Authority('sandbox-ca')
  const certificate = authority.issue({
    commonName: 'kube-apiserver',
    hosts: ['localhost', '127.0.0.1', 'kubernetes', 'kubernetes.default', 'kubernetes.default.svc'],
    usage: 'server',
    ...(options.serverNotAfter === undefined ? {} : { notAfter: options.serverNotAfter }),
  })
  const registry = new Registry(options.resources ?? RESOURCES)
  const now = options.now ?? (() => new Date())
  const { historyLength } = options
  const store = new Store({ registry, now, ...(historyLength === undefined ? {} : { historyLength }) })
  const users = new Users()
  users.add('admin', { groups: ['system:masters'] })
  for (const name of ['default', 'kube-system']) store.ensureNamespace(name)
  const policy = new Policy(users)
  const faults = new Faults()
  const backends = new Backends(store)
  const writer = new Writer(store)
  const requests: RequestRecord[] = []
  const sockets = new Set<Socket>()
  let connections = 0

  const web = webServer(options.http2 ?? false, {
    cert: certificate.certificate,
    key: certificate.key,
    ca: authority.certificate,
    requestCert: true,
    rejectUnauthorized: false,
  })
  web.keepAliveTimeout = 60_000
  const front = createTcpServer((socket) => {
    connections += 1
    numbers.set(socket.remotePort ?? 0, connections)
    sockets.add(socket)
    socket.on('error', () => socket.destroy())
    socket.once('close', () => sockets.delete(socket))
    if (faults.connections === 'reset') socket.resetAndDestroy()
    else if (faults.connections === 'normal') web.emit('connection', socket)
  })
  const numbers = new Map<number, number>()
  await new Promise<void>((resolve, reject) => {
    front.once('error', reject)
    front.listen(options.port ?? 0, '127.0.0.1', resolve)
  })
  const { port } = front.address() as AddressInfo
  const services: Services = {
    store,
    policy,
    backends,
    writer,
    kubernetesVersion: options.kubernetesVersion ?? '1.34.1',
    bookmarkSeconds: options.bookmarkSeconds ?? 60,
    address: () => `127.0.0.1:${port}`,
  }

  const serve = async (
    request: IncomingMessage,
    response: ServerResponse,
    handle: (exchange: Exchange) => Promise<void>,
  ): Promise<void> => {
    const exchange = new Exchange(request, response, numbers.get(request.socket.remotePort ?? 0) ?? 0)
    requests.push(exchange.record)
    try {
      identify(exchange, users, policy)
      exchange.faults = faults.take(exchange.info, exchange.record.method, request.url ?? '', exchange.user.name)
      for (const fault of exchange.faults) if (!(await applyFault(exchange, fault))) return
      policy.authorize(exchange.user, exchange.info)
      await handle(exchange)
    } catch (error) {
      if (exchange.signal.aborted) return
      const known =
        error instanceof ApiError
          ? error
          : internal(error instanceof Error ? (error.stack ?? error.message) : String(error))
      if (response.headersSent) request.socket.destroy()
      else exchange.error(known)
    }
  }
  web.on('request', (request: IncomingMessage, response: ServerResponse) => {
    void serve(request, response, (exchange) => route(exchange, services))
  })
  web.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const response = new ServerResponse(request)
    response.assignSocket(socket as Socket)
    response.shouldKeepAlive = false
    response.once('finish', () => socket.end())
    void serve(request, response, async (exchange) => {
      await routeUpgrade(exchange, services, socket, head)
    })
  })
  web.on('tlsClientError', (_error, socket) => socket.destroy())
  web.on('clientError', (_error, socket) => socket.destroy())

  const url = `https://127.0.0.1:${port}`
  return {
    url,
    port,
    authority,
    store,
    users,
    policy,
    faults,
    writer,
    requests,
    get connections() {
      return connections
    },
    kubeconfigFor(name, chosen = {}) {
      const user = users.has(name) ? users.user(name) : users.add(name)
      const auth = chosen.auth ?? 'certificate'
      const request = { commonName: name, organizations: user.groups, usage: 'client' as const }
      const validity = chosen.notAfter === undefined ? {} : { notAfter: chosen.notAfter, notBefore: new Date(0) }
      return kubeconfig({
        server: chosen.server ?? url,
        authority: chosen.authority === null ? undefined : (chosen.authority ?? authority.certificate),
        user: {
          name,
          ...(auth === 'certificate' ? { certificate: authority.issue({ ...request, ...validity }) } : {}),
          ...(auth === 'token' ? { token: users.token(name) } : {}),
        },
        context: chosen.context ?? 'sandbox',
        namespace: chosen.namespace,
        cluster: chosen.cluster,
      })
    },
    setPod: (namespace, name, backend) => backends.set(namespace, name, backend),
    async close() {
      const closed = new Promise<void>((resolve) => front.close(() => resolve()))
      for (const socket of sockets) socket.destroy()
      await closed
    },
  }
}

/** The requests and answers of HTTP/2 have all that is used here of those of HTTP/1.1. */
function webServer(http2: boolean, tls: TlsOptions): Server {
  if (http2) return createSecureServer({ ...tls, allowHTTP1: true }) as unknown as Server
  return createServer({ ...tls, ALPNProtocols: ['http/1.1'] })
}

/** Settles who asks, after impersonation; throws 401 and 403. */
function identify(exchange: Exchange, users: Users, policy: Policy): void {
  const caller = users.authenticate(exchange.request)
  exchange.user = caller
  exchange.record.user = caller.name
  const wanted = impersonation(exchange.request)
  if (wanted === undefined) return
  for (const { resource, subresource, namespace, name } of wanted.needed) {
    const group = ['uids', 'userextras'].includes(resource) ? 'authentication.k8s.io' : ''
    const attributes = { verb: 'impersonate', group, resource, subresource, namespace, name }
    if (!policy.may(caller, attributes)) throw forbidden(caller, attributes)
  }
  exchange.user = wanted.user
  exchange.record.user = wanted.user.name
  exchange.record.impersonator = caller.name
}

/** Lets a fault do its work; false when nothing is left to be done. */
async function applyFault(exchange: Exchange, fault: Fault): Promise<boolean> {
  if (fault.latencyMs !== undefined)
    await sleep(fault.latencyMs, undefined, { signal: exchange.signal }).catch(() => undefined)
  if (exchange.signal.aborted || fault.hang === true) return false
  if (fault.cut === 'before') {
    exchange.request.socket.destroy()
    return false
  }
  if (fault.answer === undefined) return true
  const { code, reason, message, retryAfterSeconds, html, text } = fault.answer
  if (html !== undefined) exchange.send(code, { 'content-type': 'text/html; charset=utf-8' }, html)
  else if (text !== undefined) exchange.text(code, text)
  else
    exchange.error(
      new ApiError(code, reason ?? 'Unknown', message ?? `the sandbox was told to answer ${code}`, {
        ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
      }),
    )
  return false
}
