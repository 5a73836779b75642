import type { InstanceWay } from '../api/part.ts'
import type { WayFailure } from '../api/snapshot.ts'
import { CliError } from '../errors/cli-error.ts'
import type { Clock } from '../host/types.ts'
import { failureOf, silence } from './failures.ts'
import type { Place } from './gate.ts'

export interface RaceOptions<T> {
  /** The ways that may be tried, in their usual order. */
  ways: readonly InstanceWay[]
  /** The way that worked elsewhere, tried before the others from the moment it is known. */
  preferred(): InstanceWay | undefined
  /** Tries one way; `earlier` are the failures so far. The signal aborts when another way won or time is up. */
  ask(way: InstanceWay, signal: AbortSignal, earlier: readonly WayFailure[]): Promise<T>
  clock: Clock
  signal: AbortSignal
  /** Milliseconds after which the next way starts beside a slow one. */
  headStartMs: number
  /** Milliseconds after which nothing is waited for any more. */
  limitMs: number
  /** A place for one more way beside a slow one; without a place the slow one is given up for it. */
  another?(): Place | undefined
}

export type RaceResult<T> =
  { ok: true; value: T; way: InstanceWay; failures: WayFailure[] } | { ok: false; failures: WayFailure[] }

interface Running<T> {
  /** When it was asked, on the monotonic clock. */
  since: number
  outcome: Promise<Event<T>>
  stop: (reason: unknown) => void
  /** Gives back the place that it took beside another one. */
  leave: () => void
}

type Event<T> =
  | { kind: 'answer'; way: InstanceWay; value: T }
  | { kind: 'failure'; way: InstanceWay; error: unknown }
  | { kind: 'slow' }
  | { kind: 'limit' }
  | { kind: 'aborted' }

/** Why a way is ended that nobody waits for any more; one for all, as a new error for each is dear. */
const ENOUGH = new Error('not waited for any more')

/**
 * Asks by several ways and takes the first answer (design 5): the next way starts when the one before failed, or beside it
 * when it is slow. Rejects only with the user's interruption.
 */
export async function raceWays<T>(options: RaceOptions<T>): Promise<RaceResult<T>> {
  const { clock, signal } = options
  const over = new AbortController()
  const waiting = [...options.ways]
  const running = new Map<InstanceWay, Running<T>>()
  const failures: WayFailure[] = []
  const limitAt = clock.monotonic() + options.limitMs
  /** When the next way starts; undefined: there is none left. */
  let slowAt: number | undefined
  /** What time alone will bring next: one timer, as an answer usually comes before any. */
  let next: { at: number; event: Promise<Event<T>> } | undefined
  let newest: InstanceWay | undefined
  // One listener for all: signals made of signals cost more than the rest of a quick answer.
  const interrupt = (): void => {
    over.abort(signal.reason)
    for (const { stop } of running.values()) stop(signal.reason)
  }

  const giveUp = (afterMs: number | undefined): void => {
    for (const [way, { stop, leave }] of running) {
      stop(ENOUGH)
      leave()
      failures.push(outOfTime(way, afterMs))
    }
    running.clear()
  }
  /** Who let even the next way be tried without a word: that a later one answered does not make it well. */
  const overtaken = (): WayFailure[] =>
    [...running].flatMap(([way, { since }]) => {
      const waited = clock.monotonic() - since
      return waited < options.headStartMs ? [] : [silence(way, `no answer within ${(waited / 1000).toFixed(1)} s`)]
    })
  const startNext = (): void => {
    const preferred = options.preferred()
    const at = preferred === undefined ? 0 : Math.max(0, waiting.indexOf(preferred))
    const [way] = waiting.splice(at, 1)
    slowAt = waiting.length > 0 ? clock.monotonic() + options.headStartMs : undefined
    if (way === undefined) return
    newest = way
    // The first way has the place of whoever asks; each one beside it needs its own.
    const place = running.size > 0 ? options.another?.() : undefined
    if (running.size > 0 && options.another !== undefined && place === undefined) giveUp(options.headStartMs)
    const own = new AbortController()
    const answer = options.ask(way, own.signal, [...failures])
    running.set(way, {
      since: clock.monotonic(),
      outcome: answer.then(
        (value): Event<T> => ({ kind: 'answer', way, value }),
        (error: unknown): Event<T> => ({ kind: 'failure', way, error }),
      ),
      stop: (reason) => own.abort(reason),
      leave: () => place?.leave(),
    })
  }
  const timePasses = (): Promise<Event<T>> => {
    const kind = slowAt !== undefined && slowAt < limitAt ? 'slow' : 'limit'
    const at = kind === 'slow' && slowAt !== undefined ? slowAt : limitAt
    if (next?.at !== at) {
      const event = clock.sleep(at - clock.monotonic(), over.signal).then(
        (): Event<T> => ({ kind }),
        (): Event<T> => ({ kind: 'aborted' }),
      )
      next = { at, event }
    }
    return next.event
  }
  const settled = (way: InstanceWay): void => {
    running.get(way)?.leave()
    running.delete(way)
  }

  signal.addEventListener('abort', interrupt, { once: true })
  try {
    startNext()
    if (signal.aborted) interrupt()
    while (running.size > 0) {
      const outcomes = [...running.values()].map(({ outcome }) => outcome)
      const event = await Promise.race([...outcomes, timePasses()])
      if (event.kind === 'answer') {
        settled(event.way)
        return { ok: true, value: event.value, way: event.way, failures: [...failures, ...overtaken()] }
      }
      if (event.kind === 'limit' || event.kind === 'aborted' || signal.aborted) {
        throwInterruption(signal)
        giveUp(event.kind === 'limit' ? options.limitMs : undefined)
        break
      }
      if (event.kind === 'failure') {
        settled(event.way)
        const failure = failureOf(event.way, event.error)
        failures.push(failure)
        // The pod itself is not there: no way leads to it.
        if (failure.kind === 'gone') break
        // The manager itself said so: by another door it says the same.
        if (failure.kind === 'failed' && waiting.includes('exec')) waiting.splice(waiting.indexOf('exec'), 1)
        if (event.way !== newest && running.size > 0) continue
      }
      startNext()
    }
    return { ok: false, failures }
  } finally {
    signal.removeEventListener('abort', interrupt)
    over.abort(ENOUGH)
    for (const { stop, leave } of running.values()) {
      stop(ENOUGH)
      leave()
    }
  }
}

function outOfTime(way: InstanceWay, afterMs: number | undefined): WayFailure {
  return silence(way, afterMs === undefined ? 'no answer before the deadline' : `timeout after ${afterMs / 1000} s`)
}

/** Throws what ended `signal` when that was the user. */
export function throwInterruption(signal: AbortSignal): void {
  const reason: unknown = signal.reason
  if (signal.aborted && reason instanceof CliError && reason.kind === 'interrupted') throw reason
}
