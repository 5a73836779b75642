import type { Transport, TransportCounters } from './transport.ts'

/** A kubeconfig context that was opened: who we are, where, and how to ask. */
export interface Session {
  readonly server: string
  readonly context: string | undefined
  readonly user: string | undefined
  /** The effective namespace (spec/commands-core.md 1.4). */
  readonly namespace: string
  /** True when `--namespace` was given. */
  readonly namespaceIsExplicit: boolean
  readonly transport: Transport
  readonly counters: TransportCounters
  /**
   * GET of one object or list as JSON; retried by the rules of design 7.
   * Throws CliError (forbidden, missing, timeout, unreachable …) with the server's reason, code and message.
   */
  getJson<T>(path: string, options?: GetOptions): Promise<T>
  /** Any other request with a JSON answer; never retried once it may have changed something. */
  send<T>(request: SendRequest): Promise<T>
  close(): void
}

export interface GetOptions {
  query?: readonly (readonly [string, string])[]
  accept?: string
  signal?: AbortSignal
  /** Limit of this one request in milliseconds, below `--request-timeout`. */
  timeoutMs?: number
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
