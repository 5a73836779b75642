import { CliError } from '../../errors/cli-error.ts'
import type { LogSource } from '../../model/logs/containers.ts'
import { LogPosition } from '../../model/logs/position.ts'
import { backoff, type Lane, isPassing, readOnce, type Reading } from './read-log.ts'
import type { PodsOf } from './pods.ts'

/** What the follower of one container needs to know of the world. */
export interface ContainerView {
  /** As it is known now; undefined when the pod is gone. */
  current(): LogSource | undefined
  /** Resolves at the next change of any pod. */
  changed(): Promise<void>
  /** Asks the server how the pod is. */
  lookAgain(): Promise<void>
  /** Tells the user. */
  note(text: string): Promise<void>
}

export interface FollowOptions {
  /** For the first opening only. */
  tail: number | undefined
  since: string | undefined
  silenceMs: number
}

/** What became of it: the error that makes its log unreadable, or nothing. */
export type FollowResult = CliError | undefined

/**
 * Follows the log of one container through broken connections and restarts, until its pod is gone or the lane wants no
 * more. Each line is handed on once; of the run before a restart what had not been read yet comes first. Throws the
 * signal's reason.
 */
export async function followContainer(
  of: PodsOf,
  view: ContainerView,
  options: FollowOptions,
  lane: Lane,
): Promise<FollowResult> {
  const follower = new Follower(of, view, options, lane)
  return follower.run()
}

/** The server's time has full seconds, and its node's clock may be a little behind. */
const MARGIN_MS = 2000

class Follower {
  readonly #of: PodsOf
  readonly #view: ContainerView
  readonly #options: FollowOptions
  readonly #lane: Lane
  readonly #position = new LogPosition()
  /** The run that is being read. */
  #run: number | undefined
  /** The run that was read to its end. */
  #done: number | undefined
  /** When the log was opened first, by the server's clock, as RFC 3339. */
  #openedAt: string | undefined
  #failures = 0
  #told = false

  constructor(of: PodsOf, view: ContainerView, options: FollowOptions, lane: Lane) {
    this.#of = of
    this.#view = view
    this.#options = options
    this.#lane = lane
  }

  async run(): Promise<FollowResult> {
    const { signal, clock } = this.#of
    for (;;) {
      signal.throwIfAborted()
      const source = this.#view.current()
      if (source === undefined) return undefined
      if (source.state === 'none' || (source.run === this.#done && source.state === 'ended')) {
        await this.#view.changed()
        continue
      }
      try {
        if (!(await this.#readOn(source))) return undefined
      } catch (error) {
        signal.throwIfAborted()
        if (!(error instanceof CliError)) throw error
        if (error.code === 400 || error.kind === 'missing') {
          // Between two runs, or gone: what the pod says counts.
          this.#failures++
        } else if (isPassing(error)) {
          await this.#tell(source, error)
        } else {
          return error
        }
      }
      if (this.#failures > 0) await clock.sleep(backoff(this.#failures), signal)
    }
  }

  /** Reads the run that goes on, after the rest of the one before; false when nothing more is wanted. */
  async #readOn(source: LogSource): Promise<boolean> {
    if (this.#run !== undefined && source.run > this.#run) {
      if (source.run - this.#run > 1) {
        await this.#view.note(
          `${source.pod}/${source.container} was restarted ${source.run - this.#run} times meanwhile: of those runs only the last one's log is left`,
        )
      }
      if (this.#done !== this.#run && !(await this.#readPrevious(source))) return false
    }
    this.#run = source.run
    const reading = await this.#read(source, { follow: true })
    if (!reading.wanted) return false
    // Nobody but the server knows whether the container has ended or only the connection.
    await this.#view.lookAgain()
    const now = this.#view.current()
    const over = now === undefined || now.state === 'ended' || now.run !== source.run
    if (over) {
      if (!(await this.#takeRest(reading))) return false
      this.#done = source.run
      this.#failures = 0
    } else if (reading.lines === 0) {
      this.#failures++
    }
    return true
  }

  async #readPrevious(source: LogSource): Promise<boolean> {
    try {
      const reading = await this.#read(source, { previous: true })
      return reading.wanted && (await this.#takeRest(reading))
    } catch (error) {
      // It may have been cleared away already.
      if (error instanceof CliError && (error.code === 400 || error.kind === 'missing')) return true
      throw error
    }
  }

  async #read(source: LogSource, kind: { follow: true } | { previous: true }): Promise<Reading> {
    const { namespace, pod, container } = source
    const { session, signal } = this.#of
    // With a tail of none all that is not older than the first opening is wanted; no line has shown where that was.
    const opened = this.#options.tail === 0 ? this.#openedAt : undefined
    const since = this.#position.since ?? opened ?? this.#options.since
    const tail = this.#position.since === undefined && opened === undefined ? this.#options.tail : undefined
    return readOnce(
      session,
      {
        ...{ namespace, pod, container, signal, ...kind },
        ...{ silenceMs: this.#options.silenceMs, position: this.#position },
        onOpen: (date) => (this.#openedAt ??= fullSecond(date)),
        ...(since === undefined ? {} : { sinceTime: since }),
        ...(tail === undefined ? {} : { tailLines: tail }),
      },
      this.#lane,
      () => this.#recovered(),
    )
  }

  async #takeRest({ rest }: Reading): Promise<boolean> {
    const lines = rest.filter(({ time, text }) => this.#position.isNew(time, text))
    return lines.length === 0 || this.#lane.take(lines)
  }

  #recovered(): void {
    this.#failures = 0
    this.#told = false
  }

  /** A silence is no trouble; the first break is mended in a moment; only what lasts is told, once. */
  async #tell({ pod, container }: LogSource, error: CliError): Promise<void> {
    if (error.kind === 'timeout' && error.code === undefined) return
    this.#failures++
    if (this.#failures < 2 || this.#told) return
    this.#told = true
    await this.#view.note(`the log of ${pod}/${container} is interrupted, trying again: ${error.message}`)
  }
}

function fullSecond(date: string | undefined): string | undefined {
  const time = Date.parse(date ?? '')
  return Number.isNaN(time) ? undefined : `${new Date(time - MARGIN_MS).toISOString().slice(0, 19)}Z`
}
