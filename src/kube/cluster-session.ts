import type { KubeList } from '../api/objects.ts'
import { CliError } from '../errors/cli-error.ts'
import type { Host } from '../host/types.ts'
import type { CredentialSource } from './authenticated-transport.ts'
import type { ConnectionOptions } from './connection-options.ts'
import { answerFailure, notJson } from './failure.ts'
import type { Asker } from './failure.ts'
import type { ChosenConnection } from './kubeconfig.ts'
import { listPages } from './list-pages.ts'
import { loginTrouble } from './login-trouble.ts'
import type { RequestLog } from './request-log.ts'
import { bodyText, requestTarget } from './request-parts.ts'
import { MAX_RETRIES, retryPause } from './retry.ts'
import type { DialOptions, FailedAnswer, GetOptions, ListOptions, SendRequest, Session } from './session.ts'
import { limitTime } from './time-limit.ts'
import type { Transport, TransportCounters, TransportRequest, TransportResponse } from './transport.ts'
import { unconfigured } from './unconfigured.ts'
import { warningsOf } from './warnings.ts'

/** Milliseconds for one request when `--request-timeout` is not given. */
const REQUEST_LIMIT_MS = 30_000

/** What a {@link ClusterSession} is made of. */
export interface SessionParts {
  chosen: ChosenConnection
  server: string
  source: CredentialSource
  transport: Transport
  userAgent: Record<string, string>
  host: Host
  options: ConnectionOptions
  log: RequestLog | undefined
}

/** The one implementation of {@link Session}: retries, limits and errors around a transport. */
export class ClusterSession implements Session {
  readonly server: string
  readonly context: string | undefined
  readonly user: string | undefined
  readonly namespace: string
  readonly namespaceIsExplicit: boolean
  readonly readOnly: boolean
  readonly transport: Transport
  readonly counters: TransportCounters
  readonly log: RequestLog | undefined
  readonly #parts: SessionParts
  readonly #warned = new Set<string>()
  #loginTrouble: string | undefined

  constructor(parts: SessionParts) {
    this.#parts = parts
    this.server = parts.server
    this.context = parts.chosen.context
    this.user = parts.options.as ?? parts.chosen.userName
    this.namespace = parts.chosen.namespace
    this.namespaceIsExplicit = parts.chosen.namespaceIsExplicit
    this.readOnly = parts.chosen.readOnly
    this.transport = parts.transport
    this.counters = parts.transport.counters
    this.log = parts.log
  }

  async getJson<T>(path: string, options: GetOptions = {}): Promise<T> {
    const request: TransportRequest = {
      method: 'GET',
      path,
      headers: { Accept: options.accept ?? 'application/json' },
      ...(options.query === undefined ? {} : { query: options.query }),
    }
    const retries = options.retries ?? (/\/pods\/[^/]+\/proxy(\/|$)/.test(path) ? 0 : MAX_RETRIES)
    return this.#json<T>(request, options, retries)
  }

  async send<T>(request: SendRequest): Promise<T> {
    const { method, path, query, contentType, body } = request
    return this.#json<T>(
      {
        method,
        path,
        headers: {
          Accept: 'application/json',
          ...(body === undefined ? {} : { 'Content-Type': contentType ?? 'application/json' }),
        },
        ...(query === undefined ? {} : { query }),
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      },
      request,
      MAX_RETRIES,
    )
  }

  listAll<T>(path: string, options: ListOptions = {}): Promise<KubeList<T>> {
    return listPages<T>((page) => this.getJson<KubeList<T>>(path, page), options)
  }

  async dialOptions(): Promise<DialOptions> {
    const { url, tls, headers, agent } = await this.#parts.source.current()
    return { url, tls, headers: { ...this.#parts.userAgent, ...headers }, ...(agent === undefined ? {} : { agent }) }
  }

  failure(answer: FailedAnswer): CliError {
    return answerFailure(answer, this.#asker())
  }

  close(): void {
    this.transport.close()
  }

  async #json<T>(
    request: TransportRequest,
    limits: { signal?: AbortSignal; timeoutMs?: number },
    retries: number,
  ): Promise<T> {
    const answer = await this.#tries(request, limits, retries)
    await this.#showWarnings(answer)
    const { status, headers, body } = answer
    if (status === 401) this.#loginTrouble = await this.#certificateTrouble()
    if (status >= 400) {
      throw this.failure({ method: request.method, path: requestTarget(request), status, headers, body })
    }
    try {
      return JSON.parse(bodyText(body)) as T
    } catch {
      throw notJson(body, headers['content-type'], this.#asker())
    }
  }

  /** The answer of the first try that is not worth another one. */
  async #tries(
    request: TransportRequest,
    limits: { signal?: AbortSignal; timeoutMs?: number },
    mostRetries: number,
  ): Promise<TransportResponse> {
    const { clock } = this.#parts.host
    const pauseAfter = (retries: number, outcome: Parameters<typeof retryPause>[2]): number | undefined =>
      retries < mostRetries ? retryPause(request.method === 'GET', retries, outcome, Math.random()) : undefined
    for (let retries = 0; ; retries++) {
      let pause: number | undefined
      let result: { answer: TransportResponse } | { error: unknown }
      try {
        const answer = await this.#once(request, limits)
        result = { answer }
        const retryAfter = answer.headers['retry-after']
        pause = pauseAfter(retries, { kind: 'answer', status: answer.status, retryAfter, now: clock.now() })
      } catch (error) {
        result = { error }
        pause = pauseAfter(retries, { kind: 'failure', error })
      }
      if (pause === undefined) {
        if ('answer' in result) return result.answer
        throw unconfigured(result.error, this.#parts.chosen)
      }
      await clock.sleep(pause, limits.signal)
    }
  }

  async #once(
    request: TransportRequest,
    limits: { signal?: AbortSignal; timeoutMs?: number },
  ): Promise<TransportResponse> {
    const ms = this.#limitOf(limits.timeoutMs)
    const limit = limitTime(limits.signal, ms, () => this.#tooSlow(ms ?? 0))
    try {
      return await this.transport.request({ ...request, signal: limit.signal })
    } finally {
      limit.clear()
    }
  }

  #limitOf(own: number | undefined): number | undefined {
    const { requestTimeoutMs = REQUEST_LIMIT_MS } = this.#parts.options
    if (requestTimeoutMs === 0) return own
    return own === undefined ? requestTimeoutMs : Math.min(own, requestTimeoutMs)
  }

  #tooSlow(ms: number): CliError {
    return new CliError({
      kind: 'timeout',
      message: `the API server at ${this.server} did not answer within ${ms / 1000} s`,
      hint: 'It may be overloaded, or something on the way may hold our requests back. --request-timeout sets another limit.',
    })
  }

  #asker(): Asker {
    return { server: this.server, context: this.context, user: this.user, loginTrouble: this.#loginTrouble }
  }

  async #certificateTrouble(): Promise<string | undefined> {
    const { tls } = await this.#parts.source.current()
    return loginTrouble(tls, this.#parts.host.clock.now())
  }

  /** Warnings of the API server (deprecations, admission webhooks), each once, on stderr as kubectl does. */
  async #showWarnings({ headers }: TransportResponse): Promise<void> {
    for (const text of warningsOf(headers.warning)) {
      if (this.#warned.has(text)) continue
      this.#warned.add(text)
      await this.#parts.host.stderr.write(`Warning: ${text}\n`)
    }
  }
}
