import type { KubeStatus } from '../api/objects.ts'
import { CliError } from '../errors/cli-error.ts'
import type { ErrorKind } from '../errors/cli-error.ts'
import { parseApiPath } from './api-path.ts'
import { forbiddenHint } from './forbidden-hint.ts'
import { plainText } from './plain-text.ts'
import { bodyText } from './request-parts.ts'
import type { FailedAnswer } from './session.ts'

/** Who asked, for the hints. */
export interface Asker {
  server: string
  context: string | undefined
  user: string | undefined
  /** What is known about a refused login, e.g. that the client certificate has expired. */
  loginTrouble?: string | undefined
}

const EXCERPT = 200

/** The error for an answer of 400 and above: the server's message, reason and code, and what would help. */
export function answerFailure(answer: FailedAnswer, asker: Asker): CliError {
  const status = statusOf(answer.body)
  const kind = kindOf(answer.status)
  const message = status?.message ? plainText(status.message, 2000) : withoutStatus(answer, asker)
  const hint = hintOf(answer, status, asker)
  return new CliError({
    kind,
    message,
    code: answer.status,
    ...(hint === undefined ? {} : { hint }),
    ...(status?.reason ? { reason: status.reason } : {}),
  })
}

/** The error for an answer that should have been JSON and is not. */
export function notJson(body: Uint8Array, contentType: string | undefined, asker: Asker): CliError {
  const text = bodyText(body)
  if (isHtml(text, contentType)) {
    return new CliError({
      kind: 'server',
      message: `${asker.server} answered with a web page instead of JSON: ${excerptOf(text)}`,
      hint: PROXY_PAGE_HINT,
    })
  }
  if (/^\s*[{[]/.test(text)) {
    return new CliError({
      kind: 'unreachable',
      message: `the answer of ${asker.server} breaks off after ${body.length} bytes`,
      hint: 'The server may be restarting, or something in between cuts connections. Try again.',
    })
  }
  return new CliError({
    kind: 'server',
    message: `${asker.server} answered with something that is no JSON: ${excerptOf(text) || 'nothing at all'}`,
    hint: 'Is it the address of an API server? `kubectl get --raw /version` shows what answers there.',
  })
}

const PROXY_PAGE_HINT =
  'A login page or a proxy answers in place of the API server: check the address in the kubeconfig, the VPN and proxy settings.'

function kindOf(status: number): ErrorKind {
  switch (status) {
    case 401:
      return 'unauthorized'
    case 403:
      return 'forbidden'
    case 404:
      return 'missing'
    case 409:
      return 'conflict'
    case 504:
      return 'timeout'
    default:
      return 'server'
  }
}

function withoutStatus(answer: FailedAnswer, asker: Asker): string {
  const text = excerptOf(bodyText(answer.body))
  return `${asker.server} answered HTTP ${answer.status} to ${answer.method} ${answer.path}${text === '' ? '' : `: ${text}`}`
}

function hintOf(answer: FailedAnswer, status: KubeStatus | undefined, asker: Asker): string | undefined {
  const text = bodyText(answer.body.subarray(0, 1000))
  if (status === undefined && isHtml(text, answer.headers['content-type'])) return PROXY_PAGE_HINT
  switch (answer.status) {
    case 400:
      return /HTTP request to an HTTPS server/i.test(text)
        ? 'The server speaks TLS: its address has to start with https://.'
        : undefined
    case 401:
      return loginHint(asker)
    case 403:
      return forbiddenHint(answer, status, asker)
    case 404:
      return status?.details?.name ? undefined : unknownKindHint(answer.path)
    case 410:
      return 'The list changed too much while it was read. Try again.'
    case 429:
      return 'The API server is overloaded and turns requests away. Try again in a moment.'
    case 500:
      return /etcdserver|context deadline/i.test(status?.message ?? '')
        ? 'The cluster’s own database (etcd) is in trouble. Try again.'
        : undefined
    case 502:
    case 503:
    case 504:
      return 'The API server, or what it forwards to, is not available right now. Try again in a moment.'
    default:
      return undefined
  }
}

function loginHint(asker: Asker): string {
  const who = asker.user === undefined ? 'our credentials' : `the credentials of user "${asker.user}"`
  const first = asker.loginTrouble ?? `The server does not accept ${who}: they may have expired.`
  const context = asker.context === undefined ? '' : ` (context "${asker.context}")`
  return `${first}\nLog in again or fetch the kubeconfig again${context}.`
}

function unknownKindHint(path: string): string | undefined {
  const asked = parseApiPath(path)
  if (asked === undefined) return 'Is it the address of an API server?'
  if (!asked.group.endsWith('.cnpg.io')) return undefined
  return `The server does not know ${asked.resource} of ${asked.group}/${asked.version}: is the CloudNativePG operator installed there, and recent enough?`
}

function statusOf(body: Uint8Array): KubeStatus | undefined {
  try {
    const value = JSON.parse(bodyText(body)) as Partial<KubeStatus> | null
    return value?.kind === 'Status' ? (value as KubeStatus) : undefined
  } catch {
    return undefined
  }
}

function isHtml(text: string, contentType: string | undefined): boolean {
  return /^text\/html\b/i.test(contentType ?? '') || /^\s*<(!doctype html|html)\b/i.test(text)
}

/** The readable words of a page or text, one line. */
function excerptOf(text: string): string {
  const title = /<title[^>]*>([^<]*)<\/title>/i.exec(text)?.[1]
  const words = title ?? text.replace(/<(script|style)\b[\s\S]*?<\/\1>/gi, ' ').replace(/<[^>]*>/g, ' ')
  return plainText(words, EXCERPT)
}
