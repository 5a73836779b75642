import type { Duplex } from 'node:stream'
import type { TLSSocket } from 'node:tls'
import type { Client } from 'pg'
import { CliError } from '../errors/cli-error.ts'
import { cancelQuery } from './cancel-query.ts'
import { runReadOnly } from './read-only.ts'
import { serverFailure } from './server-failure.ts'
import { type ServerMessage, serverMessage } from './server-message.ts'
import type { PgAccess } from './pg-access.ts'
import { startTls } from './start-tls.ts'
import { runStatement, type ResultSink, type Statement } from './statement.ts'

export interface SessionOptions {
  /** Settings of the session by name, stronger than those of the role. */
  settings: Readonly<Record<string, string>>
  /** What the limit is for: everything together, or only until the login is done. */
  timeoutCovers: 'everything' | 'login'
  /** Told of notices of the server. */
  onNotice?(notice: ServerMessage): void
}

/** A session with one server, which does one thing after the other. */
export interface PgSession {
  /** Runs a statement of one row and one column and gives its text. */
  scalar(sql: string): Promise<string>
  /**
   * Runs statements and hands their results over as they come. Throws CliError with the server's words, its SQLSTATE as the
   * reason; unreachable when the connection ends.
   */
  run(statement: Statement, sink: ResultSink): Promise<void>
  /** The same in a read-only transaction, which the statements cannot leave. */
  runReadOnly(statement: Statement, sink: ResultSink): Promise<void>
}

const DEFAULT_TIMEOUT_MS = 10_000
/** How long the server may take to hear of a cancellation when the signal aborts. */
const CANCEL_MS = 3_000

/**
 * Opens a session, lets `work` use it and closes it. When the signal aborts, a statement under way is cancelled in the server,
 * too. Throws CliError: tls (with the real cause), unauthorized (password or certificate refused), forbidden, unreachable
 * (the server is starting, stopping or gone), failed (any other refusal of the server), or what `open` throws and the
 * signal's reason.
 */
export async function withSession<T>(
  access: PgAccess,
  options: SessionOptions,
  work: (session: PgSession) => Promise<T>,
): Promise<T> {
  const clock = new AbortController()
  const timer = setTimeout(() => clock.abort(tooSlow()), access.timeoutMs ?? DEFAULT_TIMEOUT_MS)
  const signal = access.signal === undefined ? clock.signal : AbortSignal.any([access.signal, clock.signal])
  // The connection outlives the signal by the time it takes to cancel a statement.
  const life = new AbortController()
  let stream: Duplex | undefined
  let cancel: ((limit: AbortSignal) => Promise<unknown>) | undefined
  const abort = async (): Promise<void> => {
    await cancel?.(AbortSignal.timeout(CANCEL_MS))
    life.abort(signal.reason)
    stream?.destroy(signal.reason as Error)
  }
  const onAbort = (): void => void abort()
  try {
    if (signal.aborted) throw signal.reason
    signal.addEventListener('abort', onAbort, { once: true })
    stream = await access.open(life.signal)
    // Without a listener a late failure of the connection would end the process.
    stream.on('error', () => undefined)
    const socket = await startTls(stream, access.tls)
    const client = await login(access, socket, options)
    if (options.timeoutCovers === 'login') clearTimeout(timer)
    const cancellable = async (work: Promise<void>): Promise<void> => {
      const over = work.catch(() => undefined)
      cancel = (limit) => Promise.race([cancelQuery(access, client, limit).then(() => over), aborted(limit)])
      try {
        await work
      } finally {
        cancel = undefined
      }
    }
    try {
      return await work({
        scalar: (sql) => scalar(client, sql),
        run: (statement, sink) => cancellable(runStatement(client, socket, statement, sink)),
        runReadOnly: (statement, sink) => cancellable(runReadOnly(client, socket, statement, sink)),
      })
    } finally {
      // The server's goodbye is not waited for.
      void client.end().catch(() => undefined)
    }
  } catch (error) {
    if (signal.aborted) throw signal.reason
    throw serverFailure(error)
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', onAbort)
    stream?.end()
  }
}

async function login(access: PgAccess, socket: TLSSocket, options: SessionOptions): Promise<Client> {
  const { default: pg } = await import('pg')
  const client = new pg.Client({
    stream: () => opened(socket),
    // TLS is there already, whatever PGSSLMODE says.
    ssl: false,
    user: access.user,
    password: access.password ?? '',
    database: access.database ?? 'postgres',
    application_name: 'kubectl-cnpg',
    options: Object.entries(options.settings)
      .map(([name, value]) => `-c ${name}=${value}`)
      .join(' '),
  })
  // Told by the query that fails with it.
  client.on('error', () => undefined)
  client.on('notice', (notice) => options.onNotice?.(serverMessage(notice)))
  await client.connect()
  return client
}

/** pg connects the stream it is given; this one is. */
function opened(socket: TLSSocket): TLSSocket {
  return Object.assign(socket, {
    connect: () => {
      queueMicrotask(() => socket.emit('connect'))
      return socket
    },
  })
}

async function scalar(client: Client, sql: string): Promise<string> {
  const { rows } = await client.query<[unknown]>({
    text: sql,
    rowMode: 'array',
    types: { getTypeParser: () => String },
  })
  return String(rows[0]?.[0])
}

/** Resolves when the signal aborts. */
function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))
}

function tooSlow(): CliError {
  return new CliError({ kind: 'timeout', message: 'PostgreSQL did not answer in time' })
}
