import { ConnectionFailure } from '../../types.ts'
import type { PodHttpResponse } from '../../types.ts'
import type { Exchange } from '../exchange.ts'
import { ApiError, badRequest, unavailable } from '../status.ts'
import type { Backends } from './backends.ts'

/** Headers that end at the proxy (RFC 9110 7.6.1), and those that tell who is asking. */
const NOT_FORWARDED =
  /^(connection|keep-alive|proxy-.*|te|trailer|transfer-encoding|upgrade|authorization|impersonate-.*)$/

interface Target {
  tls: boolean
  pod: string
  port: number | undefined
}

/** `pod`, `pod:port` or `scheme:pod:port`; throws 400. */
function proxyTarget(id: string): Target {
  const parts = id.split(':')
  const [scheme, pod = '', port] =
    parts.length === 1
      ? ['', parts[0]]
      : parts.length === 2
        ? ['', parts[0], parts[1]]
        : [parts[0] ?? '', parts[1], parts[2]]
  const number = port === undefined || port === '' ? undefined : Number(port)
  const valid = parts.length <= 3 && ['', 'http', 'https'].includes(scheme) && pod !== '' && !Number.isNaN(number)
  if (!valid) throw badRequest(`invalid pod request "${id}"`)
  return { tls: scheme === 'https', pod, port: number }
}

/** A request to a port of a pod, passed on and its answer passed back (spec/wire-formats.md A.3). */
export async function proxyToPod(exchange: Exchange, backends: Backends): Promise<void> {
  const { info, request } = exchange
  const { tls, pod: name, port } = proxyTarget(info.name)
  const pod = backends.pod(info.namespace, name)
  // Without an IP there is nothing to connect to; the real server words it so.
  if (!pod.status?.podIP) throw badRequest('address not allowed')
  const declared = pod.spec.containers?.flatMap((container) => container.ports ?? [])[0]?.containerPort
  const headers = Object.entries(request.headers).flatMap(([key, value]) =>
    value === undefined || NOT_FORWARDED.test(key) ? [] : [[key, String(value)] as const],
  )
  const answer = await backends
    .backend(pod)
    .http({
      port: port ?? declared ?? 80,
      tls,
      method: request.method ?? 'GET',
      path: `${info.rest === '' ? '/' : info.rest}${exchange.record.query === '' ? '' : `?${exchange.record.query}`}`,
      headers: Object.fromEntries(headers),
      body: await exchange.body(),
      signal: exchange.signal,
    })
    .catch((error: unknown) => {
      if (exchange.signal.aborted) return undefined
      throw proxyFailure(error)
    })
  if (answer !== undefined) sendAnswer(exchange, answer)
}

function proxyFailure(error: unknown): unknown {
  if (!(error instanceof ConnectionFailure)) return error
  if (error.status === 503) return unavailable(`error trying to reach service: ${error.message}`)
  const reason = error.status === 400 ? 'BadRequest' : 'InternalError'
  return new ApiError(error.status, reason, error.message)
}

function sendAnswer(exchange: Exchange, answer: PodHttpResponse): void {
  const headers = Object.entries(answer.headers).filter(
    ([key]) => !NOT_FORWARDED.test(key.toLowerCase()) && key.toLowerCase() !== 'content-length',
  )
  exchange.send(answer.status, Object.fromEntries(headers), answer.body)
}
