import type { Host } from '../../host/types.ts'
import { loadKubeconfig } from '../../kube/kubeconfig-files.ts'
import type { KubeconfigContext } from '../../kube/kubeconfig-types.ts'
import type { Candidate, KubeconfigKind } from './types.ts'

/** The names of one kind in the kubeconfig, sorted. Throws CliError where it cannot be read. */
export async function kubeconfigNames(
  kind: KubeconfigKind,
  file: string | undefined,
  host: Host,
): Promise<Candidate[]> {
  const { contexts, clusters, users } = await loadKubeconfig(file, host)
  switch (kind) {
    case 'context':
      return sorted([...contexts].map(([name, context]) => contextCandidate(name, context)))
    case 'kubeconfig-cluster':
      return sorted([...clusters.keys()].map((text) => ({ text })))
    case 'kubeconfig-user':
      return sorted([...users.keys()].map((text) => ({ text })))
  }
}

function contextCandidate(name: string, { cluster, namespace }: KubeconfigContext): Candidate {
  const about = [cluster, namespace].filter((part) => part !== undefined && part !== name)
  return { text: name, ...(about.length === 0 ? {} : { about: about.join(', namespace ') }) }
}

function sorted(candidates: readonly Candidate[]): Candidate[] {
  return [...candidates].sort((left, right) => (left.text < right.text ? -1 : 1))
}
