import { CNPG_GROUP } from '../../api/constants.ts'
import type { FleetSnapshot } from '../../api/snapshot.ts'
import type { Context } from '../../cli/command.ts'
import { Exit, MonitoringExit } from '../../errors/exit-codes.ts'
import type { FleetRow } from '../../model/fleet.ts'
import { note } from '../note.ts'
import type { Answer, Output } from '../output-options.ts'
import { reportOf, type StatusReport } from './answer.ts'
import type { LookOptions } from './look-options.ts'

/**
 * Prints several clusters, worst first; hints about what could not be read go to stderr.
 *
 * @returns 0; 1 when something could not be read (124: did not come in time), or with `monitoring` the code of the worst
 */
export async function printFleet(
  fleet: FleetSnapshot,
  output: Output,
  choice: Pick<LookOptions, 'verbosity' | 'judging'> & { monitoring: boolean },
  context: Context,
): Promise<number> {
  const { fleetRows, isEmptyContext } = await import('../../model/fleet.ts')
  const reports = await Promise.all(fleet.clusters.map((snapshot) => reportOf(snapshot, choice.judging)))
  const members = reports.map(({ model, findings }) => ({ status: model, findings }))
  const unread = fleet.unread.filter((each) => !isEmptyContext(each))
  const rows = fleetRows(members, unread)
  await context.host.stdout.write(
    await output.render(answerOf({ ...fleet, unread }, reports, rows, choice.verbosity), context),
  )
  for (const each of fleet.unread.filter(isEmptyContext)) {
    await note(context, `context ${each.context ?? ''}: ${each.problem.message}`)
  }
  if (output.forPeople) for (const { problem } of rows) if (problem?.hint) await note(context, hintOf(problem))
  if (choice.monitoring) return monitoringExitOf(rows)
  if (unread.length === 0) return Exit.ok
  return unread.every(({ problem }) => problem.reason === 'timeout') ? Exit.timeout : Exit.failed
}

function answerOf(
  { takenAt, unread }: FleetSnapshot,
  reports: readonly StatusReport[],
  rows: readonly FleetRow[],
  verbosity: number,
): Answer {
  const contexts = new Set(rows.map(({ context }) => context)).size > 1
  return {
    names: () => rows.flatMap(({ name }) => (name === null ? [] : [`cluster.${CNPG_GROUP}/${name}`])),
    data: async () => {
      const [{ fleetJson }, { statusJson }] = await Promise.all([
        import('../../render/fleet-json.ts'),
        import('../../render/status-json.ts'),
      ])
      const items = inOrder(reports, rows).map(({ snapshot, model, findings }) => statusJson(snapshot, model, findings))
      return fleetJson(takenAt, items, unread)
    },
    document: async ({ wide }) =>
      (await import('../../render/views/fleet/index.ts')).fleetView(rows, { wide: wide || verbosity > 0, contexts }),
  }
}

function inOrder(reports: readonly StatusReport[], rows: readonly FleetRow[]): StatusReport[] {
  const keyOf = (...parts: (string | null)[]): string => JSON.stringify(parts)
  const byKey = new Map(
    reports.map((report) => [
      keyOf(report.model.context, report.model.summary.namespace, report.model.summary.name),
      report,
    ]),
  )
  return rows.flatMap(({ context, namespace, name }) => byKey.get(keyOf(context, namespace, name)) ?? [])
}

function hintOf({ subject, hint }: NonNullable<FleetRow['problem']>): string {
  return `${subject}: ${hint ?? ''}`
}

/** Worst of several: CRITICAL, UNKNOWN, WARNING, OK (design 6). */
function monitoringExitOf([worst]: readonly FleetRow[]): number {
  switch (worst?.verdict) {
    case 'CRITICAL':
      return MonitoringExit.critical
    case 'WARNING':
      return MonitoringExit.warning
    case 'OK':
      return MonitoringExit.ok
    case 'UNKNOWN':
    case undefined:
      return MonitoringExit.unknown
  }
}
