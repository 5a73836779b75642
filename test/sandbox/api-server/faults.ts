import type { RequestInfo } from './request-info.ts'

/** Which requests a fault hits. Every absent member stands for any. */
export interface FaultMatch {
  method?: string
  verb?: string
  /** Text the path starts with (decoded as sent, without the query), or a pattern for path and query. */
  path?: string | RegExp
  /** Plural, with `/subresource` where one is meant. */
  resource?: string
  namespace?: string
  /** A pod, also as the target of proxy, exec, log and portforward. */
  pod?: string
  user?: string
}

/** What goes wrong. Several can be combined: latency comes first. */
export interface Fault extends FaultMatch {
  /** Hits so often, then no more; absent: always. */
  times?: number
  /** Milliseconds before anything is done. */
  latencyMs?: number
  /**
   * Cuts the connection: `before` the request is carried out, or `after` it was carried out but not answered; `during`
   * sends half of the answer.
   */
  cut?: 'before' | 'after' | 'during'
  /** Accepts the request and never answers. */
  hang?: boolean
  /** Answers this instead of carrying the request out. */
  answer?: { code: number; reason?: string; message?: string; retryAfterSeconds?: number; html?: string; text?: string }
  /** Sends so many bytes of the answer's body, then cuts the connection. */
  truncateAt?: number
}

/** What happens to new connections, before TLS: nothing special, cut at once, or accepted and left alone. */
export type ConnectionMode = 'normal' | 'reset' | 'silent'

/** The switchboard of one server. */
export class Faults {
  connections: ConnectionMode = 'normal'
  readonly #faults = new Set<{ fault: Fault; left: number }>()

  /** Switches a fault on; returns the way to switch it off. */
  add(fault: Fault): () => void {
    const entry = { fault, left: fault.times ?? Infinity }
    this.#faults.add(entry)
    return () => this.#faults.delete(entry)
  }

  clear(): void {
    this.#faults.clear()
    this.connections = 'normal'
  }

  /** The faults that hit this request; counts them as used. */
  take(info: RequestInfo, method: string, url: string, user: string | undefined): Fault[] {
    const hit = [...this.#faults].filter(({ fault, left }) => left > 0 && matches(fault, info, method, url, user))
    for (const entry of hit) entry.left -= 1
    return hit.map(({ fault }) => fault)
  }
}

function matches(fault: FaultMatch, info: RequestInfo, method: string, url: string, user: string | undefined): boolean {
  const full = info.subresource === '' ? info.resource : `${info.resource}/${info.subresource}`
  const { path } = fault
  return (
    (fault.method ?? method) === method &&
    (fault.verb ?? info.verb) === info.verb &&
    (path === undefined || (typeof path === 'string' ? info.path.startsWith(path) : path.test(url))) &&
    (fault.resource ?? full) === full &&
    (fault.namespace === undefined || fault.namespace === info.namespace) &&
    (fault.pod === undefined || (info.resource === 'pods' && podOf(info.name) === fault.pod)) &&
    (fault.user === undefined || fault.user === user)
  )
}

/** The pod in `pod`, `pod:port` or `scheme:pod:port`. */
export function podOf(name: string): string {
  const parts = name.split(':')
  return (parts.length === 3 ? parts[1] : parts[0]) ?? name
}
