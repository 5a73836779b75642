import { CliError } from '../errors/cli-error.ts'
import type { Clock } from '../host/types.ts'

/** What one observation shows of a change on its way. */
export interface Judgement {
  /** Phases that this observation shows; those not seen before are reported, in this order. */
  phases: readonly Phase[]
  /** `failed`: it will not come any more (rolled back, refused by the operator); `reason` says why. */
  verdict: 'running' | 'proved' | 'failed'
  /** What it waits for, why it failed, or what there is to say of what was proved: a sentence without a full stop. */
  reason: string | null
}

export interface Phase {
  /** Reported once. */
  id: string
  /** `mycluster-1 shutting down` */
  text: string
}

/** Judges an observation; pure. */
export type Goal<T> = (observed: T) => Judgement

/** A phase and when it was first seen, in seconds after the request was accepted. */
export interface Progress extends Phase {
  seconds: number
}

export interface Outcome {
  /** `failed`: see `reason`; `timed-out`: still running as far as is known. */
  kind: 'proved' | 'failed' | 'timed-out' | 'interrupted'
  seconds: number
  phases: readonly Progress[]
  reason: string | null
}

export interface WaitOptions<T> {
  /** Reads the state; one call at a time. */
  observe(signal: AbortSignal): Promise<T>
  goal: Goal<T>
  clock: Clock
  /** The user's interruption. */
  signal: AbortSignal
  /** Limit in milliseconds; undefined: none. */
  timeoutMs: number | undefined
  /** Milliseconds of rest between two observations. */
  pollMs?: number
  /** Moment of the clock's `monotonic` at which the request was accepted; elapsed times count from there. */
  since: number
  report(progress: Progress): Promise<void>
  /** Called when what the user waits for changes, for a spinner. */
  waitingFor?(reason: string): void
}

const POLL_MS = 250
/** The API server may be away for a moment while the change goes on; no longer than this without a word. */
const PATIENCE_MS = 15_000

/**
 * Observes until the goal is proved or failed, the time is over or the user interrupts; never throws for those. An observation
 * that fails is made again; the user hears of it in the outcome's reason. Throws CliError when it can never succeed (401, 403).
 */
export async function waitFor<T>(options: WaitOptions<T>): Promise<Outcome> {
  const { clock, goal, timeoutMs } = options
  const seen = new Map<string, Progress>()
  const elapsed = (): number => (clock.monotonic() - options.since) / 1000
  const limit = new AbortController()
  const over = new AbortController()
  const signal = AbortSignal.any([options.signal, limit.signal, over.signal])
  if (timeoutMs !== undefined) void after(clock, timeoutMs, over.signal, () => limit.abort())
  let reason: string | null = null
  let lastAnswer = elapsed()
  const end = (kind: Outcome['kind']): Outcome => ({ kind, seconds: elapsed(), phases: [...seen.values()], reason })
  try {
    for (;;) {
      try {
        const judgement = goal(await options.observe(signal))
        // What was cut short shows less than there is.
        if (signal.aborted && judgement.verdict !== 'proved')
          return end(options.signal.aborted ? 'interrupted' : 'timed-out')
        lastAnswer = elapsed()
        reason = judgement.reason
        for (const phase of judgement.phases) {
          if (seen.has(phase.id)) continue
          const progress = { ...phase, seconds: elapsed() }
          seen.set(phase.id, progress)
          await options.report(progress)
        }
        if (judgement.verdict !== 'running') return end(judgement.verdict)
        if (reason !== null) options.waitingFor?.(reason)
      } catch (error) {
        if (options.signal.aborted) return end('interrupted')
        if (limit.signal.aborted) return end('timed-out')
        if (!(error instanceof CliError) || isFinal(error)) throw error
        if ((elapsed() - lastAnswer) * 1000 > PATIENCE_MS) reason = `not observed any more: ${error.message}`
      }
      await clock.sleep(options.pollMs ?? POLL_MS, signal).catch(() => undefined)
      if (options.signal.aborted) return end('interrupted')
      if (limit.signal.aborted) return end('timed-out')
    }
  } finally {
    over.abort()
  }
}

function isFinal(error: CliError): boolean {
  return ['usage', 'config', 'unauthorized', 'forbidden', 'missing', 'internal'].includes(error.kind)
}

async function after(clock: Clock, ms: number, cancel: AbortSignal, act: () => void): Promise<void> {
  try {
    await clock.sleep(ms, cancel)
  } catch {
    return
  }
  act()
}
