import { buildInfo } from '../../api/build-info.ts'
import type { Context, Invocation } from '../../cli/command.ts'
import { CliError } from '../../errors/cli-error.ts'
import { Exit } from '../../errors/exit-codes.ts'
import { Bell } from '../../snapshot/bell.ts'
import type { SnapshotRequest } from '../../snapshot/gather.ts'
import { ClusterObserver } from '../../snapshot/observer.ts'
import { chooseOutput } from '../output-options.ts'
import { lookOptions } from './look-options.ts'
import type { Watch } from './watch-types.ts'

/** A server must not be hammered by a slip of the finger. */
const SHORTEST_INTERVAL_MS = 200

/**
 * Watches one cluster until the user leaves: on a terminal a picture redrawn in place, elsewhere a text for each change.
 *
 * @param roundMs limit of one round of questions in milliseconds; undefined: none
 * @returns 0 for `q` and for a reader that went away, 128+n for a signal
 */
export async function watchStatus(
  request: Omit<SnapshotRequest, 'namespace'>,
  roundMs: number | undefined,
  invocation: Invocation,
  context: Context,
): Promise<number> {
  const { host } = context
  const intervalMs = invocation.options['interval'] as number
  if (intervalMs < SHORTEST_INTERVAL_MS) {
    throw new CliError({ kind: 'usage', message: `--interval takes ${SHORTEST_INTERVAL_MS}ms or more` })
  }
  const output = await chooseOutput(invocation.options)
  const look = lookOptions(invocation.options)
  const session = await context.session()
  const bell = new Bell()
  const stop = new AbortController()
  const signal = AbortSignal.any([context.signal, stop.signal])
  const observer = new ClusterObserver(
    session,
    { namespace: session.namespace, ...request },
    {
      clock: host.clock,
      signal,
      clientVersion: buildInfo.version,
      intervalMs,
      roundMs,
      onUpdate: () => bell.ring(),
    },
  )
  const spinner = host.spinner(`Reading cluster ${request.name}`)
  try {
    await observer.start()
  } finally {
    spinner.stop()
  }
  const watch: Watch = { observer, bell, signal, intervalMs, output, look, invocation, context }
  try {
    await Promise.race([observer.run(), show(watch)])
    return Exit.ok
  } catch (error) {
    const reason: unknown = context.signal.reason
    // Ctrl-C is the usual way out, and no error to tell of.
    if (context.signal.aborted && reason instanceof CliError && reason.kind === 'interrupted') return reason.exitCode
    throw error
  } finally {
    stop.abort(new CliError({ kind: 'interrupted', message: 'the watch has ended' }))
  }
}

async function show(watch: Watch): Promise<void> {
  const { host } = watch.context
  if (watch.output.forPeople) {
    const { watchOnScreen } = await import('./watch-screen.ts')
    if (await watchOnScreen(watch, host)) return
  }
  const { watchAsLog } = await import('./watch-log.ts')
  await watchAsLog(watch)
}
