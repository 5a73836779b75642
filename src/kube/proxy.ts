import { type PodPort, podProxyPath } from './resources.ts'
import type { Session } from './session.ts'
import { bodyText } from './request-parts.ts'
import { limitTime } from './time-limit.ts'
import { CliError } from '../errors/cli-error.ts'

export { describeProxyFailure, isSchemeMismatch } from './proxy-failure.ts'

export interface ProxyRequest extends PodPort {
  /** From the first slash, with the query. */
  path: string
  /** Asks for a compressed body (the metrics: 8 KB instead of 47); default false. */
  gzip?: boolean
  signal?: AbortSignal
  timeoutMs?: number
}

/** What came back through pods/proxy, with any status: from the pod, or from the API server about the pod. */
export interface ProxyAnswer {
  status: number
  headers: Readonly<Record<string, string>>
  body: string
}

/**
 * GET of a port of a pod through the API server, once: never tried again, because the other ways to an instance are the
 * better second try (design 5). Answers of any status are values; `describeProxyFailure` tells what is wrong with them.
 * Throws CliError (timeout, unreachable, tls), or the signal's reason. Rights: get on pods/proxy.
 */
export async function proxyGet(session: Session, request: ProxyRequest): Promise<ProxyAnswer> {
  const limit = limitTime(request.signal, request.timeoutMs, () => tooSlow(request))
  try {
    const answer = await session.transport.request({
      method: 'GET',
      path: podProxyPath(request, request.path),
      // Compression is the transport's default; small bodies are not worth it.
      headers: { Accept: '*/*', ...(request.gzip === true ? {} : { 'Accept-Encoding': 'identity' }) },
      signal: limit.signal,
    })
    return { status: answer.status, headers: answer.headers, body: bodyText(answer.body) }
  } finally {
    limit.clear()
  }
}

function tooSlow(request: ProxyRequest): CliError {
  return new CliError({
    kind: 'timeout',
    message: `port ${String(request.port)} of pod ${request.pod} did not answer in time`,
  })
}
