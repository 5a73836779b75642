import type { Writable } from 'node:stream'
import type { Spinner } from './types.ts'

/** Work that is done sooner needs no spinner. */
const DELAY_MS = 300

/**
 * A spinner on a terminal after a delay; until then neither it nor its package is there.
 *
 * @param unicode whether the terminal shows more than ASCII
 */
export function createSpinner(text: string, stream: Writable, unicode: boolean): Spinner {
  let current = text
  let stopped = false
  let running: { text: string; stop(): unknown } | undefined

  const start = async () => {
    const { default: ora } = await import('ora')
    // ora would swallow what is typed, Ctrl-C included, by switching stdin to raw mode.
    if (!stopped) {
      running = ora({ text: current, stream, discardStdin: false, spinner: unicode ? 'dots' : 'line' }).start()
    }
  }
  const timer = setTimeout(() => void start(), DELAY_MS)
  return {
    update(next) {
      current = next
      if (running !== undefined) running.text = next
    },
    stop() {
      stopped = true
      clearTimeout(timer)
      running?.stop()
      running = undefined
    },
  }
}

export const NO_SPINNER: Spinner = { update: () => undefined, stop: () => undefined }
