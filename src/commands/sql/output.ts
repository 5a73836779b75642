import { visible } from '../../api/visible-text.ts'
import { CliError } from '../../errors/cli-error.ts'
import type { OutputStream } from '../../host/types.ts'
import type { ResultSink } from '../../postgres/statement.ts'
import { csvWriter } from '../../render/results/csv.ts'
import { jsonWriter } from '../../render/results/json.ts'
import { tableWriter } from '../../render/results/table.ts'
import type { ResultColumn, ResultWriter } from '../../render/results/writer.ts'
import type { SqlRequest } from './request.ts'

/** Text is written in pieces of about this many characters. */
const PIECE = 64 * 1024

export function writerFor(
  request: Pick<SqlRequest, 'format' | 'expanded' | 'headers'>,
  terminal: boolean,
): ResultWriter {
  const { format, expanded, headers } = request
  if (format === 'csv') return csvWriter({ headers, safe: terminal })
  return format === 'json' ? jsonWriter() : tableWriter({ expanded, headers })
}

/** Prints results as they come, as fast as they are read. */
export class ResultOutput implements ResultSink {
  readonly #stdout: OutputStream
  readonly #writer: ResultWriter
  #text = ''
  #copying = false

  constructor(stdout: OutputStream, writer: ResultWriter) {
    this.#stdout = stdout
    this.#writer = writer
  }

  columns(columns: readonly ResultColumn[]): void {
    this.#text += this.#writer.begin(columns)
  }

  row(values: readonly (string | null)[]): Promise<void> | void {
    this.#text += this.#writer.row(values)
    if (this.#text.length >= PIECE) return this.flush()
  }

  async copied(bytes: Uint8Array): Promise<void> {
    this.#copying = true
    await this.flush()
    const shown = this.#stdout.isTTY ? visible(Buffer.from(bytes).toString('utf8'), { newlines: 'keep' }) : bytes
    await this.#stdout.write(shown)
    this.#stopWhenClosed()
  }

  done(tag: string): Promise<void> | void {
    // As psql: behind copied data stands no tag.
    if (!this.#copying) this.#text += this.#writer.end(tag)
    this.#copying = false
    if (this.#text.length >= PIECE) return this.flush()
  }

  /** Writes what is kept. */
  async flush(): Promise<void> {
    const text = this.#text
    this.#text = ''
    await this.#stdout.write(text)
    this.#stopWhenClosed()
  }

  #stopWhenClosed(): void {
    if (this.#stdout.closed) throw new CliError({ kind: 'failed', message: 'the reader of stdout went away' })
  }
}
