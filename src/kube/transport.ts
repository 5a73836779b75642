/** One request to the API server. */
export interface TransportRequest {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** Absolute path below the server's URL, already encoded. */
  path: string
  query?: readonly (readonly [string, string])[]
  headers?: Readonly<Record<string, string>>
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
  /** Requests, connections and bytes (as on the wire, bodies only) so far. */
  readonly counters: TransportCounters
  close(): void
}

export interface TransportCounters {
  requests: number
  connections: number
  bytesIn: number
  bytesOut: number
}
