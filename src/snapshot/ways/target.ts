import { METRICS_TLS_FLAG, POSTGRES_CONTAINER, STATUS_TLS_FLAG } from '../../api/constants.ts'
import type { InstanceStatus } from '../../api/instance-status.ts'
import type { Cluster } from '../../api/cluster.ts'
import type { Pod } from '../../api/pod.ts'
import { plainText } from '../../kube/plain-text.ts'
import type { Session } from '../../kube/session.ts'
import { WayError } from '../failures.ts'

/** One pod and how to reach the API server before it. */
export interface PodTarget {
  session: Session
  pod: Pod
}

/** One instance of a cluster. */
export interface InstanceTarget extends PodTarget {
  cluster: Cluster
}

/** True when port 8000 of the pod speaks TLS: an exact element of the container's command says so (A.2). */
export function statusIsTls(pod: Pod): boolean {
  return commandOf(pod).includes(STATUS_TLS_FLAG)
}

/** The same for the metrics port 9187 (A.1). */
export function metricsIsTls(pod: Pod): boolean {
  return commandOf(pod).includes(METRICS_TLS_FLAG)
}

/** Reads the manager's JSON. Throws WayError `unreadable`; unknown members are kept, missing ones are the reader's affair (A.5.8). */
export function parseStatus(text: string): InstanceStatus {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw new WayError('unreadable', `the instance manager's answer is no JSON: ${plainText(text, 160)}`)
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new WayError('unreadable', `the instance manager's answer is no JSON object: ${plainText(text, 160)}`)
  }
  return value
}

function commandOf(pod: Pod): readonly string[] {
  return pod.spec.containers?.find((container) => container.name === POSTGRES_CONTAINER)?.command ?? []
}
