import type { Agent } from 'node:http'
import type { KubeList } from '../api/objects.ts'
import type { CliError } from '../errors/cli-error.ts'
import type { RequestLog } from './request-log.ts'
import type { TlsOptions, Transport, TransportCounters } from './transport.ts'

export type { TlsOptions } from './transport.ts'

/** A kubeconfig context that was opened: who we are, where, and how to ask. */
export interface Session {
  readonly server: string
  readonly context: string | undefined
  readonly user: string | undefined
  /** The effective namespace (spec/commands-core.md 1.4). */
  readonly namespace: string
  /** True when `--namespace` was given. */
  readonly namespaceIsExplicit: boolean
  /** The kubeconfig's context says that nothing may be changed (its extension `kubectl-cnpg: {readOnly: true}`). */
  readonly readOnly?: boolean
  readonly transport: Transport
  /** Of everything that went to the server, WebSockets included; to be added to by ways past `transport`. */
  readonly counters: TransportCounters
  /** To be told of requests past `transport`; absent when nobody wants to know. */
  readonly log?: RequestLog | undefined
  /**
   * GET of one object or list as JSON; retried by the rules of design 7.
   * Throws CliError (forbidden, missing, timeout, unreachable …) with the server's reason, code and message.
   */
  getJson<T>(path: string, options?: GetOptions): Promise<T>
  /** Any other request with a JSON answer; never retried once it may have changed something. */
  send<T>(request: SendRequest): Promise<T>
  /** A whole list, read in pages by `limit` and `continue`; `resourceVersion` is that of the first page. */
  listAll<T>(path: string, options?: ListOptions): Promise<KubeList<T>>
  /**
   * What a WebSocket to the same server needs (exec, port-forward): address, TLS, credentials and impersonation as
   * headers, the proxy as an agent. Resolve it once per upgrade: credentials may have been refreshed in between.
   */
  dialOptions(): Promise<DialOptions>
  /** The error for an answer with a status of failure, for ways past `transport` (a refused WebSocket upgrade). */
  failure(answer: FailedAnswer): CliError
  close(): void
}

export interface DialOptions {
  /** The server's address with its path prefix and without a trailing slash; `https:` or, for plain servers, `http:`. */
  url: string
  tls: TlsOptions
  /** Authorization, Impersonate-* and User-Agent. A list stands for several lines: groups must not be joined. */
  headers: Record<string, string | string[]>
  /** Only when a proxy leads to the server: opens one connection per request. */
  agent?: Agent
}

/** An answer that was a failure, and the request that earned it. */
export interface FailedAnswer {
  method: string
  path: string
  status: number
  headers: Readonly<Record<string, string>>
  body: Uint8Array
}

export interface ListOptions extends GetOptions {
  labelSelector?: string
  fieldSelector?: string
  /** Objects per page; default 500. */
  limit?: number
}

export interface GetOptions {
  query?: readonly (readonly [string, string])[]
  accept?: string
  signal?: AbortSignal
  /** Limit of this one request in milliseconds, below `--request-timeout`. */
  timeoutMs?: number
  /** Tries after the first one, at most; default 4, and none for pods/proxy, where the pod is what failed. */
  retries?: number
}

export interface SendRequest {
  method: 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  path: string
  query?: readonly (readonly [string, string])[]
  contentType?: string
  body?: unknown
  signal?: AbortSignal
  timeoutMs?: number
}
