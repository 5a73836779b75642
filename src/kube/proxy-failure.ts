import type { KubeStatus } from '../api/objects.ts'
import type { MissingPart, MissingReason } from '../api/part.ts'
import { CliError } from '../errors/cli-error.ts'
import { missingReason } from '../errors/missing-reason.ts'
import { plainText } from './plain-text.ts'

/** The place that was asked, for the words of a failure. */
export interface ProxyPlace {
  pod: string
  port: number
}

/** An answer through pods/proxy, as far as its failure is told from it. */
interface Answer {
  status: number
  body: string
}

/** What the API server puts before the reason why it did not reach a pod. */
const SERVICE_PREFIX = /^error trying to reach service: /

/** What a Go server says to HTTP on its TLS port, and a Go client about plain text where TLS should be. */
const MISMATCH = /server gave HTTP response to HTTPS client|malformed HTTP response|HTTP request to an HTTPS server/

/** Reasons of the network, as Go words them, and what each means here (recorded states, `pgstatus/*.error.json`). */
const NETWORK: readonly { pattern: RegExp; hint: string }[] = [
  {
    pattern: /i\/o timeout|context deadline|Client\.Timeout|no route to host|network is unreachable/,
    hint:
      'The API server cannot reach the pod: its address is gone, or a network policy or firewall between the control ' +
      'plane and the pods drops the packets.',
  },
  {
    pattern: /connection refused|unrecognized name/,
    hint: 'The instance manager is not serving: the container is starting or has stopped.',
  },
  {
    pattern: /TLS handshake timeout|connection lost|EOF|connection reset/,
    hint: 'The port accepts connections but the instance manager does not answer: it may be frozen or restarting.',
  },
]

/** True when the port speaks the other scheme: asking again with it would work (A.2). */
export function isSchemeMismatch(answer: Answer): boolean {
  return (answer.status === 400 || answer.status >= 500) && MISMATCH.test(answer.body)
}

/**
 * Says why a request through pods/proxy gave nothing: an answer with a status of failure, or the error thrown instead
 * of one. Tells apart what the API server refused (it answers with a Status) from what the pod itself answered (plain
 * text).
 */
export function describeProxyFailure(failure: unknown, place: ProxyPlace): MissingPart {
  return isAnswer(failure) ? ofAnswer(failure, place) : ofError(failure)
}

function isAnswer(failure: unknown): failure is Answer {
  return typeof failure === 'object' && failure !== null && 'status' in failure && 'body' in failure
}

function ofAnswer(answer: Answer, place: ProxyPlace): MissingPart {
  const where = `port ${String(place.port)}`
  const status = statusOf(answer.body)
  const said = plainText((status?.message ?? answer.body).replace(SERVICE_PREFIX, ''), 300)
  if (isSchemeMismatch(answer)) {
    return missing('unreadable', `${where} does not speak the expected one of HTTP and HTTPS`, answer.status, said)
  }
  if (status === undefined) return ofPod(answer, where, said)
  switch (answer.status) {
    case 401:
      return missing('forbidden', 'the API server does not accept the credentials', 401, said)
    case 403:
      return missing('forbidden', refusal(said), 403, 'Needed: the verb get on pods/proxy in this namespace.')
    case 404:
      return missing('missing', `pod ${place.pod} is gone`, 404)
    case 400:
      return missing('unreachable', `${where}: ${said}`, 400, 'The pod has no address yet.')
    default:
      return ofNetwork(answer.status, where, said)
  }
}

/** Whose right it is that is missing; which pod it was about is said elsewhere. */
function refusal(said: string): string {
  const user = /User "([^"]*)"/.exec(said)?.[1]
  return user === undefined ? said : `pods/proxy is forbidden for user "${user}"`
}

/** The pod itself answered: the instance manager tells its errors as plain text with 500 (A.3). */
function ofPod(answer: Answer, where: string, said: string): MissingPart {
  if (answer.status === 200) return missing('unreadable', `${where} answered something that cannot be read`, 200)
  if (answer.status === 502 || answer.status === 503 || answer.status === 504) {
    return ofNetwork(answer.status, where, said)
  }
  const words = said === '' ? `HTTP ${String(answer.status)}` : said
  return missing('unreadable', `${where} answered with an error: ${words}`, answer.status)
}

function ofNetwork(status: number, where: string, said: string): MissingPart {
  const known = NETWORK.find((each) => each.pattern.test(said))
  const reason: MissingReason = status === 504 ? 'timeout' : 'unreachable'
  const words = said === '' ? `HTTP ${String(status)}` : said
  return missing(reason, `${where} was not reached: ${words}`, status, known?.hint)
}

function ofError(error: unknown): MissingPart {
  const message = error instanceof Error ? error.message : String(error)
  if (!(error instanceof CliError)) return missing('unreadable', message)
  return missing(missingReason(error), message, error.code, error.hint)
}

function statusOf(body: string): KubeStatus | undefined {
  if (!body.startsWith('{')) return undefined
  try {
    const value = JSON.parse(body) as Partial<KubeStatus>
    return value.kind === 'Status' ? (value as KubeStatus) : undefined
  } catch {
    return undefined
  }
}

function missing(reason: MissingReason, message: string, code?: number, hint?: string): MissingPart {
  return {
    ok: false,
    reason,
    message,
    ...(code === undefined ? {} : { code }),
    ...(hint === undefined || hint === '' ? {} : { hint }),
  }
}
