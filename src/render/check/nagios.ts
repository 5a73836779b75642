import { visible } from '../../api/visible-text.ts'
import { counts, type CheckedFinding, type CheckReport, type ClusterCheck } from '../../model/check/report.ts'
import { reasonsOf } from '../../model/check/cluster-check.ts'
import { placeOf } from '../../model/check/whole-check.ts'
import { formatMeasurement } from '../../model/rules/perfdata.ts'

/**
 * The output of a monitoring plugin (Monitoring Plugins development guidelines, "Plugin Output" and "Performance data"): one line
 * with the state, a sentence and all performance data, then long text.
 *
 * @param single one cluster, asked for by its name: plain labels, and a line of long text per finding instead of per cluster
 */
export function nagiosText(report: CheckReport, { single }: { single: boolean }): string {
  const { clusters, state, text, failures, changes } = report
  const figures = clusters.flatMap((cluster) =>
    cluster.perfdata.map((figure) => formatMeasurement(figure, single ? '' : `${placeOf(cluster)}::`)),
  )
  const first = `${pluginLine(state, text)}${figures.length === 0 ? '' : ` | ${figures.join(' ')}`}`
  const lines = single ? clusters.flatMap(detailLines) : clusters.flatMap(clusterLines)
  const failed = failures.flatMap(({ message, hint }, index) => [
    ...(index === 0 ? [] : [`UNKNOWN ${message}`]),
    ...(hint?.split('\n') ?? []),
  ])
  const moved = changes.map((change) => `changed: ${change}`)
  return [first, ...[...lines, ...moved, ...failed].map(pluginText)].map((line) => `${line}\n`).join('')
}

/** The first line of a plugin without performance data. */
function pluginLine(state: string, text: string): string {
  return `CNPG ${state} - ${pluginText(text)}`
}

/** Text on one line; a bar would begin the performance data. */
function pluginText(text: string): string {
  return visible(text).replaceAll('|', '/')
}

function clusterLines(cluster: ClusterCheck): string[] {
  const { state, text } = cluster
  const reasons = reasonsOf(cluster)
  const said = reasons.length === 0 ? text : reasons.join('; ')
  const place = placeOf(cluster)
  return [`${state} ${place}: ${said}`, ...cluster.changes.map((change) => `changed ${place}: ${change}`)]
}

function detailLines({ name, namespace, findings, unseen, changes }: ClusterCheck): string[] {
  const doctor = `the missing rules: kubectl cnpg doctor ${name ?? ''} -n ${namespace ?? ''} --for check`
  return [
    ...findings.map(findingLine),
    ...unseen.map(({ subject, message }) => `UNKNOWN ${subject}: ${message}`),
    ...(unseen.some(({ reason }) => reason === 'forbidden') ? [doctor] : []),
    ...changes.map((change) => `changed: ${change}`),
  ]
}

function findingLine(finding: CheckedFinding): string {
  const { id, message, severity, acknowledgedUntil, runs, command } = finding
  const what = `${id}: ${message}`
  if (severity === 'info') return `note ${what}`
  const state = severity.toUpperCase()
  if (acknowledgedUntil !== null) return `acknowledged until ${acknowledgedUntil}: ${state} ${what}`
  if (!counts(finding) && runs !== null) return `seen ${runs.seen} of ${runs.needed} times: ${state} ${what}`
  return `${state} ${what}${command === undefined || message.includes(command) ? '' : `; next: ${command}`}`
}
