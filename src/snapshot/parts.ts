import type { MissingPart, MissingReason, Part, PresentPart } from '../api/part.ts'
import { CliError } from '../errors/cli-error.ts'
import { missingReason } from '../errors/missing-reason.ts'
import type { Clock } from '../host/types.ts'

/** A piece of a snapshot that came: the value, its moment and its way. */
export function present<T>(value: T, clock: Clock, via: PresentPart<T>['via'] = 'api'): PresentPart<T> {
  return { ok: true, value, at: clock.now().toISOString(), via }
}

/** A piece of a snapshot that did not come. */
export function missing(
  reason: MissingReason,
  message: string,
  extra: { hint?: string; code?: number } = {},
): MissingPart {
  return {
    ok: false,
    reason,
    message,
    ...(extra.hint === undefined ? {} : { hint: extra.hint }),
    ...(extra.code === undefined ? {} : { code: extra.code }),
  }
}

export interface PartContext {
  clock: Clock
  /** The Role rule to name when the right is missing. */
  rule: string
}

/**
 * The outcome of a request as a part. Never rejects but for the user's own interruption: a failure of any other kind
 * costs its section only (design 3).
 */
export async function partOf<T>(work: Promise<T>, context: PartContext): Promise<Part<T>> {
  try {
    return present(await work, context.clock)
  } catch (error) {
    return missingOf(error, context.rule)
  }
}

/** Describes a failure as a part. Throws the error itself when it is the user's interruption. */
export function missingOf(error: unknown, rule?: string): MissingPart {
  if (!(error instanceof CliError)) return missing('unreadable', error instanceof Error ? error.message : String(error))
  if (error.kind === 'interrupted') throw error
  const reason = missingReason(error)
  const hint = reason === 'forbidden' && rule !== undefined ? `a Role needs the rule: ${rule}` : error.hint
  return missing(reason, error.message, {
    ...(hint === undefined ? {} : { hint }),
    ...(error.code === undefined ? {} : { code: error.code }),
  })
}
