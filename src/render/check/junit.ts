import { visible } from '../../api/visible-text.ts'
import { counts, type CheckedFinding, type CheckReport, type ClusterCheck } from '../../model/check/report.ts'
import { placeOf } from '../../model/check/whole-check.ts'

interface Case {
  name: string
  classname: string
  /** Inner elements: nothing means passed. */
  outcome: { kind: 'failure' | 'error' | 'skipped'; type: string; message: string }[]
  note?: string
}

/**
 * The report as JUnit XML, as CI systems read it: a suite per cluster and a case per finding that was looked for. Warnings and
 * worse are failures, what could not be seen is an error, what is known or recent is skipped.
 */
export function junitText(report: CheckReport): string {
  const suites = report.clusters.map((cluster) => ({ name: placeOf(cluster), cases: clusterCases(cluster) }))
  const own: Case[] = report.failures.map(({ message }) => ({
    name: 'check',
    classname: 'kubectl-cnpg',
    outcome: [{ kind: 'error', type: 'UNKNOWN', message }],
  }))
  const all = own.length === 0 ? suites : [...suites, { name: 'check', cases: own }]
  const total = totals(all.flatMap(({ cases }) => cases))
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="kubectl cnpg check" ${total} time="${report.seconds}" timestamp="${report.takenAt}">`,
    ...all.flatMap(({ name, cases }) => [
      `  <testsuite name="${xml(name)}" ${totals(cases)} timestamp="${report.takenAt}">`,
      ...cases.flatMap(caseLines),
      '  </testsuite>',
    ]),
    '</testsuites>',
    '',
  ].join('\n')
}

function clusterCases(cluster: ClusterCheck): Case[] {
  const classname = placeOf(cluster)
  const found = new Set(cluster.findings.map(({ id }) => id))
  const ids = [...new Set([...cluster.asked, ...found])]
  return [
    ...ids.map((id): Case => {
      const mine = cluster.findings.filter((finding) => finding.id === id)
      const notes = mine.filter(({ severity }) => severity === 'info').map(({ message }) => message)
      const outcome = mine.flatMap(outcomeOf)
      return { name: id, classname, outcome, ...(notes.length === 0 ? {} : { note: notes.join('\n') }) }
    }),
    ...cluster.unseen.map(({ subject, message }): Case => {
      return { name: `read ${subject}`, classname, outcome: [{ kind: 'error', type: 'UNKNOWN', message }] }
    }),
  ]
}

function outcomeOf(finding: CheckedFinding): Case['outcome'] {
  const { severity, message, acknowledgedUntil, runs } = finding
  if (severity === 'info') return []
  const type = severity.toUpperCase()
  if (counts(finding)) return [{ kind: 'failure', type, message }]
  const why =
    acknowledgedUntil === null
      ? `seen ${runs?.seen ?? 0} of ${runs?.needed ?? 0} times`
      : `acknowledged until ${acknowledgedUntil}`
  return [{ kind: 'skipped', type, message: `${why}: ${message}` }]
}

function totals(cases: readonly Case[]): string {
  const having = (kind: string): number =>
    cases.filter((each) => each.outcome.some((part) => part.kind === kind)).length
  const failures = having('failure')
  const skipped = cases.filter(
    (each) => each.outcome.length > 0 && each.outcome.every(({ kind }) => kind === 'skipped'),
  ).length
  return `tests="${cases.length}" failures="${failures}" errors="${having('error')}" skipped="${skipped}"`
}

function caseLines({ name, classname, outcome, note }: Case): string[] {
  const head = `    <testcase name="${xml(name)}" classname="${xml(classname)}"`
  // A case that failed in one place is not skipped.
  const failed = outcome.filter(({ kind }) => kind !== 'skipped')
  const shown = failed.length > 0 ? failed : outcome.slice(0, 1)
  const inner = [
    ...shown.map(({ kind, type, message }) =>
      kind === 'skipped'
        ? `      <skipped message="${xml(message)}"/>`
        : `      <${kind} type="${type}" message="${xml(message)}"/>`,
    ),
    ...(note === undefined ? [] : [`      <system-out>${xml(note)}</system-out>`]),
  ]
  return inner.length === 0 ? [`${head}/>`] : [`${head}>`, ...inner, '    </testcase>']
}

/** Control characters, which XML cannot hold, are made visible; two more that it cannot hold are left out. */
function xml(text: string): string {
  return visible(text, { newlines: 'keep' })
    .replace(/[\ufffe\uffff]/g, '')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
}
