import { CliError } from '../errors/cli-error.ts'
import { plainText } from './plain-text.ts'

/** What a connection was meant to reach, for the words of an error. */
export interface Destination {
  url: string
  /** Scheme and host of the proxy in between. */
  proxy?: string | undefined
}

const UNTRUSTED = new Set([
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'CERT_SIGNATURE_FAILURE',
  'CERT_UNTRUSTED',
  'INVALID_CA',
  'INVALID_PURPOSE',
])

const UNROUTABLE = new Set(['EHOSTUNREACH', 'ENETUNREACH', 'ETIMEDOUT', 'EHOSTDOWN', 'ENETDOWN', 'EADDRNOTAVAIL'])

/** Alerts by which a TLS server turns a client's certificate away (RFC 8446, 6.2), as OpenSSL spells them. */
const CLIENT_ALERTS =
  /ALERT_(BAD_CERTIFICATE|UNSUPPORTED_CERTIFICATE|CERTIFICATE_\w+|UNKNOWN_CA|ACCESS_DENIED)|alert (bad certificate|unsupported certificate|certificate \w+|unknown ca|access denied)/i

/** Codes of failures after which nothing can have reached the server. */
const NEVER_SENT = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', ...UNROUTABLE])
/** Codes of failures that often pass by themselves. */
const PASSING = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'EAI_AGAIN',
  'ECONNABORTED',
  'EHOSTUNREACH',
  'ENETUNREACH',
])

/** The system's or OpenSSL's code of an error or of its cause; of several tries, that of the first. */
export function codeOf(error: unknown): string {
  if (error instanceof AggregateError) return codeOf(error.errors[0])
  if (!(error instanceof Error)) return ''
  const code = (error as NodeJS.ErrnoException).code
  return typeof code === 'string' ? code : codeOf(error.cause)
}

/** True when the failure came before the request was sent. */
export function wasNeverSent(error: unknown): boolean {
  return NEVER_SENT.has(codeOf(error))
}

/** True when trying again soon may succeed. */
export function mayPass(error: unknown): boolean {
  return PASSING.has(codeOf(error))
}

/** The error for a connection that did not come to be or broke, with what to do about it. */
export function connectionFailure(error: unknown, to: Destination): CliError {
  if (error instanceof CliError) return error
  const code = codeOf(error)
  const text = error instanceof Error ? error.message : String(error)
  const describe = [trustFailure, clientCertificateFailure, protocolFailure, proxyFailure, networkFailure]
  for (const attempt of describe) {
    const init = attempt(code, text, to, error)
    // What OpenSSL says is no sentence, and Node repeats every name; describe() would append it.
    if (init !== undefined)
      return new CliError({ ...init, ...(/ routines:|altnames:/.test(text) ? {} : { cause: error }) })
  }
  return new CliError({
    kind: 'unreachable',
    message: `no answer from the API server at ${to.url}: ${plainText(text || code, 200)}`,
    hint: 'Check the address in the kubeconfig and the network in between.',
    cause: error,
  })
}

/** The error for a connection that did not stand within `ms` milliseconds. */
export function notConnected(to: Destination, ms: number): CliError {
  const way = to.proxy === undefined ? '' : ` through the proxy ${to.proxy}`
  return new CliError({
    kind: 'unreachable',
    message: `no connection to the API server at ${to.url}${way} within ${ms / 1000} s`,
    hint: 'Something on the way drops our packets: check the network, the VPN and firewalls, and the address in the kubeconfig.',
  })
}

interface Told {
  kind: 'unreachable' | 'tls' | 'config'
  message: string
  hint: string
}

function trustFailure(code: string, _text: string, to: Destination, error: unknown): Told | undefined {
  const server = `the certificate of the API server at ${to.url}`
  if (UNTRUSTED.has(code)) {
    return {
      kind: 'tls',
      message: `${server} is not signed by a certificate authority we trust`,
      hint:
        'The cluster may have been rebuilt, or a proxy answers in its place. Fetch the kubeconfig again, or name the right ' +
        'authority with --certificate-authority.',
    }
  }
  if (code === 'CERT_HAS_EXPIRED') {
    return {
      kind: 'tls',
      message: `${server} (or of its authority) has expired`,
      hint: 'It is the server’s side that has to renew it (kubeadm: `kubeadm certs renew apiserver`), unless the clock of this machine is wrong.',
    }
  }
  if (code === 'CERT_NOT_YET_VALID') {
    return {
      kind: 'tls',
      message: `${server} is not valid yet`,
      hint: 'Most likely the clock of this machine, or of the server, is wrong.',
    }
  }
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    const names = (error as { cert?: { subjectaltname?: string } }).cert?.subjectaltname
    return {
      kind: 'tls',
      message: `${server} is for another name`,
      hint:
        (names === undefined ? '' : `It is for: ${plainText(names, 300)}.\n`) +
        'Use one of its names as the server’s address, or give one with --tls-server-name.',
    }
  }
  return undefined
}

function clientCertificateFailure(code: string, text: string, to: Destination): Told | undefined {
  if (CLIENT_ALERTS.test(code) || CLIENT_ALERTS.test(text)) {
    return {
      kind: 'tls',
      message: `the API server at ${to.url} refuses our client certificate`,
      hint: 'It may have expired, be missing, or be from another cluster. Log in again or fetch the kubeconfig again.',
    }
  }
  if (/KEY_VALUES_MISMATCH/.test(code)) {
    return {
      kind: 'config',
      message: 'the client certificate and the client key of the kubeconfig do not belong together',
      hint: 'Fetch the kubeconfig again, or correct --client-certificate and --client-key.',
    }
  }
  if (code === 'ERR_INVALID_CHAR') {
    return {
      kind: 'config',
      message: 'a token or name of the kubeconfig or the flags holds characters that cannot be sent',
      hint: 'Look for line breaks in the token. Log in again or fetch the kubeconfig again.',
    }
  }
  if (/^ERR_OSSL_|^ERR_CRYPTO|ERR_SSL_(PEM|NO_START_LINE|BAD_BASE64)/.test(code)) {
    return {
      kind: 'config',
      message: `a certificate or key of the kubeconfig cannot be read (${code})`,
      hint: 'They have to be PEM, in base64 where the kubeconfig holds them itself. Fetch the kubeconfig again.',
    }
  }
  return undefined
}

function protocolFailure(code: string, text: string, to: Destination): Told | undefined {
  if (/WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|HTTP_REQUEST/.test(code) || /wrong version number/i.test(text)) {
    return {
      kind: 'tls',
      message: `${to.url} does not speak TLS`,
      hint: 'Is it the right port? For a server without TLS (kubectl proxy) the address starts with http://.',
    }
  }
  if (code.startsWith('HPE_')) {
    return {
      kind: 'unreachable',
      message: `${to.url} does not answer in HTTP/1.1`,
      hint: to.url.startsWith('http:')
        ? 'Does the address need https://?'
        : 'Is it the address and port of an API server?',
    }
  }
  if (code === 'EPROTO' || code.startsWith('ERR_SSL_')) {
    return {
      kind: 'tls',
      message: `the TLS handshake with the API server at ${to.url} failed`,
      hint: 'The server may refuse our client certificate or its protocol version; log in again or fetch the kubeconfig again.',
    }
  }
  return undefined
}

function proxyFailure(code: string, text: string, to: Destination): Told | undefined {
  if (to.proxy === undefined) return undefined
  const refused = /^Bad response: (\d+)/.exec(text)?.[1]
  const where = 'Check proxy-url in the kubeconfig, HTTPS_PROXY and NO_PROXY.'
  if (refused === '407') {
    return {
      kind: 'unreachable',
      message: `the proxy ${to.proxy} wants a password`,
      hint: `Write it as http://user:password@host:port. ${where}`,
    }
  }
  if (refused !== undefined || /socks/i.test(text) || /socks/i.test(code)) {
    const why = refused === undefined ? plainText(text, 120) : `HTTP ${refused}`
    return { kind: 'unreachable', message: `the proxy ${to.proxy} gives no way to ${to.url} (${why})`, hint: where }
  }
  if (NEVER_SENT.has(code)) {
    return {
      kind: 'unreachable',
      message: `the proxy ${to.proxy} on the way to ${to.url} cannot be reached`,
      hint: where,
    }
  }
  return undefined
}

function networkFailure(code: string, text: string, to: Destination): Told | undefined {
  const server = `the API server at ${to.url}`
  if (code === 'ECONNREFUSED') {
    return {
      kind: 'unreachable',
      message: `${server} refused the connection`,
      hint: 'Nothing listens there: the server may be down, or the address in the kubeconfig old. `kubectl config view --minify` shows it.',
    }
  }
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') {
    return {
      kind: 'unreachable',
      message: `the name of ${server} cannot be resolved`,
      hint: 'Check the address in the kubeconfig, the DNS of this machine, and whether a VPN is needed.',
    }
  }
  if (UNROUTABLE.has(code)) {
    return {
      kind: 'unreachable',
      message: `${server} cannot be reached`,
      hint: 'Check the network, the VPN and firewalls between this machine and the server.',
    }
  }
  if (
    code === 'ECONNRESET' ||
    code === 'EPIPE' ||
    code === 'ECONNABORTED' ||
    /socket hang up|disconnected|premature close/i.test(text)
  ) {
    return {
      kind: 'unreachable',
      message: `${server} closed the connection before its answer was complete`,
      hint: 'It may be restarting or overloaded, or something in between cuts connections. Try again.',
    }
  }
  return undefined
}
