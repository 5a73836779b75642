/** A signal that follows another one and a limit of time. */
export interface TimeLimit {
  readonly signal: AbortSignal
  /** Lets go of timer and parent; to be called when the work is over. */
  clear(): void
}

/**
 * Combines a parent signal with a limit in milliseconds. The signal aborts with the parent's reason, or with the error
 * that `expired` makes when the time is over. Without a limit it only follows the parent.
 */
export function limitTime(parent: AbortSignal | undefined, ms: number | undefined, expired: () => Error): TimeLimit {
  if (parent !== undefined && ms === undefined) return { signal: parent, clear: () => undefined }
  const controller = new AbortController()
  const timer = ms === undefined ? undefined : setTimeout(() => controller.abort(expired()), ms)
  const follow = (): void => controller.abort(parent?.reason)
  if (parent?.aborted === true) follow()
  else parent?.addEventListener('abort', follow, { once: true })
  return {
    signal: controller.signal,
    clear() {
      clearTimeout(timer)
      parent?.removeEventListener('abort', follow)
    },
  }
}
