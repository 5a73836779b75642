import { visible } from '../../api/visible-text.ts'
import { counts, type CheckReport, type ClusterCheck } from '../../model/check/report.ts'
import { stateNumber } from '../../model/check/whole-check.ts'
import type { Measurement } from '../../model/rules/perfdata.ts'

interface Sample {
  labels: Readonly<Record<string, string>>
  value: number
}

interface Family {
  name: string
  help: string
  samples: readonly Sample[]
}

const STATES = '0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN'

/**
 * The report in Prometheus' text exposition format (version 0.0.4), for node_exporter's textfile collector or a push. All are
 * gauges. What is not known has no sample. The age of the check is `time() - cnpg_check_last_run_timestamp_seconds`.
 */
export function prometheusText(report: CheckReport): string {
  const { clusters, failures, seconds, state, takenAt } = report
  const families: Family[] = [
    single('last_run_timestamp_seconds', 'When the check ran, in seconds since 1970.', Date.parse(takenAt) / 1000),
    single('duration_seconds', 'How long the check took.', seconds),
    single('state', `Worst state of all that was checked: ${STATES}.`, stateNumber(state)),
    single('failures', 'Reasons why the check itself is not whole, for example its deadline.', failures.length),
    {
      name: 'cluster_state',
      help: `State of a cluster: ${STATES}.`,
      samples: clusters.map((cluster) => ({ labels: placeLabels(cluster), value: stateNumber(cluster.state) })),
    },
    {
      name: 'findings',
      help: 'Findings about a cluster; those that count make its state worse.',
      samples: clusters.flatMap(findingSamples),
    },
    {
      name: 'unseen',
      help: 'What could not be seen of a cluster although a finding depends on it.',
      samples: clusters.flatMap((cluster) =>
        cluster.unseen.map(({ subject, reason }) => ({
          labels: { ...placeLabels(cluster), subject, reason },
          value: 1,
        })),
      ),
    },
    ...figureFamilies(clusters),
  ]
  return families
    .filter(({ samples }) => samples.length > 0)
    .map(familyText)
    .join('')
}

function single(name: string, help: string, value: number): Family {
  return { name, help, samples: [{ labels: {}, value }] }
}

function placeLabels({ context, namespace, name }: ClusterCheck): Record<string, string> {
  return { ...(context === null ? {} : { context }), namespace: namespace ?? '', cluster: name ?? '' }
}

/** One sample for each finding, severity and whether it counts, however many there are of it. */
function findingSamples(cluster: ClusterCheck): Sample[] {
  const groups = new Map<string, { labels: Record<string, string>; value: number }>()
  for (const finding of cluster.findings) {
    const own = { finding: finding.id, severity: finding.severity, counts: String(counts(finding)) }
    const key = JSON.stringify(own)
    const group = groups.get(key) ?? { labels: { ...placeLabels(cluster), ...own }, value: 0 }
    group.value += 1
    groups.set(key, group)
  }
  return [...groups.values()]
}

/** One family for each figure of performance data, whose names end in their unit. */
function figureFamilies(clusters: readonly ClusterCheck[]): Family[] {
  const families = new Map<string, { help: string; samples: Sample[] }>()
  for (const cluster of clusters) {
    for (const figure of cluster.perfdata) {
      const family = families.get(figure.name) ?? { help: figureHelp(figure), samples: [] }
      if (figure.value !== null) family.samples.push({ labels: placeLabels(cluster), value: figure.value })
      families.set(figure.name, family)
    }
  }
  return [...families].map(([name, family]) => ({ name, ...family }))
}

function figureHelp({ rule, unit }: Measurement): string {
  return rule === null ? 'Instances of a cluster.' : `Figure of the finding ${rule}, in ${unit}.`
}

function familyText({ name, help, samples }: Family): string {
  const full = `cnpg_check_${name}`
  const lines = samples.map(({ labels, value }) => `${full}${labelText(labels)} ${value}`)
  return [`# HELP ${full} ${help}`, `# TYPE ${full} gauge`, ...lines].map((line) => `${line}\n`).join('')
}

/** Backslash, quote and line feed are escaped, other control characters made visible. */
function labelText(labels: Readonly<Record<string, string>>): string {
  const parts = Object.entries(labels).map(([name, value]) => {
    const shown = visible(value, { newlines: 'keep' })
    return `${name}="${shown.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')}"`
  })
  return parts.length === 0 ? '' : `{${parts.join(',')}}`
}
