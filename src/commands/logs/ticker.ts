import type { Clock } from '../../host/types.ts'
import type { Pipeline } from './pipeline.ts'
import type { Sink } from './sink.ts'

/** How long a line may wait for older ones, and how often that is looked at, in milliseconds. */
const LONGEST_WAIT_MS = 500
const TICK_MS = 125

/** Sends lines on that have waited long enough, until stopped. */
export function flushInTime(pipeline: Pipeline, sink: Sink, clock: Clock): { stop(): void } {
  const over = new AbortController()
  const tick = async (): Promise<void> => {
    for (;;) {
      await clock.sleep(TICK_MS, over.signal)
      await sink.write(pipeline.due(clock.monotonic() - (LONGEST_WAIT_MS - TICK_MS)))
    }
  }
  // Stopped, or a write has failed: its writer is told by the next one.
  tick().catch(() => undefined)
  return { stop: () => over.abort() }
}
