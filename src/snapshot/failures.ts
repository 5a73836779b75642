import { Ports } from '../api/constants.ts'
import type { InstanceWay, MissingPart, MissingReason } from '../api/part.ts'
import type { WayFailure, WayFailureKind } from '../api/snapshot.ts'
import { CliError } from '../errors/cli-error.ts'
import { missing } from './parts.ts'

/** Thrown by a way to an instance that led nowhere, where the error of a request does not tell it all. */
export class WayError extends Error {
  readonly kind: WayFailureKind
  readonly code: number | undefined
  readonly hint: string | undefined

  constructor(
    kind: WayFailureKind,
    message: string,
    extra: { code?: number | undefined; hint?: string | undefined } = {},
  ) {
    super(message)
    this.name = 'WayError'
    this.kind = kind
    this.code = extra.code
    this.hint = extra.hint
  }
}

/** What may be wrong where the API server's proxy stays silent: it would itself give up only after half a minute. */
const SILENT_PROXY_HINT = `A network policy or firewall may keep the API server from port ${Ports.status} of the pod.`

/** A way that was asked and not heard of. */
export function silence(way: InstanceWay, reason: string): WayFailure {
  return { way, reason, kind: 'timeout', ...(way === 'proxy' ? { hint: SILENT_PROXY_HINT } : {}) }
}

/** What a way's error comes to. Rethrows the user's interruption. */
export function failureOf(way: InstanceWay, error: unknown): WayFailure {
  if (error instanceof CliError && error.kind === 'interrupted') throw error
  const known = error instanceof WayError || error instanceof CliError ? error : undefined
  return {
    way,
    reason: error instanceof Error ? error.message : String(error),
    kind: error instanceof WayError ? error.kind : kindOf(error),
    ...(known?.code === undefined ? {} : { code: known.code }),
    ...(known?.hint === undefined ? {} : { hint: known.hint }),
  }
}

function kindOf(error: unknown): WayFailureKind {
  if (!(error instanceof CliError)) return 'unreadable'
  switch (error.kind) {
    case 'forbidden':
    case 'unauthorized':
      return 'forbidden'
    case 'missing':
      return 'gone'
    case 'timeout':
      return 'timeout'
    case 'tls':
      return 'tls'
    case 'unreachable':
    case 'server':
      return 'network'
    default:
      return 'unreadable'
  }
}

/**
 * Which failure tells most, best first: what the instance itself said, then what is known of the pod, then the network, then
 * silence; a missing right only when nothing else is known.
 */
const TELLING: readonly (readonly [WayFailureKind, MissingReason])[] = [
  ['failed', 'unreachable'],
  ['gone', 'missing'],
  ['tls', 'unreachable'],
  ['network', 'unreachable'],
  ['timeout', 'timeout'],
  ['unreadable', 'unreadable'],
  ['forbidden', 'forbidden'],
]

/** The one reason why an instance did not answer, from the ways that were tried, with what would help any of them. */
export function noAnswer(failures: readonly WayFailure[]): MissingPart {
  for (const [kind, reason] of TELLING) {
    const main = failures.find((failure) => failure.kind === kind)
    if (main === undefined) continue
    const hints = [...new Set([main, ...failures].flatMap((failure) => failure.hint ?? []))]
    return missing(reason, main.reason, {
      ...(hints.length === 0 ? {} : { hint: hints.join('\n') }),
      ...(main.code === undefined ? {} : { code: main.code }),
    })
  }
  return missing('unreachable', 'no way to the instance was tried')
}
