import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Duplex } from 'node:stream'
import { ConnectionFailure } from '../types.ts'
import type { ExecRequest, LogRequest, PodBackend, PodHttpRequest, PodHttpResponse } from '../types.ts'
import { selectLines } from './log-lines.ts'

/** The key of each answer that was taken by psql in the pod, with its rows. */
export type RecordedSql = Readonly<Record<string, Record<string, unknown>[]>>

export interface RecordedPodOptions {
  /** Log lines, as the instance manager writes them (JSON, with `ts`). Default: those of the folder, else none. */
  log?: readonly string[]
  /** Answers a command that is not recorded; undefined: `command not found`, exit 127. */
  exec?(request: ExecRequest, sql: RecordedSql): Promise<number | undefined>
  /** Opens a port; the default refuses. */
  connect?(port: number): Promise<Duplex>
  /** From how many recorded seconds on a failure is waited for as long as it took. Default 2. */
  delayFromSeconds?: number
}

interface RecordedFailure {
  httpCode: number | null
  seconds: number
  body: unknown
}

const STATUS_COMMAND = /^\S*\/manager instance status$/
const MISSING = 'no such file'

/** Plays back what the instance manager of one pod answered, with its failures and silences (a folder of test/fixtures/states). */
export class RecordedPod implements PodBackend {
  readonly #folder: string
  readonly #pod: string
  readonly #options: RecordedPodOptions

  constructor(folder: string, pod: string, options: RecordedPodOptions = {}) {
    this.#folder = folder
    this.#pod = pod
    this.#options = options
  }

  async http(request: PodHttpRequest): Promise<PodHttpResponse> {
    const [path = ''] = request.path.split('?')
    const source = { 8000: 'pgstatus', 9187: 'metrics', 9127: 'metrics' }[request.port]
    const known = { '/pg/status': 'pgstatus', '/metrics': 'metrics' }[path]
    if (source === undefined)
      throw new ConnectionFailure(`dial tcp 10.244.0.10:${request.port}: connect: connection refused`)
    const failure = await this.#json<RecordedFailure>(source, `${this.#pod}.error.json`)
    if (failure !== undefined) return this.#fail(failure, request.signal)
    if (known !== source) return plain(404, '404 page not found\n')
    const file = source === 'pgstatus' ? `${this.#pod}.json` : `${this.#pod}.txt`
    const body = await this.#text(source, file)
    if (body === undefined)
      throw new ConnectionFailure(`dial tcp 10.244.0.10:${request.port}: connect: connection refused`)
    const type = source === 'pgstatus' ? 'application/json' : 'text/plain; version=0.0.4; charset=utf-8'
    return { status: 200, headers: { 'content-type': type }, body }
  }

  async exec(request: ExecRequest): Promise<number> {
    const own = await this.#options.exec?.(request, (await this.#json<RecordedSql>('sql', `${this.#pod}.json`)) ?? {})
    if (own !== undefined) return own
    if (STATUS_COMMAND.test(request.command.join(' '))) return this.#managerStatus(request)
    const [program = ''] = request.command
    const why = `exec: "${program}": executable file not found in $PATH`
    await request.stderr(Buffer.from(`OCI runtime exec failed: ${why}: unknown\n`))
    return 127
  }

  async connect(port: number): Promise<Duplex> {
    if (this.#options.connect !== undefined) return this.#options.connect(port)
    throw new ConnectionFailure(`dial tcp4 127.0.0.1:${port}: connect: connection refused`)
  }

  async *logs(request: LogRequest): AsyncGenerator<string> {
    const file = await this.#text('logs', `${this.#pod}.jsonl`)
    const recorded = file === undefined ? [] : file.split('\n').filter((line) => line !== '')
    yield* selectLines(this.#options.log ?? recorded, request)
    if (request.follow && !request.signal.aborted)
      await new Promise<void>((resolve) => request.signal.addEventListener('abort', () => resolve(), { once: true }))
  }

  async #managerStatus(request: ExecRequest): Promise<number> {
    const failed = await this.#json<{ stderr: string; exitCode: number | null }>(
      'pgstatus-exec',
      `${this.#pod}.error.json`,
    )
    if (failed?.exitCode === null) return never(request.signal)
    if (failed !== undefined) {
      // Where kubectl itself failed there was no command that could have written this.
      const noProcess = /Internal error occurred: (Internal error occurred: .*)/.exec(failed.stderr)?.[1]
      if (noProcess !== undefined) throw new ConnectionFailure(noProcess.replace(/^Internal error occurred: /, ''), 500)
      const written = failed.stderr.replace(/\n?command terminated with exit code \d+$/, '')
      await request.stderr(Buffer.from(`${written}\n`))
      return failed.exitCode
    }
    const answer = await this.#text('pgstatus-exec', `${this.#pod}.json`)
    if (answer === undefined)
      throw new ConnectionFailure(
        `unable to upgrade connection: container not found ("${request.container ?? ''}")`,
        500,
      )
    await request.stdout(Buffer.from(answer))
    return 0
  }

  async #fail(failure: RecordedFailure, signal: AbortSignal): Promise<PodHttpResponse> {
    if (failure.httpCode === null) return never(signal)
    if (failure.seconds >= (this.#options.delayFromSeconds ?? 2))
      await sleep(failure.seconds * 1000, undefined, { signal, ref: false })
    const body = typeof failure.body === 'string' ? failure.body : `${JSON.stringify(failure.body)}\n`
    const isJson = body.startsWith('{')
    if (!isJson) return plain(failure.httpCode, body)
    return { status: failure.httpCode, headers: { 'content-type': 'application/json' }, body }
  }

  async #json<T>(part: string, file: string): Promise<T | undefined> {
    const text = await this.#text(part, file)
    return text === undefined ? undefined : (JSON.parse(text) as T)
  }

  async #text(part: string, file: string): Promise<string | undefined> {
    return readFile(join(this.#folder, part, file), 'utf8').catch((error: unknown) => {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
      throw new Error(`${MISSING}: ${join(part, file)}`, { cause: error })
    })
  }
}

function plain(status: number, body: string): PodHttpResponse {
  return { status, headers: { 'content-type': 'text/plain; charset=utf-8' }, body }
}

/** Waits until the one who asked has gone. */
async function never(signal: AbortSignal): Promise<never> {
  await new Promise<void>((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })
  throw new ConnectionFailure('the caller went away')
}
