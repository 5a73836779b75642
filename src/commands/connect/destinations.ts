import { CliError } from '../../errors/cli-error.ts'
import type { Candidate } from '../../model/target.ts'

/** What a local port leads to: which pods fit, and in which words they are called. */
export interface Goal {
  /** `primary`, `replica`, or the name of a pooler. */
  label: string
  fits(candidate: Candidate): boolean
}

/** The pods that connections may go to at this moment; new ones take turns. */
export class Destinations {
  readonly #goal: Goal
  #fitting: readonly Candidate[] = []
  #turn = 0
  readonly #waiting = new Set<() => void>()

  constructor(goal: Goal) {
    this.#goal = goal
  }

  /** What is there now; returns the names that fit no more. */
  update(candidates: readonly Candidate[]): string[] {
    const before = this.#fitting
    this.#fitting = candidates.filter((candidate) => this.#goal.fits(candidate))
    for (const wake of this.#waiting) wake()
    return before.map(({ name }) => name).filter((name) => !this.has(name))
  }

  /** Names of those that fit, ready or not. */
  get names(): string[] {
    return this.#fitting.map(({ name }) => name)
  }

  /** True while connections to this pod may stay: a pod that is not ready keeps them, one of another role does not. */
  has(name: string): boolean {
    return this.#fitting.some((candidate) => candidate.name === name)
  }

  /** The next pod for a new connection, waited for. Throws the signal's reason. */
  async next(signal: AbortSignal): Promise<string> {
    for (;;) {
      if (signal.aborted) throw signal.reason
      const ready = this.#fitting.filter(({ ready, trouble }) => ready && trouble === null)
      const chosen = ready[this.#turn++ % Math.max(1, ready.length)]
      if (chosen !== undefined) return chosen.name
      await this.#change(signal)
    }
  }

  async #change(signal: AbortSignal): Promise<void> {
    let wake = (): void => undefined
    const changed = new Promise<void>((resolve) => (wake = resolve))
    this.#waiting.add(wake)
    signal.addEventListener('abort', wake, { once: true })
    await changed
    this.#waiting.delete(wake)
    signal.removeEventListener('abort', wake)
  }
}

/** Why a new connection was not made: nothing to lead it to. */
export function noDestination(label: string, seconds: number): CliError {
  return new CliError({ kind: 'unreachable', message: `no ${label} was ready for ${seconds} s` })
}
