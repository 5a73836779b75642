/** Why a piece of a snapshot is not there (design: "a part is a value or a reason"). */
export type MissingReason = 'forbidden' | 'missing' | 'timeout' | 'unreachable' | 'unreadable'

/** One way to the facts of an instance. */
export type InstanceWay = 'proxy' | 'exec' | 'sql'

export interface PresentPart<T> {
  ok: true
  value: T
  /** When the answer came, ISO 8601 in UTC. */
  at: string
  /** Where it came from: the API server itself, or a way to an instance. */
  via: 'api' | InstanceWay | 'file'
}

export interface MissingPart {
  ok: false
  reason: MissingReason
  /** What happened, one sentence, safe to show. */
  message: string
  /** What would help. */
  hint?: string
  /** HTTP status, where there was an answer. */
  code?: number
}

export type Part<T> = PresentPart<T> | MissingPart
