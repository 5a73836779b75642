import type { Agent } from 'node:http'

/** One request to the API server. */
export interface TransportRequest {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** Absolute path below the server's URL, already encoded. */
  path: string
  query?: readonly (readonly [string, string])[]
  /** A list stands for several header lines of one name. */
  headers?: Readonly<Record<string, string | readonly string[]>>
  body?: Uint8Array | string
  signal?: AbortSignal
}

export interface TransportResponse {
  status: number
  /** Names in lower case. */
  headers: Readonly<Record<string, string>>
  /** The whole body, decompressed. */
  body: Uint8Array
}

export interface TransportStream {
  status: number
  headers: Readonly<Record<string, string>>
  /** Chunks as they come, decompressed; ends with the response, throws when the connection breaks. */
  body: AsyncIterable<Uint8Array>
  close(): void
}

/**
 * HTTP to one API server with connections that are reused (performance.md 7). Answers of any status are values; it
 * throws CliError only when there is no answer. Neither retries nor reads Status bodies: `session` does.
 */
export interface Transport {
  request(request: TransportRequest): Promise<TransportResponse>
  /** For logs and watches: no idle limit, ended by the signal or `close()`. */
  stream(request: TransportRequest): Promise<TransportStream>
  /** True where all requests go over one connection if the server speaks HTTP/2; else each at once needs its own. */
  readonly multiplexed: boolean
  /** Requests, connections and bytes (as on the wire, bodies only) so far. */
  readonly counters: TransportCounters
  close(): void
}

export interface TransportCounters {
  requests: number
  /** NaN where the runtime does not tell. */
  connections: number
  bytesIn: number
  bytesOut: number
}

/** One API server as a transport has to reach it; credentials come as headers of each request. */
export interface TransportTarget {
  /** Scheme, host, port and path prefix, without a trailing slash. */
  url: string
  tls: TlsOptions
  /** Only when a proxy leads to the server. */
  agent?: Agent
  /** How to call that proxy in an error message. */
  proxy?: string
  /** Ask for gzip. */
  compression: boolean
  /** Milliseconds for TCP, proxy and TLS handshake together. */
  connectTimeoutMs: number
  /** Counters to add to; new ones when absent. */
  counters?: TransportCounters
}

/** TLS options in the words of node:tls; PEM texts or DER bytes. */
export interface TlsOptions {
  /** Replaces the system's roots. */
  ca?: string | Buffer
  cert?: string | Buffer
  key?: string | Buffer
  /** Name to send and to verify instead of the URL's host. */
  servername?: string
  rejectUnauthorized: boolean
}
