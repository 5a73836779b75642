import type { TLSSocket } from 'node:tls'
import type { Client, Connection, Submittable } from 'pg'
import { CliError } from '../errors/cli-error.ts'
import { messageDetails, type ServerMessage, serverMessage } from './server-message.ts'

export interface ResultColumn {
  name: string
  /** OID of its type. */
  type: number
}

/** Takes results as they come. What returns a promise brakes the server until it resolves. */
export interface ResultSink {
  /** A statement that gives rows begins. */
  columns(columns: readonly ResultColumn[]): void
  /** A row as PostgreSQL writes it; null is NULL. */
  row(values: readonly (string | null)[]): Promise<void> | void
  /** Bytes of COPY … TO STDOUT. */
  copied(bytes: Uint8Array): Promise<void> | void
  /** The statement is done; its tag, e.g. `INSERT 0 1`. */
  done(tag: string): Promise<void> | void
}

export interface Statement {
  text: string
  /** Values of `$1` …; with any, the text holds one statement only. */
  params: readonly string[]
  /** True: the server takes no more than one statement, with or without values. */
  alone?: boolean
  /** The text that this one is a part of, and where: places of errors are shown there. */
  within?: { text: string; at: number }
  /** Milliseconds of silence after which the server counts as gone; absent: it is waited for. */
  silenceMs?: number
}

/**
 * Runs statements on a client that nobody else uses meanwhile, rows handed over as they come in and never collected. Throws
 * as `PgSession.run`.
 */
export async function runStatement(
  client: Client,
  socket: TLSSocket,
  statement: Statement,
  sink: ResultSink,
): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const run = new Run(socket, statement, sink, { resolve, reject })
    client.query(run)
  })
}

interface Outcome {
  resolve: () => void
  reject: (error: unknown) => void
}

/** What pg's client calls for the messages of the server (the same interface as its own Query). */
class Run implements Submittable {
  readonly #socket: TLSSocket
  readonly #statement: Statement
  readonly #sink: ResultSink
  readonly #outcome: Outcome
  #watch: NodeJS.Timeout | undefined
  #pending: Promise<void> = Promise.resolve()
  #waiting = 0
  #wantsData = false

  constructor(socket: TLSSocket, statement: Statement, sink: ResultSink, outcome: Outcome) {
    this.#socket = socket
    this.#statement = statement
    this.#sink = sink
    this.#outcome = outcome
  }

  submit(connection: Connection): void {
    const { text, params, alone } = this.#statement
    this.#heard()
    if (params.length === 0 && alone !== true) {
      connection.query(text)
      return
    }
    // pg's messages for one statement with values; the last argument is of former versions.
    connection.parse({ name: '', text, types: [] }, true)
    connection.bind({ portal: '', statement: '', values: [...params], binary: false } as never, true)
    connection.describe({ type: 'P', name: '' }, true)
    connection.execute({ portal: '', rows: 0 } as never, true)
    connection.sync()
  }

  handleRowDescription({ fields }: { fields: { name: string; dataTypeID: number }[] }): void {
    this.#heard()
    this.#sink.columns(fields.map(({ name, dataTypeID }) => ({ name, type: dataTypeID })))
  }

  handleDataRow({ fields }: { fields: (string | null)[] }): void {
    this.#heard()
    this.#brake(this.#sink.row(fields))
  }

  handleCopyData({ chunk }: { chunk: Uint8Array }): void {
    this.#heard()
    this.#brake(this.#sink.copied(chunk))
  }

  handleCopyInResponse(connection: Connection & { sendCopyFail(why: string): void }): void {
    this.#wantsData = true
    connection.sendCopyFail('no data is passed on')
  }

  handleCommandComplete({ text }: { text: string }): void {
    this.#heard()
    this.#brake(this.#sink.done(text))
  }

  handleEmptyQuery(): void {
    this.#heard()
  }

  handlePortalSuspended(): void {
    this.#heard()
  }

  handleReadyForQuery(): void {
    clearTimeout(this.#watch)
    this.#pending.then(() => this.#outcome.resolve(), this.#outcome.reject)
  }

  handleError(error: Error): void {
    clearTimeout(this.#watch)
    const failure = this.#wantsData ? noData() : statementFailure(error, this.#statement)
    // What came before it is written first.
    this.#pending.then(() => this.#outcome.reject(failure), this.#outcome.reject)
  }

  /** Stops the flow while what was handed over is not taken. */
  #brake(taken: Promise<void> | void): void {
    if (taken === undefined) return
    if (this.#waiting++ === 0) this.#socket.pause()
    clearTimeout(this.#watch)
    this.#pending = Promise.all([this.#pending, taken]).then(() => {
      if (--this.#waiting > 0) return
      this.#socket.resume()
      this.#heard()
    })
    this.#pending.catch((error: unknown) => this.#socket.destroy(error as Error))
  }

  #heard(): void {
    const { silenceMs } = this.#statement
    if (silenceMs === undefined || this.#waiting > 0) return
    clearTimeout(this.#watch)
    this.#watch = setTimeout(() => this.#socket.destroy(silent()), silenceMs)
  }
}

/** The server's words about a statement, as psql shows them; or the end of the connection. */
function statementFailure(error: Error, statement: Statement): CliError {
  if (error instanceof CliError) return error
  if ((error as { code?: string }).code === undefined || (error as { severity?: string }).severity === undefined) {
    return new CliError({
      kind: 'unreachable',
      message: `the connection to PostgreSQL ended: ${serverFailureMessage(error)}`,
      hint: 'Whether the statement was carried out is not known.',
      cause: error.cause,
    })
  }
  const message = serverMessage(error)
  const details = detailsOf(message, statement)
  return new CliError({
    kind: 'failed',
    message: message.severity === 'ERROR' ? message.message : `${message.severity}: ${message.message}`,
    reason: message.code,
    ...(details.length === 0 ? {} : { hint: details.join('\n') }),
  })
}

function detailsOf(message: ServerMessage, { text, within }: Statement): string[] {
  const { position, internalQuery } = message
  if (within === undefined || position === undefined || internalQuery !== undefined)
    return messageDetails(message, text)
  // The server counts characters.
  const before = [...within.text.slice(0, within.at)].length
  return messageDetails({ ...message, position: before + position }, within.text)
}

function serverFailureMessage(error: Error): string {
  return error.message === 'Connection terminated unexpectedly' ? 'the server or the network cut it' : error.message
}

function noData(): CliError {
  return new CliError({
    kind: 'usage',
    message: 'COPY FROM STDIN needs data, and none is passed on here',
    hint: 'psql takes data on its stdin: kubectl cnpg psql CLUSTER -- DATABASE -c "COPY …" < FILE',
    exitCode: 1,
  })
}

function silent(): CliError {
  return new CliError({
    kind: 'unreachable',
    message: 'PostgreSQL has fallen silent',
    hint: 'Whether the statement was carried out is not known.',
  })
}
