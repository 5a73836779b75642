import { Labels } from '../api/constants.ts'
import type { InstanceStatus } from '../api/instance-status.ts'
import type { Pod } from '../api/pod.ts'
import type { InstanceWay, MissingPart } from '../api/part.ts'
import type { InstanceRole, InstanceState } from './cluster-status.ts'
import type { ModelContext } from './context.ts'
import { isFenced } from './fencing.ts'
import { podTrouble } from './pod-trouble.ts'
import { isReady } from './pods.ts'
import { age } from './time.ts'

/** What the status column says of one instance. */
export interface InstanceVerdict {
  presence: InstanceState['presence']
  text: string
  kind: InstanceState['statusKind']
  detail: string | null
  role: InstanceRole
}

/** Judges one instance by its answer, else by its pod, else by the job that makes it (spec/screens.md 3). */
export function statusOf(context: ModelContext, name: string, role: InstanceRole): InstanceVerdict {
  const reading = context.readings.get(name)
  const pod = context.pods.get(name)
  const part = reading?.status
  if (part?.ok) return answeredVerdict(context, name, part.value, role)
  const trouble = pod && podTrouble(pod, context.nodes)
  if (trouble) return { presence: 'not-asked', text: trouble.status, kind: 'bad', detail: trouble.detail, role }
  if (pod || part) return silentVerdict(context, name, part, role)
  return absentVerdict(context, name, role)
}

function answeredVerdict(
  context: ModelContext,
  name: string,
  status: InstanceStatus,
  role: InstanceRole,
): InstanceVerdict {
  const verdict = { presence: 'answered', text: 'OK', kind: 'good', detail: null, role } as const
  const pod = context.pods.get(name)
  if (pod?.metadata.deletionTimestamp) return { ...verdict, text: 'being deleted', kind: 'warn' }
  if (status.mightBeUnavailable) {
    const stopped = isFenced(context.fencing, name) ? 'PostgreSQL stopped' : 'restarting'
    // That a stopped server cannot be reached is no news.
    const detail = isFenced(context.fencing, name) ? null : maskedError(status)
    return { ...verdict, text: stopped, kind: 'warn', detail }
  }
  const notes = [
    isFenced(context.fencing, name) ? 'being fenced' : '',
    status.pendingRestart || status.pendingRestartForDecrease ? 'pending restart' : '',
    status.isInstanceManagerUpgrading ? 'manager upgrading' : '',
    pod && !isReady(pod) ? 'pod not ready' : '',
  ].filter(Boolean)
  return notes.length === 0 ? verdict : { ...verdict, text: `OK (${notes.join(', ')})`, kind: 'warn' }
}

function maskedError(status: InstanceStatus): string | null {
  return status.mightBeUnavailableMaskedError?.replace(/\s+/g, ' ').trim() || null
}

function silentVerdict(
  context: ModelContext,
  name: string,
  part: MissingPart | undefined,
  role: InstanceRole,
): InstanceVerdict {
  const pod = context.pods.get(name)
  if (!part) {
    // A pod that has just come is shown before it is asked.
    const text = pod && !isReady(pod) ? 'starting' : 'not asked'
    return { presence: 'not-asked', text, kind: 'warn', detail: null, role }
  }
  if (part.reason === 'forbidden') {
    const known = pod ? ` (pod ${isReady(pod) ? 'Ready' : 'not ready'})` : operatorWord(context, name)
    const text = `not permitted${known}`
    const detail = [part.message, ...neededRights(context, name)].join('; ')
    return { presence: 'silent', text, kind: 'warn', detail, role }
  }
  const state = pod ? `${part.message}; ${podSentence(context, pod)}` : part.message
  const detail = part.hint === undefined ? state : `${state}. ${part.hint.split('\n')[0] ?? ''}`
  return { presence: 'silent', text: `not answering (${shortReason(part)})`, kind: 'bad', detail, role }
}

/** What opens each of the ways (design 5). */
const RIGHTS: Record<InstanceWay, string> = {
  proxy: 'get pods/proxy',
  exec: 'create pods/exec',
  sql: 'create pods/portforward with get secrets',
}

/** The rights of which one would do, by the ways that were refused. */
function neededRights(context: ModelContext, name: string): string[] {
  const refused = (context.readings.get(name)?.failures ?? []).filter(({ kind }) => kind === 'forbidden')
  const rights = [...new Set(refused.map(({ way }) => RIGHTS[way]))]
  if (rights.length === 0) return []
  return [`a Role needs ${rights.length === 1 ? '' : 'one of: '}${rights.join(', ')}`]
}

function shortReason(part: MissingPart): string {
  if (part.reason === 'timeout') return 'timeout'
  return part.code === undefined ? part.reason : `${part.code}`
}

/** e.g. `pod Ready, node worker-2` or `pod not ready for 12s, node worker-2`. */
function podSentence(context: ModelContext, pod: Pod): string {
  const ready = pod.status?.conditions?.find((condition) => condition.type === 'Ready')
  const since = age(ready?.lastTransitionTime, context.now)
  const state = isReady(pod) ? 'pod Ready' : `pod not ready${since ? ` for ${since}` : ''}`
  return pod.spec.nodeName ? `${state}, node ${pod.spec.nodeName}` : state
}

/** No pod of that name: perhaps a job prepares it, perhaps it is lost. */
function absentVerdict(context: ModelContext, name: string, role: InstanceRole): InstanceVerdict {
  const job = context.allPods.find(
    (pod) => pod.metadata.labels?.[Labels.instanceName] === name && pod.metadata.labels[Labels.jobRole] !== undefined,
  )
  if (!context.snapshot.objects.pods.ok) {
    return { presence: 'absent', text: `unknown${operatorWord(context, name)}`, kind: 'warn', detail: null, role }
  }
  if (!job) return { presence: 'absent', text: 'no pod', kind: context.hibernated ? 'warn' : 'bad', detail: null, role }
  const trouble = job.status?.phase === 'Succeeded' ? null : podTrouble(job, context.nodes)
  const work = job.metadata.labels?.[Labels.jobRole] ?? 'job'
  const state = job.status?.phase === 'Succeeded' ? 'done' : (trouble?.status ?? 'running')
  const detail = trouble?.detail ?? progress(context, job)
  return { presence: 'absent', text: `${work} job ${state}`, kind: 'warn', detail, role: 'joining' }
}

/** Without the right to read pods the operator's lists are all there is: ` (operator: healthy)`. */
function operatorWord(context: ModelContext, name: string): string {
  const lists = Object.entries(context.cluster.status?.instancesStatus ?? {})
  const word = lists.find(([, names]) => names.includes(name))?.[0]
  return word === undefined ? '' : ` (operator: ${word})`
}

/** How far the base backup of a joining instance is, when somebody streams it. */
function progress(context: ModelContext, job: Pod): string | null {
  const name = job.metadata.labels?.['batch.kubernetes.io/job-name'] ?? job.metadata.labels?.['job-name']
  for (const { status } of context.answers) {
    const row = status.pgStatBasebackupsInfo?.find((candidate) => candidate.application_name === name)
    if (row?.backup_total) {
      const percent = ((row.backup_streamed ?? 0) / row.backup_total) * 100
      return `${row.backup_streamed_pretty ?? '?'} of ${row.backup_total_pretty ?? '?'} copied (${percent.toFixed(0)} %)`
    }
  }
  return null
}
