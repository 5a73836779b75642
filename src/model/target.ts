import type { Pod } from '../api/pod.ts'
import { byName } from '../api/by-name.ts'
import { type PodTrouble, podTrouble } from './pod-trouble.ts'
import { isInstancePod, isReady, labelledRole } from './pods.ts'

/** Which instance a session is wanted with. */
export type InstanceWish = { kind: 'primary' } | { kind: 'replica' } | { kind: 'instance'; name: string }

/** An instance as its pod shows it. */
export interface Candidate {
  name: string
  namespace: string
  /** As the operator labelled it: `primary`, `replica`, `unhealthy`; null before bootstrap and during a switchover. */
  role: string | null
  ready: boolean
  /** Why nothing can be run in the pod; null when its container runs. */
  trouble: PodTrouble | null
}

/** The instances among the pods, `-2` before `-10`. */
export function candidatesOf(pods: readonly Pod[]): Candidate[] {
  return pods
    .filter(isInstancePod)
    .map(candidateOf)
    .sort((a, b) => byName(a.name, b.name))
}

/** What a pod shows of itself. */
export function candidateOf(pod: Pod): Candidate {
  return {
    name: pod.metadata.name,
    namespace: pod.metadata.namespace ?? '',
    role: labelledRole(pod) ?? null,
    ready: isReady(pod),
    trouble: podTrouble(pod, undefined),
  }
}

/** The instance that fits the wish, those that can answer first; undefined when there is none. */
export function chooseInstance(candidates: readonly Candidate[], wish: InstanceWish): Candidate | undefined {
  const fitting = candidates.filter((each) => (wish.kind === 'instance' ? each.name === wish.name : fits(each, wish)))
  return [...fitting].sort((a, b) => rank(a) - rank(b))[0]
}

/** Why nothing can be run in an instance's pod, in words; empty when it runs. */
export function troubleText({ trouble }: Candidate): string {
  if (trouble === null) return ''
  return trouble.detail === null ? trouble.status : `${trouble.status}: ${trouble.detail}`
}

/** `mycluster-2 (replica)`, `mycluster-3 (replica, not ready)`. */
export function describeCandidate({ name, role, ready, trouble }: Candidate): string {
  const state = trouble !== null ? [trouble.status] : ready ? [] : ['not ready']
  return `${name} (${[role ?? 'no role yet', ...state].join(', ')})`
}

function fits({ role }: Candidate, { kind }: InstanceWish): boolean {
  return role === kind
}

function rank({ trouble, ready }: Candidate): number {
  if (trouble !== null) return 2
  return ready ? 0 : 1
}
