import { podPath } from './resources.ts'
import type { Session } from './session.ts'
import { failureOf } from './stream-failure.ts'

export interface LogOptions {
  namespace: string
  pod: string
  container?: string
  follow?: boolean
  /** Lines from the end to begin with. */
  tailLines?: number
  timestamps?: boolean
  /** RFC 3339. */
  sinceTime?: string
  sinceSeconds?: number
  /** The log of the container's earlier run. */
  previous?: boolean
  limitBytes?: number
  signal?: AbortSignal
  /** Called when the log has been opened, with the `Date` of the answer. */
  onOpen?: (date: string | undefined) => void
}

/**
 * The bytes of a container's log, in the pieces in which they arrive; with `follow` until the container ends, the signal
 * aborts or the consumer stops. Throws CliError: what the API server answers (forbidden, missing, a container that has not
 * started: its own words), unreachable when the connection breaks; or the signal's reason. Rights: get on pods/log.
 */
export async function* readLog(session: Session, options: LogOptions): AsyncGenerator<Uint8Array, void, undefined> {
  const path = podPath(options.namespace, options.pod, 'log')
  const stream = await session.transport.stream({
    method: 'GET',
    path,
    query: queryOf(options),
    ...(options.signal === undefined ? {} : { signal: options.signal }),
  })
  try {
    if (stream.status !== 200) throw await failureOf(session, path, stream)
    options.onOpen?.(stream.headers['date'])
    yield* stream.body
  } finally {
    stream.close()
  }
}

function queryOf(options: LogOptions): [string, string][] {
  const query: [string, string][] = []
  const add = (name: string, value: string | number | boolean | undefined): void => {
    if (value !== undefined && value !== false) query.push([name, String(value)])
  }
  add('container', options.container)
  add('follow', options.follow)
  add('tailLines', options.tailLines)
  add('timestamps', options.timestamps)
  add('sinceTime', options.sinceTime)
  add('sinceSeconds', options.sinceSeconds)
  add('previous', options.previous)
  add('limitBytes', options.limitBytes)
  return query
}
