/** How the observed cluster can be reached at the moment. Times are ISO 8601 in UTC. */
export type Connection =
  | { state: 'live' }
  /** Nothing comes since then; it is tried again. */
  | { state: 'lost'; since: string; reason: string; hint?: string }
  /** The Cluster object is gone; it may come back. */
  | { state: 'deleted'; since: string }
