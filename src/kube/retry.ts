import { mayPass, wasNeverSent } from './connection-failure.ts'

/** Requests after the first one, at most (design 7). */
export const MAX_RETRIES = 4

const FIRST_PAUSE_MS = 100
const LONGEST_PAUSE_MS = 5_000
/** A server that asks for more than this gets its refusal reported instead. */
const LONGEST_RETRY_AFTER_MS = 30_000

/** How one try of a request ended, as far as repeating it is concerned. */
export type TryOutcome =
  { kind: 'answer'; status: number; retryAfter: string | undefined; now: Date } | { kind: 'failure'; error: unknown }

/**
 * Milliseconds to wait before trying again, or undefined to leave it at that. `retries` counts those made so far,
 * `random` is from 0 to 1. What only reads is repeated after connection errors and after 429, 502, 503, 504; what
 * changes something only when it cannot have happened: no connection, or 429.
 */
export function retryPause(
  readOnly: boolean,
  retries: number,
  outcome: TryOutcome,
  random: number,
): number | undefined {
  if (retries >= MAX_RETRIES) return undefined
  const pause = Math.min(FIRST_PAUSE_MS * 2 ** retries, LONGEST_PAUSE_MS) * (0.5 + random)
  if (outcome.kind === 'failure') {
    return mayPass(outcome.error) && (readOnly || wasNeverSent(outcome.error)) ? pause : undefined
  }
  const { status } = outcome
  if (status !== 429 && !(readOnly && (status === 502 || status === 503 || status === 504))) return undefined
  const asked = retryAfterMs(outcome.retryAfter, outcome.now)
  if (asked === undefined) return pause
  return asked > LONGEST_RETRY_AFTER_MS ? undefined : Math.max(asked, pause)
}

/** `Retry-After` in milliseconds: seconds or an HTTP date. */
function retryAfterMs(header: string | undefined, now: Date): number | undefined {
  if (header === undefined) return undefined
  if (/^\d+$/.test(header.trim())) return Number(header) * 1000
  const date = Date.parse(header)
  return Number.isNaN(date) ? undefined : Math.max(0, date - now.getTime())
}
