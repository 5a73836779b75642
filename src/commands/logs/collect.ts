import { CliError } from '../../errors/cli-error.ts'
import type { Clock } from '../../host/types.ts'
import type { Session } from '../../kube/session.ts'
import type { LogSource } from '../../model/logs/containers.ts'
import { LogPosition } from '../../model/logs/position.ts'
import { backoff, type Lane, isPassing, readOnce } from './read-log.ts'

export interface CollectOptions {
  /** Lines from the end; undefined for all. */
  tail: number | undefined
  /** RFC 3339, full seconds. */
  since: string | undefined
  previous: boolean
  silenceMs: number
  clock: Clock
  signal: AbortSignal
}

/** Tries without progress, after the first one. */
const MAX_RETRIES = 4
/** Openings of one log at most, whatever the progress. */
const MAX_OPENINGS = 100

/**
 * Reads the log of one container as it is now. A connection that breaks is taken up where it broke. Returns the error
 * that made it give up, if any; throws the signal's reason.
 */
export async function collect(
  session: Session,
  source: LogSource,
  options: CollectOptions,
  lane: Lane,
): Promise<CliError | undefined> {
  const { namespace, pod, container } = source
  const { clock, signal, silenceMs, previous, tail } = options
  const position = new LogPosition()
  let failures = 0
  for (let openings = 1; ; openings++) {
    const since = position.since ?? options.since
    const tailLines = position.since === undefined ? tail : undefined
    try {
      const opening = { namespace, pod, container, previous, silenceMs, signal, position }
      const { rest, wanted } = await readOnce(
        session,
        {
          ...opening,
          ...(since === undefined ? {} : { sinceTime: since }),
          ...(tailLines === undefined ? {} : { tailLines }),
        },
        lane,
        () => (failures = 0),
      )
      const last = rest.filter(({ time, text }) => position.isNew(time, text))
      if (wanted && last.length > 0) await lane.take(last)
      return undefined
    } catch (error) {
      signal.throwIfAborted()
      if (!(error instanceof CliError)) throw error
      if (!isPassing(error) || ++failures > MAX_RETRIES || openings >= MAX_OPENINGS) return error
      await clock.sleep(backoff(failures), signal)
    }
  }
}
