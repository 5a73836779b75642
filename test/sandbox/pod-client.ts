import type { ExecRequest, LogRequest, PodBackend, PodHttpResponse } from './types.ts'

/** Asks a pod as the API server does; for tests. */
export class PodClient {
  readonly #pod: PodBackend

  constructor(pod: PodBackend) {
    this.#pod = pod
  }

  async get(
    path: string,
    options: { port?: number; tls?: boolean; headers?: Record<string, string>; signal?: AbortSignal } = {},
  ): Promise<PodHttpResponse & { text: string }> {
    const { port = 8000, tls = true, headers = {}, signal = AbortSignal.timeout(10_000) } = options
    const response = await this.#pod.http({ port, tls, method: 'GET', path, headers, body: new Uint8Array(), signal })
    return { ...response, text: Buffer.from(response.body).toString() }
  }

  /** The parsed `/pg/status`. */
  async status(tls = true): Promise<Record<string, unknown>> {
    return JSON.parse((await this.get('/pg/status', { tls })).text) as Record<string, unknown>
  }

  async exec(
    command: string[],
    options: {
      input?: string | AsyncIterable<Uint8Array>
      tty?: boolean
      container?: string
      signal?: AbortSignal
    } = {},
  ): Promise<{ code: number; stdout: string; stderr: string }> {
    const stdout: Buffer[] = []
    const stderr: Buffer[] = []
    const { input, tty = false, container = 'postgres', signal = AbortSignal.timeout(20_000) } = options
    const request: ExecRequest = {
      container,
      command,
      tty,
      stdin: typeof input === 'string' ? once(input) : input,
      stdout: async (chunk) => void stdout.push(Buffer.from(chunk)),
      stderr: async (chunk) => void stderr.push(Buffer.from(chunk)),
      onResize: () => undefined,
      signal,
    }
    const code = await this.#pod.exec(request)
    return { code, stdout: Buffer.concat(stdout).toString(), stderr: Buffer.concat(stderr).toString() }
  }

  logs(options: Partial<LogRequest> = {}): AsyncIterable<string> {
    return this.#pod.logs({
      container: 'postgres',
      follow: false,
      tailLines: undefined,
      timestamps: false,
      sinceSeconds: undefined,
      sinceTime: undefined,
      previous: false,
      limitBytes: undefined,
      signal: AbortSignal.timeout(20_000),
      ...options,
    })
  }
}

async function* once(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text)
}
