import type { Duplex } from 'node:stream'

/** What stands behind one pod of the sandbox: a live PostgreSQL server, a recording, or nothing that answers. */
export interface PodBackend {
  /** A request through pods/proxy. Rejects with ConnectionFailure when nothing answers on the port. */
  http(request: PodHttpRequest): Promise<PodHttpResponse>
  /** Runs a command in a container; resolves to its exit code. Rejects with ConnectionFailure when the container is absent. */
  exec(request: ExecRequest): Promise<number>
  /** A TCP connection to a port of the pod (port-forward). Rejects when refused. */
  connect(port: number): Promise<Duplex>
  /** Lines of a container's log; with `follow` it goes on until the signal aborts. */
  logs(request: LogRequest): AsyncIterable<string>
}

export interface PodHttpRequest {
  port: number
  tls: boolean
  method: string
  /** Path with query, from the first slash. */
  path: string
  headers: Readonly<Record<string, string>>
  body: Uint8Array
  signal: AbortSignal
}

export interface PodHttpResponse {
  status: number
  headers: Record<string, string>
  body: Uint8Array | string
}

export interface ExecRequest {
  container: string | undefined
  command: string[]
  tty: boolean
  stdin: AsyncIterable<Uint8Array> | undefined
  /** Resolve when more may be written. */
  stdout(chunk: Uint8Array): Promise<void>
  stderr(chunk: Uint8Array): Promise<void>
  /** Terminal size changes. */
  onResize(callback: (size: { columns: number; rows: number }) => void): void
  signal: AbortSignal
}

export interface LogRequest {
  container: string | undefined
  follow: boolean
  tailLines: number | undefined
  timestamps: boolean
  sinceSeconds: number | undefined
  sinceTime: string | undefined
  previous: boolean
  limitBytes: number | undefined
  signal: AbortSignal
}

/** Nothing answered: becomes the API server's 503 (proxy) or a failed upgrade (exec, port-forward). */
export class ConnectionFailure extends Error {
  readonly status: number
  constructor(message: string, status = 503) {
    super(message)
    this.name = 'ConnectionFailure'
    this.status = status
  }
}
