import { CliError } from '../errors/cli-error.ts'
import type { Clock } from '../host/types.ts'
import { requestTarget } from './request-parts.ts'
import type { Transport, TransportRequest } from './transport.ts'

/** Tells of every request, one line for people each when it has ended. */
export interface RequestLog {
  /** A request starts; call the answer with its status or what it failed of, and the bytes of the answer. */
  begin(request: LoggedRequest): (outcome: unknown, bytes: number) => void
}

type LoggedRequest = Pick<TransportRequest, 'method' | 'path' | 'query'>

/** Parameters whose values say what was asked; others (words of a command, above all) may hold secrets. */
const SHOWN = new Set([
  'allowWatchBookmarks',
  'container',
  'dryRun',
  'fieldManager',
  'fieldSelector',
  'follow',
  'includeObject',
  'labelSelector',
  'limit',
  'ports',
  'previous',
  'resourceVersion',
  'sinceSeconds',
  'sinceTime',
  'stderr',
  'stdin',
  'stdout',
  'tailLines',
  'timeoutSeconds',
  'timestamps',
  'tty',
  'watch',
])

/** A log of lines `METHOD path status ms bytes`, without headers, bodies and values that may be secret. */
export function requestLog(write: (line: () => string) => void, clock: Clock): RequestLog {
  return {
    begin(request) {
      const started = clock.monotonic()
      return (outcome, bytes) => {
        const ms = Math.round(clock.monotonic() - started)
        write(() => `${request.method} ${shownPath(request)} ${wordOf(outcome)} ${ms} ms ${bytes} bytes`)
      }
    },
  }
}

/** A transport that tells of its requests; of a stream when it has ended. */
export function loggedTransport(transport: Transport, log: RequestLog): Transport {
  return {
    counters: transport.counters,
    multiplexed: transport.multiplexed,
    async request(request) {
      const end = log.begin(request)
      try {
        const answer = await transport.request(request)
        end(answer.status, answer.body.length)
        return answer
      } catch (error) {
        end(error, 0)
        throw error
      }
    },
    async stream(request) {
      const end = once(log.begin(request))
      let bytes = 0
      try {
        const answer = await transport.stream(request)
        return {
          ...answer,
          body: counted(
            answer.body,
            (length) => (bytes += length),
            (outcome) => end(outcome ?? answer.status, bytes),
          ),
          close() {
            answer.close()
            end(answer.status, bytes)
          },
        }
      } catch (error) {
        end(error, 0)
        throw error
      }
    },
    close: () => transport.close(),
  }
}

async function* counted(
  body: AsyncIterable<Uint8Array>,
  add: (length: number) => void,
  end: (error: unknown) => void,
): AsyncGenerator<Uint8Array> {
  let failure: unknown
  try {
    for await (const chunk of body) {
      add(chunk.length)
      yield chunk
    }
  } catch (error) {
    failure = error
    throw error
  } finally {
    end(failure)
  }
}

function once<A extends unknown[]>(act: (...args: A) => void): (...args: A) => void {
  let done = false
  return (...args) => {
    if (!done) act(...args)
    done = true
  }
}

function shownPath(request: LoggedRequest): string {
  const { pathname, searchParams } = new URL(requestTarget(request), 'http://server')
  const shown = [...searchParams].map(([name, value]) => (SHOWN.has(name) ? `${name}=${value}` : name))
  return shown.length === 0 ? pathname : `${pathname}?${shown.join('&')}`
}

function wordOf(outcome: unknown): string {
  if (typeof outcome === 'number') return String(outcome)
  return outcome instanceof CliError ? `failed (${outcome.kind})` : 'failed'
}
