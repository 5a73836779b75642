import { formatDuration } from '../../api/duration.ts'
import { CliError } from '../../errors/cli-error.ts'
import type { Host } from '../../host/types.ts'

/** The end of the time that a check may take; what was read by then still counts. */
export interface Deadline {
  /** Aborted at the end, and by the user. */
  signal: AbortSignal
  /** Why the run is not whole; undefined while there is time. */
  passed(): CliError | undefined
  /** To be called when nothing depends on it any more. */
  cancel(): void
}

/** Starts the time. Unlike the limit of other commands it includes a login: nobody is there to look at a browser. */
export function startDeadline(host: Host, ms: number | undefined, user: AbortSignal): Deadline {
  const limit = new AbortController()
  const over = new AbortController()
  let late: CliError | undefined
  if (user.aborted) limit.abort(user.reason)
  user.addEventListener('abort', () => limit.abort(user.reason), { once: true, signal: over.signal })
  if (ms !== undefined) {
    host.clock.sleep(ms, over.signal).then(
      () => {
        late = tooLate(ms)
        limit.abort(late)
      },
      () => undefined,
    )
  }
  return {
    signal: limit.signal,
    passed: () => late,
    cancel: () => over.abort(),
  }
}

function tooLate(ms: number): CliError {
  return new CliError({
    kind: 'timeout',
    message: `not finished after ${formatDuration(ms)}`,
    hint: `Give it more time with --timeout, for example --timeout ${formatDuration(ms * 3)}.`,
  })
}
