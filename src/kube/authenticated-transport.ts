import type { Credentials } from './credentials.ts'
import type { Transport, TransportCounters, TransportRequest, TransportResponse, TransportStream } from './transport.ts'

/** Where credentials come from. */
export interface CredentialSource {
  /** The present credentials, renewed first when they have expired. */
  current(): Promise<Credentials>
  /** Others than `refused`, which the server turned away; undefined when there are none. */
  renew(refused: Credentials): Promise<Credentials | undefined>
}

/**
 * A transport that adds the credentials to every request and asks once more with new ones after a 401: a request that
 * was not let in has changed nothing. `open` makes the transport below, anew when certificates change;
 * `multiplexed` tells of those.
 */
export function authenticatedTransport(
  source: CredentialSource,
  open: (credentials: Credentials, counters: TransportCounters) => Promise<Transport>,
  extraHeaders: Readonly<Record<string, string>>,
  multiplexed: boolean,
): Transport {
  const counters: TransportCounters = { requests: 0, connections: 0, bytesIn: 0, bytesOut: 0 }
  const opened = new Map<string, Promise<Transport>>()
  let latest: { tls: Credentials['tls']; transport: Promise<Transport> } | undefined

  const transportFor = (credentials: Credentials): Promise<Transport> => {
    const { tls } = credentials
    if (latest?.tls !== tls) latest = { tls, transport: transportOf(credentials) }
    return latest.transport
  }
  const transportOf = (credentials: Credentials): Promise<Transport> => {
    const { cert = '', key = '' } = credentials.tls
    const identity = `${cert.toString('base64')} ${key.toString('base64')}`
    const known = opened.get(identity)
    if (known !== undefined) return known
    const made = open(credentials, counters)
    opened.set(identity, made)
    return made
  }

  async function ask<T extends { status: number }>(
    request: TransportRequest,
    send: (transport: Transport, request: TransportRequest) => Promise<T>,
    discard: (answer: T) => void,
  ): Promise<T> {
    const credentials = await source.current()
    const answer = await send(await transportFor(credentials), withHeaders(request, credentials))
    if (answer.status !== 401) return answer
    const renewed = await source.renew(credentials)
    if (renewed === undefined) return answer
    discard(answer)
    return send(await transportFor(renewed), withHeaders(request, renewed))
  }

  const withHeaders = (request: TransportRequest, { headers }: Credentials): TransportRequest => ({
    ...request,
    headers: { ...extraHeaders, ...request.headers, ...headers },
  })

  return {
    counters,
    multiplexed,
    request: (request) =>
      ask<TransportResponse>(
        request,
        (transport, full) => transport.request(full),
        () => undefined,
      ),
    stream: (request) =>
      ask<TransportStream>(
        request,
        (transport, full) => transport.stream(full),
        (answer) => answer.close(),
      ),
    close() {
      for (const transport of opened.values())
        transport.then(
          (made) => made.close(),
          () => undefined,
        )
      opened.clear()
      latest = undefined
    },
  }
}
