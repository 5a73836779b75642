import { setTimeout as sleep } from 'node:timers/promises'
import type { KubeObject } from '../api/objects.ts'
import { CliError } from '../errors/cli-error.ts'
import { signalFailure } from './request-parts.ts'
import type { Session } from './session.ts'
import { limitTime } from './time-limit.ts'
import { type ChangeEvent, readChanges } from './watch-stream.ts'

/** What happened to the watched objects. */
export type WatchEvent<T> = ChangeEvent<T> | { type: 'RELISTED'; objects: T[] }

export interface WatchRequest {
  /** Path of the list, from `pathOf`. */
  path: string
  labelSelector?: string
  fieldSelector?: string
  signal: AbortSignal
  /** Told at each failure that is tried again, with the wait before the next try in milliseconds. */
  onTrouble?(error: CliError, delayMs: number): void
}

const FIRST_DELAY_MS = 500
const LONGEST_DELAY_MS = 15_000
/** Asked of the server; each watch draws its own, so that a fleet does not come back all at once. */
const SHORTEST_WATCH_S = 240
const LONGEST_WATCH_S = 300
/** Beyond the server's own end of a watch; a connection that is dead without saying so ends by it. */
const SILENCE_MS = 30_000

/**
 * Lists and then watches, for ever: first a RELISTED event with all objects, then one event per change. Broken
 * connections and busy servers are tried again with growing, jittered waits; a position that the server forgot (410)
 * starts over with RELISTED. Ends by throwing the signal's reason, or CliError for what trying again does not mend
 * (forbidden, unauthorized, missing …). Rights: list and watch.
 */
export async function* watch<T extends KubeObject>(
  session: Session,
  request: WatchRequest,
): AsyncGenerator<WatchEvent<T>, never, undefined> {
  let version: string | undefined
  let failures = 0
  for (;;) {
    if (request.signal.aborted) throw signalFailure(request.signal)
    try {
      if (version === undefined) {
        const list = await listOf<T>(session, request)
        version = list.version
        yield { type: 'RELISTED', objects: list.items }
      }
      let quiet = true
      for await (const change of changesSince<T>(session, request, version)) {
        quiet = false
        failures = 0
        version = change.version
        if (change.event !== undefined) yield change.event
      }
      // Something that ends every watch at once must not be asked without pause.
      if (quiet) await wait(FIRST_DELAY_MS, request.signal)
    } catch (error) {
      if (request.signal.aborted) throw signalFailure(request.signal)
      if (isGone(error)) {
        version = undefined
        // A server that forgets every position at once must not be asked without pause.
        if (failures++ === 0) continue
      } else if (!mayPass(error)) {
        throw error
      } else {
        failures++
      }
      await pause(error as CliError, failures, request)
    }
  }
}

async function listOf<T>(session: Session, request: WatchRequest): Promise<{ items: T[]; version: string }> {
  const list = await session.listAll<T>(request.path, {
    signal: request.signal,
    ...(request.labelSelector === undefined ? {} : { labelSelector: request.labelSelector }),
    ...(request.fieldSelector === undefined ? {} : { fieldSelector: request.fieldSelector }),
  })
  return { items: list.items, version: list.metadata?.resourceVersion ?? '0' }
}

async function* changesSince<T>(
  session: Session,
  request: WatchRequest,
  version: string,
): AsyncGenerator<{ event?: ChangeEvent<T>; version: string }, void, undefined> {
  const seconds = Math.round(SHORTEST_WATCH_S + Math.random() * (LONGEST_WATCH_S - SHORTEST_WATCH_S))
  const limit = limitTime(
    request.signal,
    seconds * 1000 + SILENCE_MS,
    () => new CliError({ kind: 'unreachable', message: `${session.server} has fallen silent` }),
  )
  try {
    const query: [string, string][] = [
      ['watch', 'true'],
      ['allowWatchBookmarks', 'true'],
      ['resourceVersion', version],
      ['timeoutSeconds', String(seconds)],
    ]
    if (request.labelSelector !== undefined) query.push(['labelSelector', request.labelSelector])
    if (request.fieldSelector !== undefined) query.push(['fieldSelector', request.fieldSelector])
    yield* readChanges<T>(session, request.path, query, limit.signal)
  } finally {
    limit.clear()
  }
}

function isGone(error: unknown): boolean {
  return error instanceof CliError && error.code === 410
}

function mayPass(error: unknown): boolean {
  if (!(error instanceof CliError)) return false
  return error.kind === 'unreachable' || error.kind === 'timeout' || error.code === 429 || (error.code ?? 0) >= 500
}

async function pause(error: CliError, failures: number, request: WatchRequest): Promise<void> {
  const longest = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** Math.min(failures - 1, 10))
  const ms = Math.round(longest * (0.5 + Math.random() / 2))
  request.onTrouble?.(error, ms)
  await wait(ms, request.signal)
}

async function wait(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await sleep(ms, undefined, { signal })
  } catch {
    throw signalFailure(signal)
  }
}
