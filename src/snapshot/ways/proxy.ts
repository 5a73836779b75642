import { Ports } from '../../api/constants.ts'
import type { InstanceStatus } from '../../api/instance-status.ts'
import type { MissingPart } from '../../api/part.ts'
import type { WayFailureKind } from '../../api/snapshot.ts'
import type { ProxyAnswer } from '../../kube/proxy.ts'
import { describeProxyFailure, isSchemeMismatch, proxyGet } from '../../kube/proxy.ts'
import { WayError } from '../failures.ts'
import type { PodTarget } from './target.ts'
import { parseStatus, statusIsTls } from './target.ts'

/** Asks the instance manager through the API server: `GET pods/proxy /pg/status` (spec/wire-formats.md A.3). Throws WayError or CliError. */
export async function askByProxy(target: PodTarget, signal: AbortSignal): Promise<InstanceStatus> {
  const page = { port: Ports.status, tls: statusIsTls(target.pod), path: '/pg/status', gzip: false }
  return parseStatus(await getFromPod(target, page, signal))
}

export interface PodPage {
  port: number
  tls: boolean
  path: string
  gzip: boolean
}

/**
 * Text of a page that a pod serves, through the API server's proxy; with the other one of HTTP and HTTPS when the pod turns
 * out to speak that. Throws WayError for every answer but 2xx, and CliError when there was none.
 */
export async function getFromPod(target: PodTarget, page: PodPage, signal: AbortSignal): Promise<string> {
  const { session, pod } = target
  const place = { namespace: pod.metadata.namespace ?? '', pod: pod.metadata.name, port: page.port }
  const ask = (tls: boolean): Promise<ProxyAnswer> =>
    proxyGet(session, { ...place, scheme: tls ? 'https' : 'http', path: page.path, gzip: page.gzip, signal })
  const first = await ask(page.tls)
  const answer = isSchemeMismatch(first) ? await ask(!page.tls) : first
  if (answer.status >= 200 && answer.status < 300) return answer.body
  const { message, code, hint, reason } = describeProxyFailure(answer, place)
  throw new WayError(isSchemeMismatch(answer) ? 'tls' : kindOf(reason, answer.status), message, { code, hint })
}

function kindOf(reason: MissingPart['reason'], status: number): WayFailureKind {
  switch (reason) {
    case 'forbidden':
    case 'timeout':
      return reason
    case 'missing':
      return 'gone'
    case 'unreachable':
      return 'network'
    case 'unreadable':
      return status >= 400 ? 'failed' : 'unreadable'
  }
}
