import type { Duplex } from 'node:stream'
import type { TLSSocket } from 'node:tls'
import type { Client } from 'pg'
import type { InstanceStatus } from '../api/instance-status.ts'
import type { InstanceDetails, LiveSetting } from '../api/snapshot.ts'
import { CliError } from '../errors/cli-error.ts'
import { detailsSql, parseDetails } from './details-sql.ts'
import { type Capabilities, CAPABILITIES_SQL, instanceStatusSql, parseInstanceStatus } from './instance-status-sql.ts'
import { parseSettings, settingsSql } from './settings-sql.ts'
import { SESSION_SETTINGS } from './session-sql.ts'
import { startTls, type TlsTrust } from './start-tls.ts'

export interface PgAccess {
  /** Opens a connection to port 5432 of the instance, e.g. by port-forward. Called once. */
  open(signal: AbortSignal): Promise<Duplex>
  /** E.g. `streaming_replica` with a client certificate, or a role with a password. */
  user: string
  password?: string
  /** Default `postgres`. */
  database?: string
  tls: TlsTrust
  signal?: AbortSignal
  /** Limit for everything together in milliseconds; default 10 s. */
  timeoutMs?: number
}

const DEFAULT_TIMEOUT_MS = 10_000

/**
 * The fields of `/pg/status` by SQL over a stream; a role without pg_monitor gets fewer (spec/wire-formats.md A.7).
 * Throws as {@link withPg}.
 */
export async function statusByPg(access: PgAccess, cluster: string): Promise<InstanceStatus> {
  return withPg(access, async (query) => {
    const can = JSON.parse(await query(CAPABILITIES_SQL)) as Capabilities
    return parseInstanceStatus(await query(instanceStatusSql(can)), cluster)
  })
}

/** The details of one instance by SQL over a stream. Throws as {@link withPg}. */
export async function detailsByPg(access: PgAccess, cluster: string): Promise<InstanceDetails> {
  return withPg(access, async (query) => {
    const can = JSON.parse(await query(CAPABILITIES_SQL)) as Capabilities
    return parseDetails(await query(detailsSql(can)), cluster, can)
  })
}

/** Live values of settings by SQL over a stream; what a role must not see is absent. Throws as {@link withPg}. */
export async function settingsByPg(access: PgAccess, names: readonly string[]): Promise<LiveSetting[]> {
  return withPg(access, async (query) => {
    const can = JSON.parse(await query(CAPABILITIES_SQL)) as Capabilities
    return parseSettings(await query(settingsSql(names, can)), names)
  })
}

/** Runs a statement of one row and one column and gives its text. */
export type ScalarQuery = (sql: string) => Promise<string>

/**
 * Opens a session, lets `work` use it and closes it. Throws CliError: tls (with the real cause), unauthorized (password
 * or certificate refused), forbidden, unreachable (the server is starting, stopping or gone), failed (any other refusal
 * of the server), or what `open` throws and the signal's reason.
 */
export async function withPg<T>(access: PgAccess, work: (query: ScalarQuery) => Promise<T>): Promise<T> {
  const limit = AbortSignal.timeout(access.timeoutMs ?? DEFAULT_TIMEOUT_MS)
  const signal = access.signal === undefined ? limit : AbortSignal.any([access.signal, limit])
  const stream = await access.open(signal)
  const abort = (): void => void stream.destroy(abortReason(signal))
  // Without a listener a late failure of the connection would end the process.
  stream.on('error', () => undefined)
  if (signal.aborted) abort()
  signal.addEventListener('abort', abort, { once: true })
  try {
    const client = await connect(access, await startTls(stream, access.tls))
    try {
      return await work((sql) => scalar(client, sql))
    } finally {
      // The server's goodbye is not waited for.
      void client.end().catch(() => undefined)
    }
  } catch (error) {
    if (signal.aborted) throw abortReason(signal)
    throw serverFailure(error)
  } finally {
    signal.removeEventListener('abort', abort)
    stream.end()
  }
}

async function connect(access: PgAccess, socket: TLSSocket): Promise<Client> {
  const { default: pg } = await import('pg')
  const client = new pg.Client({
    stream: () => opened(socket),
    user: access.user,
    password: access.password ?? '',
    database: access.database ?? 'postgres',
    application_name: 'kubectl-cnpg',
    options: Object.entries(SESSION_SETTINGS)
      .map(([name, value]) => `-c ${name}=${value}`)
      .join(' '),
  })
  // Told by the query that fails with it.
  client.on('error', () => undefined)
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

function abortReason(signal: AbortSignal): Error {
  const reason: unknown = signal.reason
  if (reason instanceof Error && reason.name !== 'TimeoutError') return reason
  return new CliError({ kind: 'timeout', message: 'PostgreSQL did not answer in time', cause: reason })
}

/** PostgreSQL's error classes (its manual, appendix A) in the words of this program. */
function serverFailure(error: unknown): CliError {
  if (error instanceof CliError) return error
  const code = (error as { code?: string }).code ?? ''
  const message = error instanceof Error ? error.message : String(error)
  if (code.startsWith('28'))
    return new CliError({ kind: 'unauthorized', message: `PostgreSQL refuses the login: ${message}`, cause: error })
  if (code === '42501')
    return new CliError({ kind: 'forbidden', message: `PostgreSQL refuses: ${message}`, cause: error })
  if (code.startsWith('57P') || code.startsWith('53') || code === '' || code.startsWith('E')) {
    return new CliError({
      kind: 'unreachable',
      message: `PostgreSQL does not accept the connection: ${message}`,
      cause: error,
    })
  }
  return new CliError({ kind: 'failed', message: `PostgreSQL refuses: ${message}`, cause: error })
}
