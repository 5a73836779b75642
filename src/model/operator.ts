import type { OperatorDeployment } from '../api/snapshot.ts'
import type { Operator } from './cluster-status.ts'
import type { ModelContext } from './context.ts'

/** The operator that looks after this cluster: of several the one at work, of those its own namespace's; null when none is known. */
export function operator({ snapshot, cluster }: ModelContext): Operator | null {
  const part = snapshot.objects.operator
  if (!part?.ok) return null
  const namespace = cluster.metadata.namespace ?? snapshot.source.namespace
  const [found] = part.value
    .filter(({ watches }) => watches === undefined || watches.includes(namespace))
    .sort((a, b) => rank(b, namespace) - rank(a, namespace))
  if (found) {
    const { version = null, replicas, available } = found
    return { namespace: found.namespace, version: version?.replace(/^v/, '') ?? null, replicas, ready: available }
  }
  // Those that look after other namespaces say nothing about this one: its own may be out of sight.
  return part.value.length === 0 ? { namespace: null, version: null, replicas: 0, ready: 0 } : null
}

function rank({ available, namespace }: OperatorDeployment, own: string): number {
  return (available > 0 ? 2 : 0) + (namespace === own ? 1 : 0)
}
