import type { Pooler } from '../../api/companions.ts'
import type { Pod } from '../../api/pod.ts'
import { CliError } from '../../errors/cli-error.ts'
import { pathOf, Resources } from '../../kube/resources.ts'
import type { Session } from '../../kube/session.ts'
import type { Candidate } from '../../model/target.ts'
import { listInstances } from '../access/find-instance.ts'
import type { Goal } from './destinations.ts'
import { type Followed, selectorOf, toCandidates } from './follow.ts'
import type { ConnectRequest } from './request.ts'

/** Where a port leads to and how that is found out. */
export interface Target {
  goal: Goal
  followed: Followed
  /** True when there is one pod at most, as of the primary. */
  single: boolean
  list: () => Promise<readonly Candidate[]>
  /** What was there at the beginning. */
  candidates: readonly Candidate[]
}

/** Reads what a port can lead to. Throws CliError: missing (no such cluster, no such pooler of it), forbidden … */
export async function readTarget(request: ConnectRequest, session: Session, signal: AbortSignal): Promise<Target> {
  const { target, cluster } = request
  if (target.kind === 'pooler') {
    const { name } = target
    const followed: Followed = { pooler: name }
    const list = async (): Promise<readonly Candidate[]> => {
      const path = pathOf(Resources.pods, { namespace: session.namespace })
      const { items } = await session.listAll<Pod>(path, { labelSelector: selectorOf(followed), signal })
      return toCandidates(followed, items)
    }
    const [, candidates] = await Promise.all([checkPooler(session, cluster, name, signal), list()])
    return { goal: { label: `pod of pooler ${name}`, fits: () => true }, followed, single: false, list, candidates }
  }
  const { kind } = target
  const list = () => listInstances(session, cluster, signal)
  return {
    goal: { label: kind, fits: ({ role }) => role === kind },
    followed: { cluster },
    single: kind === 'primary',
    list,
    candidates: await list(),
  }
}

async function checkPooler(session: Session, cluster: string, name: string, signal: AbortSignal): Promise<void> {
  const { namespace } = session
  const pooler = await session
    .getJson<Pooler>(pathOf(Resources.poolers, { namespace, name }), { signal })
    .catch(async (error: unknown) => {
      if (!(error instanceof CliError) || error.kind !== 'missing') throw error
      const { items } = await session.listAll<Pooler>(pathOf(Resources.poolers, { namespace }), { signal })
      const names = items.filter(({ spec }) => spec.cluster.name === cluster).map(({ metadata }) => metadata.name)
      throw new CliError({
        kind: 'missing',
        message: `there is no pooler "${name}" in namespace "${namespace}"`,
        hint: names.length === 0 ? `Cluster ${cluster} has no poolers.` : `Poolers of ${cluster}: ${names.join(', ')}`,
        cause: error.cause,
      })
    })
  if (pooler.spec.cluster.name === cluster) return
  throw new CliError({
    kind: 'missing',
    message: `pooler "${name}" belongs to cluster "${pooler.spec.cluster.name}", not to "${cluster}"`,
  })
}
