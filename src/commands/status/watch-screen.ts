import type { Host } from '../../host/types.ts'
import { ASCII, UNICODE } from '../../render/glyphs.ts'
import { watchLines } from '../../render/views/watch/index.ts'
import { WatchRecord } from './watch-record.ts'
import type { Watch } from './watch-types.ts'

/** Pictures follow each other no faster than this; in between changes gather. */
const SHORTEST_MS = 100

/**
 * Redraws the picture in place at every change and every second, until `q` is pressed. False, and nothing done, where
 * there is no terminal to draw on.
 */
export async function watchOnScreen(watch: Watch, host: Host): Promise<boolean> {
  const { observer, bell, signal, intervalMs } = watch
  let quit = false
  const screen = host.openScreen({
    onKey(key) {
      quit ||= key === 'q' || key === 'Q'
      bell.ring()
    },
    onResize: () => bell.ring(),
  })
  if (screen === undefined) return false
  try {
    const record = new WatchRecord(watch.look)
    const painter = await watch.context.painter('stdout')
    const headers = watch.invocation.options['no-headers'] !== true
    const glyphs = screen.unicode ? UNICODE : ASCII
    while (!quit && !host.stdout.closed) {
      const { snapshot, rounds, connection, heardAt } = observer
      const { report, view } = await record.look(snapshot, rounds)
      const { lag, events } = record
      const marks = record.marksAt(snapshot.takenAt)
      const lines = watchLines(
        { view, status: report.model, connection, heardAt, intervalMs, lag, marks, events },
        { columns: screen.columns, rows: screen.rows, painter, headers, glyphs },
      )
      await screen.show(lines)
      await host.clock.sleep(SHORTEST_MS, signal)
      // The clock on the screen shows whole seconds.
      await bell.wait(1000 - (host.clock.now().getTime() % 1000), host.clock, signal)
    }
    return true
  } finally {
    screen.close()
  }
}
