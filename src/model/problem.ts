import type { MissingReason } from '../api/part.ts'

/** Why a part is not known. */
export interface Problem {
  /** What could not be read, e.g. `poddisruptionbudgets` or `instance mycluster-2`. */
  subject: string
  reason: MissingReason
  message: string
  hint: string | null
  /** HTTP status, where there was an answer. */
  code: number | null
}

/** A list that may not be readable: then `items` is null and `problem` says why. */
export interface Listing<T> {
  items: T[] | null
  problem: Problem | null
}
