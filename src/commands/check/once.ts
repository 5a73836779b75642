import type { Context, OptionValues } from '../../cli/command.ts'
import { CliError } from '../../errors/cli-error.ts'
import type { Host } from '../../host/types.ts'
import { unreadCheck } from '../../model/check/cluster-check.ts'
import type { CheckReport, ClusterCheck, Failure } from '../../model/check/report.ts'
import type { Settings } from '../../model/check/settings.ts'
import { checkReport } from '../../model/check/whole-check.ts'
import { singleName, type Selection } from '../status/selection.ts'
import { startDeadline } from './deadline.ts'
import { gatherForCheck } from './gather.ts'
import { judge } from './judge.ts'
import { anyFreeSpace, loadConfig, placesFor } from './settings.ts'

/**
 * Reads and judges what is chosen. Whatever fails is in the report; only the user's interruption and defects of ours are thrown.
 *
 * @param limitMs time for it; undefined: no limit
 */
export async function checkOnce(
  selection: Selection,
  flags: Settings,
  options: OptionValues,
  limitMs: number | undefined,
  context: Context,
): Promise<CheckReport> {
  const { host, signal: user } = context
  const deadline = startDeadline(host, limitMs, user)
  const started = host.clock.monotonic()
  const takenAt = host.clock.now().toISOString()
  const report = (clusters: readonly ClusterCheck[], failures: readonly Failure[]): CheckReport => {
    const seconds = Math.round(host.clock.monotonic() - started) / 1000
    return checkReport({
      takenAt,
      seconds,
      clusters,
      failures,
      changes: [],
      single: singleName(selection) !== undefined,
    })
  }
  try {
    const path = options['config']
    const given = { flags, config: typeof path === 'string' ? await loadConfig(path) : undefined }
    const found = await gatherForCheck(selection, options, anyFreeSpace(given), limited(context, deadline.signal))
    const clusters = withoutLoneContext(
      [
        ...found.snapshots.map((snapshot) => judge(snapshot, placesFor(given, snapshot))),
        ...found.unread.map(unreadCheck),
      ],
      selection.contexts !== undefined,
    )
    const late = deadline.passed()
    return report(clusters, late === undefined ? [] : [failureOf(late)])
  } catch (error) {
    if (user.aborted || !(error instanceof CliError)) throw error
    return report([], [failureOf(error)])
  } finally {
    deadline.cancel()
  }
}

/** The same until a signal, logging in included. */
function limited(context: Context, signal: AbortSignal): Context {
  return { ...context, signal, host: Object.create(context.host, { signal: { value: signal } }) as Host }
}

export function failureOf({ message, hint }: CliError): Failure {
  return { message, hint: hint ?? null }
}

/** Without the context where it is the same for all and was not chosen: names in monitoring systems should not depend on it. */
function withoutLoneContext(clusters: readonly ClusterCheck[], chosen: boolean): ClusterCheck[] {
  const several = chosen || new Set(clusters.map(({ context }) => context)).size > 1
  return clusters.map((cluster) => (several ? cluster : { ...cluster, context: null }))
}
