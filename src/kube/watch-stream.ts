import type { KubeObject, KubeStatus } from '../api/objects.ts'
import { CliError } from '../errors/cli-error.ts'
import { splitLines } from './lines.ts'
import type { Session } from './session.ts'
import { failureOf } from './stream-failure.ts'

/** One change of one object. */
export interface ChangeEvent<T> {
  type: 'ADDED' | 'MODIFIED' | 'DELETED'
  object: T
}

/** Objects are at most some 1.5 MB in etcd; their JSON may be a few times that. */
const LONGEST_EVENT = 64 * 1024 * 1024

/**
 * One watch request: its changes, each with the position to go on from; a bookmark is a position without a change. Ends
 * when the server ends it. Throws CliError for an answer of failure, an ERROR event (with its code, 410 for a position
 * that is gone) and a broken connection.
 */
export async function* readChanges<T>(
  session: Session,
  path: string,
  query: readonly (readonly [string, string])[],
  signal: AbortSignal,
): AsyncGenerator<{ event?: ChangeEvent<T>; version: string }, void, undefined> {
  const stream = await session.transport.stream({
    method: 'GET',
    path,
    query,
    headers: { accept: 'application/json' },
    signal,
  })
  try {
    if (stream.status !== 200) throw await failureOf(session, path, stream)
    for await (const line of splitLines(stream.body, LONGEST_EVENT)) {
      if (line === '') continue
      const { type, object } = parseEvent(line, session.server)
      if (type === 'ERROR') throw errorEvent(session, path, object as KubeStatus)
      const version = (object as KubeObject).metadata.resourceVersion ?? '0'
      yield type === 'BOOKMARK' ? { version } : { version, event: { type, object: object as T } }
    }
  } finally {
    stream.close()
  }
}

interface RawEvent {
  type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR'
  object: unknown
}

function parseEvent(line: string, server: string): RawEvent {
  try {
    return JSON.parse(line) as RawEvent
  } catch (cause) {
    // The last line of a connection that was cut.
    throw new CliError({ kind: 'unreachable', message: `a watch event of ${server} was cut off`, cause })
  }
}

function errorEvent(session: Session, path: string, status: KubeStatus): CliError {
  return session.failure({
    method: 'GET',
    path,
    status: status.code ?? 500,
    headers: { 'content-type': 'application/json' },
    body: Buffer.from(JSON.stringify(status)),
  })
}
