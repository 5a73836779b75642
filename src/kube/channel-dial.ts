import type { IncomingMessage } from 'node:http'
import type WebSocket from 'ws'
import { CliError } from '../errors/cli-error.ts'
import { ChannelSocket } from './channel.ts'
import { connectionFailure } from './connection-failure.ts'
import { signalFailure } from './request-parts.ts'
import { encodeQuery } from './resources.ts'
import type { Session } from './session.ts'
import { limitTime } from './time-limit.ts'

export interface DialRequest {
  /** Path of the subresource, from `podPath`. */
  path: string
  query: readonly (readonly [string, string])[]
  /** Subprotocols, the best first. */
  protocols: readonly string[]
  /** The subresource as a Role rule names it, e.g. `pods/exec`. */
  right: string
  signal?: AbortSignal
  /** Limit for the handshake in milliseconds; default 30 s, the time an API server itself gives a kubelet. */
  timeoutMs?: number
}

/** Status of an upgrade that was granted. */
const SWITCHED = 101
const HANDSHAKE_MS = 30_000
const LARGEST_REFUSAL = 64 * 1024
/** A refusal's body that stalls is read no longer than this. */
const REFUSAL_BODY_MS = 2_000

/**
 * Opens a WebSocket to a subresource of a pod. Throws CliError: what the API server answered when it refuses the
 * upgrade (with the rule to add on 403), `unreachable` and `tls` when there is no connection, `timeout` after the
 * limit, or the signal's reason.
 */
export async function dialChannels(session: Session, request: DialRequest): Promise<ChannelSocket> {
  const limit = limitTime(request.signal, request.timeoutMs ?? HANDSHAKE_MS, () => tooSlow(session, request))
  try {
    return await open(session, request, limit.signal)
  } finally {
    limit.clear()
  }
}

async function open(session: Session, request: DialRequest, signal: AbortSignal): Promise<ChannelSocket> {
  const [{ WebSocket }, dial] = await Promise.all([import('ws'), session.dialOptions()])
  if (signal.aborted) throw signalFailure(signal)
  const socket = new WebSocket(`${dial.url}${request.path}?${encodeQuery(request.query)}`, [...request.protocols], {
    ...dial.tls,
    ...(dial.agent === undefined ? {} : { agent: dial.agent }),
    headers: dial.headers,
    perMessageDeflate: false,
    followRedirects: false,
  })
  const end = session.log?.begin({ method: 'GET', path: request.path, query: request.query })
  session.counters.requests++
  const channels = new ChannelSocket(socket, session.server, {
    counters: session.counters,
    ended: (bytes) => end?.(SWITCHED, bytes),
  })
  try {
    await opened(session, request, socket, signal)
  } catch (error) {
    end?.(error instanceof CliError ? (error.code ?? error) : error, 0)
    throw error
  }
  return channels
}

function opened(session: Session, request: DialRequest, socket: WebSocket, signal: AbortSignal): Promise<void> {
  return new Promise<void>((resolve, reject) => {
    const settle = (act: () => void): void => {
      signal.removeEventListener('abort', abort)
      socket.off('open', open)
      socket.off('error', fail)
      act()
    }
    const abort = (): void => {
      settle(() => reject(signalFailure(signal)))
      socket.terminate()
    }
    const open = (): void => settle(resolve)
    const fail = (error: Error): void => settle(() => reject(connectionFailure(error, { url: session.server })))
    signal.addEventListener('abort', abort, { once: true })
    socket.on('open', open)
    socket.on('error', fail)
    socket.on('unexpected-response', (outgoing, response) => {
      session.counters.connections++
      void refusal(session, request, response).then((error) => {
        settle(() => reject(error))
        outgoing.destroy()
      })
    })
  })
}

/** Reads the body of a refused upgrade, which says why, and makes the error of it. */
async function refusal(session: Session, request: DialRequest, response: IncomingMessage): Promise<CliError> {
  const status = response.statusCode ?? 0
  const body = await bodyOf(response)
  if (status < 400) {
    return new CliError({
      kind: 'server',
      message: `${session.server} did not switch to WebSocket for ${request.right} (HTTP ${String(status)})`,
      hint: 'A proxy or load balancer before the API server may not pass WebSocket connections on.',
      code: status,
    })
  }
  const headers: Record<string, string> = {}
  for (const [name, value] of Object.entries(response.headers)) {
    if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(', ') : value
  }
  const error = session.failure({ method: 'GET', path: request.path, status, headers, body })
  if (status !== 403) return error
  return new CliError({
    kind: error.kind,
    message: error.message,
    hint:
      `Needed: the verbs create and get on ${request.right} in this namespace ` +
      '(API servers differ in which one they check).',
    code: status,
    ...(error.reason === undefined ? {} : { reason: error.reason }),
    cause: error,
  })
}

async function bodyOf(response: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  const stalled = setTimeout(() => response.destroy(), REFUSAL_BODY_MS)
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) {
      chunks.push(chunk)
      size += chunk.length
      if (size > LARGEST_REFUSAL) break
    }
  } catch {
    // A cut body: the part that came may still say why.
  } finally {
    clearTimeout(stalled)
  }
  return Buffer.concat(chunks)
}

function tooSlow(session: Session, request: DialRequest): CliError {
  return new CliError({
    kind: 'timeout',
    message: `${session.server} did not open ${request.right} in time`,
    hint: 'The API server may be unable to reach the kubelet of the pod’s node.',
  })
}
