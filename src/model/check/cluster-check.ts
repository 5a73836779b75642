import type { UnreadCluster } from '../../api/snapshot.ts'
import type { ClusterStatus } from '../cluster-status.ts'
import type { Finding } from '../finding.ts'
import { unreadProblem, type Verdict } from '../fleet.ts'
import type { Problem } from '../problem.ts'
import type { AssessOptions } from '../rules/assess.ts'
import { perfdata } from '../rules/perfdata.ts'
import { RULES } from '../rules/table.ts'
import type { Thresholds } from '../rules/types.ts'
import { counts, type CheckedFinding, type ClusterCheck, type Watched } from './report.ts'

/** What a cluster's check is made from. */
export interface ClusterFacts {
  status: ClusterStatus
  findings: readonly Finding[]
  unseen: readonly Problem[]
  thresholds: Thresholds
  /** Which findings were looked for. */
  options?: Pick<AssessOptions, 'only' | 'skip'>
  /** Ends of acknowledgements (ISO 8601 in UTC) by finding. */
  acknowledged: ReadonlyMap<string, string>
}

/** The check of a cluster that was read; the findings are in the order of `assess`. */
export function clusterCheck(facts: ClusterFacts): ClusterCheck {
  const { status, findings, unseen, thresholds, options = {}, acknowledged } = facts
  const { name, namespace } = status.summary
  const checked = findings.map((finding): CheckedFinding => {
    const until = acknowledged.get(finding.id)
    const stillKnown = until !== undefined && Date.parse(until) > Date.parse(status.takenAt)
    return { ...finding, acknowledgedUntil: stillKnown ? until : null, runs: null }
  })
  return judged({
    context: status.context,
    namespace,
    name,
    findings: checked,
    unseen: [...unseen],
    perfdata: perfdata(status, thresholds),
    changes: [],
    summary: healthySentence(status),
    watched: watchedOf(status),
    asked: askedFor(options),
  })
}

/** The check of what could not be read at all. */
export function unreadCheck(unread: UnreadCluster): ClusterCheck {
  const { context = null, namespace = null, name = null } = unread
  // Which one it is, its place tells.
  const problem = { ...unreadProblem(unread), subject: name === null ? 'context' : 'cluster' }
  const nothing = { findings: [], perfdata: [], changes: [], summary: '', watched: null, asked: [] }
  return judged({ context, namespace, name, unseen: [problem], ...nothing })
}

/** The check with the state and the sentence that follow from its findings. */
export function judged(facts: Omit<ClusterCheck, 'state' | 'text'>): ClusterCheck {
  const reasons = reasonsOf(facts)
  const [first = facts.summary, ...more] = reasons
  return { ...facts, state: stateOf(facts), text: more.length === 0 ? first : `${first} (+${more.length} more)` }
}

/** Everything that makes the state worse than OK, in sentences, worst first. */
export function reasonsOf({ findings, unseen }: Pick<ClusterCheck, 'findings' | 'unseen'>): string[] {
  const messages = (severity: Finding['severity']) =>
    findings.filter((finding) => counts(finding) && finding.severity === severity).map(({ message }) => message)
  return [...messages('critical'), ...unseenSentences(unseen), ...messages('warning')]
}

function stateOf({ findings, unseen }: Pick<ClusterCheck, 'findings' | 'unseen'>): Verdict {
  const counting = findings.filter(counts)
  if (counting.some(({ severity }) => severity === 'critical')) return 'CRITICAL'
  if (unseen.length > 0) return 'UNKNOWN'
  return counting.length > 0 ? 'WARNING' : 'OK'
}

const WHOLE: ReadonlySet<string> = new Set(['cluster', 'context', 'annotations'])

/** Missing rights in one sentence; they mostly come together. */
function unseenSentences(unseen: readonly Problem[]): string[] {
  const forbidden = unseen.filter(
    ({ reason, code, subject }) => reason === 'forbidden' && code !== null && !WHOLE.has(subject),
  )
  const others = unseen.filter((problem) => !forbidden.includes(problem))
  const sentences = others.map(({ subject, message }) =>
    WHOLE.has(subject) || message.includes(subject.replace(/^\w+ /, '')) ? message : `${subject}: ${message}`,
  )
  if (forbidden.length === 0) return sentences
  return [`not permitted to read ${forbidden.map(({ subject }) => subject).join(', ')}`, ...sentences]
}

function askedFor({ only, skip = [] }: Pick<AssessOptions, 'only' | 'skip'>): string[] {
  return RULES.filter(({ id, optional }) => only?.includes(id) ?? optional !== true)
    .map(({ id }) => id)
    .filter((id) => !skip.includes(id))
}

function watchedOf({ summary, instances }: ClusterStatus): Watched {
  const restarts = instances.flatMap(({ name, pod }) => (pod === null ? [] : [[name, pod.restarts] as const]))
  return {
    primary: summary.answeringPrimary ?? summary.primary,
    timeline: summary.timeline,
    restarts: Object.fromEntries(restarts),
  }
}

/** How a cluster without findings is. */
function healthySentence({ summary, hibernation }: ClusterStatus): string {
  if (hibernation?.hibernated) return 'hibernated, its volumes are kept'
  const { instancesReady, instancesWanted, primary } = summary
  const ready = `${instancesReady ?? '?'}/${instancesWanted ?? '?'} instances ready`
  return primary === null ? ready : `${ready}, primary ${primary}`
}
