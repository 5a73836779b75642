import { POSTGRES_CONTAINER } from '../api/constants.ts'
import type { KubeNode } from '../api/objects.ts'
import type { Pod } from '../api/pod.ts'
import type { MissingPart } from '../api/part.ts'
import { missing } from './parts.ts'

/**
 * Why a pod cannot answer, in Kubernetes' own words (design 5): it is being deleted, has ended, waits for a node or an image,
 * or its container does not run. Undefined for a pod worth asking.
 */
export function whyNotAsked(pod: Pod): MissingPart | undefined {
  const { phase, reason, message } = pod.status ?? {}
  if (pod.metadata.deletionTimestamp)
    return missing('unreachable', `pod being deleted since ${pod.metadata.deletionTimestamp}`)
  if (phase === 'Failed' || phase === 'Succeeded')
    return missing('unreachable', sentence(`pod ${phase}`, reason, message))
  const container = pod.status?.containerStatuses?.find((status) => status.name === POSTGRES_CONTAINER)
  if (container?.state?.running !== undefined && phase !== 'Pending') return undefined
  const scheduled = pod.status?.conditions?.find((condition) => condition.type === 'PodScheduled')
  if (scheduled?.status === 'False')
    return missing('unreachable', sentence('pod Pending', scheduled.reason, scheduled.message))
  const starting = (pod.status?.initContainerStatuses ?? []).find((status) => status.state?.terminated?.exitCode !== 0)
  const state = (container?.state?.running === undefined ? container?.state : undefined) ?? starting?.state
  const cause = state?.waiting ?? state?.terminated
  return missing(
    'unreachable',
    sentence(`pod ${phase ?? 'without a status'}, container not running`, cause?.reason, cause?.message),
  )
}

/** Why a pod on this node is not waited for; undefined when the node is Ready or says nothing. */
export function whyNodeIsOut(node: KubeNode): MissingPart | undefined {
  const ready = node.status?.conditions?.find((condition) => condition.type === 'Ready')
  if (ready === undefined || ready.status === 'True') return undefined
  return missing('unreachable', sentence(`node ${node.metadata.name} NotReady`, ready.reason, ready.message))
}

/** True when the pod's condition Ready is True. */
export function isReady(pod: Pod): boolean {
  return pod.status?.conditions?.some((condition) => condition.type === 'Ready' && condition.status === 'True') ?? false
}

function sentence(what: string, reason: string | undefined, message: string | undefined): string {
  const details = [reason, message?.replace(/\s+/g, ' ').trim()].filter((text) => text !== undefined && text !== '')
  return details.length === 0 ? what : `${what} (${details.join(': ')})`
}
