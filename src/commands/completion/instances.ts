import { Annotations, Labels } from '../../api/constants.ts'
import type { Pod } from '../../api/pod.ts'
import { pathOf, Resources } from '../../kube/resources.ts'
import { fencingOf, isFenced } from '../../model/fencing.ts'
import { describeCandidate } from '../../model/target.ts'
import type { Candidate as Instance } from '../../model/target.ts'
import { listInstances } from '../access/find-instance.ts'
import { readCluster } from './read-cluster.ts'
import type { Candidate, Lookup } from './types.ts'

export type InstanceKind = 'instance' | 'standby' | 'fenced-instance' | 'unfenced-instance'

/** The instances for which the verb makes sense, with role and readiness; none without a cluster. Throws CliError. */
export async function instances(kind: InstanceKind, lookup: Lookup): Promise<Candidate[]> {
  const { session, cluster, signal } = lookup
  if (cluster === undefined) return []
  const aboutFencing = kind === 'fenced-instance' || kind === 'unfenced-instance'
  const [all, object] = await Promise.all([
    listInstances(session, cluster, signal),
    aboutFencing ? readCluster(lookup) : undefined,
  ])
  const names = all.map(({ name }) => name)
  const fencing = fencingOf(object?.metadata.annotations?.[Annotations.fencedInstances], names, undefined)
  const fits = ({ name, role }: Instance): boolean => {
    if (kind === 'standby') return role !== 'primary'
    return aboutFencing ? isFenced(fencing, name) === (kind === 'fenced-instance') : true
  }
  return all.filter(fits).map((instance) => ({ text: instance.name, about: inBrackets(describeCandidate(instance)) }))
}

/** The containers of the cluster's pods, those that initialise them last. Throws CliError. */
export async function containers({ session, cluster, signal }: Lookup): Promise<Candidate[]> {
  if (cluster === undefined) return []
  const path = pathOf(Resources.pods, { namespace: session.namespace })
  const { items } = await session.listAll<Pod>(path, { labelSelector: `${Labels.cluster}=${cluster}`, signal })
  const main = items.flatMap(({ spec }) => (spec.containers ?? []).map(({ name }) => name))
  const initial = items.flatMap(({ spec }) => (spec.initContainers ?? []).map(({ name }) => name))
  return [...new Set([...main, ...initial])].map((text) => ({
    text,
    ...(main.includes(text) ? {} : { about: 'initialises the pod' }),
  }))
}

function inBrackets(description: string): string {
  return /\((.*)\)$/.exec(description)?.[1] ?? ''
}
