import { visible } from '../../api/visible-text.ts'
import type { Clock } from '../../host/types.ts'
import type { LogSource } from '../../model/logs/containers.ts'
import { MergeQueue } from '../../model/logs/merge.ts'
import type { LineOrigin } from '../../model/logs/record.ts'
import type { SourceLine } from '../../model/logs/source-line.ts'
import { timeKey } from '../../model/logs/time-key.ts'
import { Bell } from '../../snapshot/bell.ts'
import type { Lane } from './read-log.ts'

export type Origin = Pick<LogSource, 'pod' | 'container'>

/** Takes the lines of many containers. */
export interface Intake {
  open(origin: Origin): Lane
  /** Aborts when nothing more is wanted, or can be written. */
  readonly ended: AbortSignal
  /** Resolves when everything that was taken has been written; throws what has kept it from being written. */
  finish(): Promise<void>
}

/** A line as it came, with what stands in front of it. */
export interface RawForm {
  timestamps: boolean
  prefix: boolean
  /** Makes control characters visible, for terminals. */
  safe: boolean
}

/** One raw line, ending in a line feed. */
export function rawLine({ pod, container, time }: LineOrigin, text: string, form: RawForm): string {
  const prefix = form.prefix ? `[pod/${pod}/${container}] ` : ''
  const stamp = form.timestamps && time !== '' ? `${time} ` : ''
  return `${prefix}${stamp}${form.safe ? visible(text) : text}\n`
}

type Write<Line> = (lines: readonly Line[]) => Promise<boolean>

/** Writes lines as they come: whole, of one container in their order, of several in the order of their arrival. */
export class DirectIntake implements Intake {
  readonly #write: Write<OriginLine>
  readonly #over = new AbortController()
  readonly ended = this.#over.signal
  #failure: Error | undefined

  /** @param write false: nothing more is wanted */
  constructor(write: Write<OriginLine>) {
    this.#write = write
  }

  open(origin: Origin): Lane {
    return {
      take: async (lines) => {
        try {
          if (await this.#write(lines.map((line) => ({ ...line, origin })))) return true
        } catch (error) {
          // No fault of the log that is read: told by finish().
          this.#failure ??= error as Error
        }
        this.#over.abort()
        return false
      },
      close: () => undefined,
    }
  }

  async finish(): Promise<void> {
    if (this.#failure !== undefined) throw this.#failure
  }
}

/** A line of some container. */
export interface OriginLine extends SourceLine {
  origin: Origin
}

/** Lines of one container that may wait for those of others. */
const MOST_WAITING = 2000
const LONG_MS = 3_600_000

/** Writes the lines of all containers in the order of time. */
export class MergedIntake implements Intake {
  readonly #queue: MergeQueue<OriginLine>
  readonly #clock: Clock
  readonly #bell = new Bell()
  readonly #drained = new Set<() => void>()
  readonly #write: Write<OriginLine>
  readonly #done: Promise<void>
  readonly #over = new AbortController()
  readonly ended = this.#over.signal
  #finishing = false
  #wanted = true

  /** @param holdMs see {@link MergeQueue} */
  constructor(holdMs: number, clock: Clock, signal: AbortSignal, write: Write<OriginLine>) {
    this.#queue = new MergeQueue(holdMs)
    this.#clock = clock
    this.#write = write
    this.#done = this.#run(signal)
    // Told by finish().
    this.#done.catch(() => undefined)
  }

  open(origin: Origin): Lane {
    const lane = this.#queue.open(this.#clock.monotonic())
    return {
      take: async (lines) => {
        const entries = lines.map(({ time, text }) => ({ key: timeKey(time), value: { time, text, origin } }))
        this.#queue.push(lane, entries, this.#clock.monotonic())
        this.#bell.ring()
        while (this.#wanted && this.#queue.waiting(lane) > MOST_WAITING) {
          await new Promise<void>((resolve) => this.#drained.add(resolve))
        }
        return this.#wanted
      },
      close: () => {
        this.#queue.close(lane)
        this.#bell.ring()
      },
    }
  }

  async finish(): Promise<void> {
    this.#finishing = true
    this.#bell.ring()
    return this.#done
  }

  async #run(signal: AbortSignal): Promise<void> {
    try {
      for (;;) {
        const { values, waitMs, over } = this.#queue.take(this.#clock.monotonic())
        if (values.length > 0) {
          this.#wanted = await this.#write(values)
          this.#wake()
          if (!this.#wanted) return
        } else if (over && this.#finishing) {
          return
        } else {
          await this.#bell.wait(waitMs ?? LONG_MS, this.#clock, signal)
        }
      }
    } finally {
      this.#wanted = false
      this.#over.abort()
      this.#wake()
    }
  }

  #wake(): void {
    const waiting = [...this.#drained]
    this.#drained.clear()
    for (const resolve of waiting) resolve()
  }
}
