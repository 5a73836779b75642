import { visible } from '../api/visible-text.ts'
import { CliError } from './cli-error.ts'
import { Exit, MonitoringExit } from './exit-codes.ts'

export interface DescribeOptions {
  /** One JSON object on one line instead of sentences. */
  json?: boolean
  /** Adds the stack trace. */
  debug?: boolean
  /** Every failure but a signal exits with the monitoring code for unknown (design 6). */
  monitoring?: boolean
  /** As the output of a monitoring plugin: the state and the message on one line, the rest below. */
  plugin?: boolean
}

const DEFECT_HINT =
  'This is a defect of kubectl-cnpg. Run the command again with --log-level debug to see where it happened.'

/**
 * What the user reads on stderr about an error, ending in a line feed: `Error: …` with what caused it, the usage line
 * and the hint. Never holds a raw control character, and a stack trace only with `debug`.
 */
export function describe(error: unknown, options: DescribeOptions = {}): string {
  const known = error instanceof CliError ? error : undefined
  const message = visible(messageWithCauses(error))
  const hint = known === undefined || known.kind === 'internal' ? DEFECT_HINT : known.hint
  if (options.json !== true && options.plugin === true) return pluginAnswer(error, message, hint)
  if (options.json === true) return `${JSON.stringify({ error: members(known, message, hint, options) })}\n`

  const lines = [`Error: ${message}`]
  if (known?.usage !== undefined) lines.push(`Usage: ${visible(known.usage)}`)
  if (hint !== undefined) lines.push(visible(hint, { newlines: 'keep' }))
  if (options.debug === true && error instanceof Error && error.stack !== undefined) {
    lines.push(visible(error.stack, { newlines: 'keep' }))
  }
  return `${lines.join('\n')}\n`
}

/** The exit code that an error of any kind means. */
export function exitCodeOf(error: unknown, { monitoring = false }: DescribeOptions = {}): number {
  const known = error instanceof CliError ? error : undefined
  if (monitoring && known?.kind !== 'interrupted') return MonitoringExit.unknown
  return known?.exitCode ?? Exit.failed
}

/** A bar would begin the performance data. */
function pluginAnswer(error: unknown, message: string, hint: string | undefined): string {
  const lines = [
    `CNPG UNKNOWN - ${message}`,
    ...(hint === undefined ? [] : visible(hint, { newlines: 'keep' }).split('\n')),
  ]
  if (error instanceof CliError && error.usage !== undefined) lines.push(`Usage: ${visible(error.usage)}`)
  return `${lines.join('\n').replaceAll('|', '/')}\n`
}

function members(
  error: CliError | undefined,
  message: string,
  hint: string | undefined,
  options: DescribeOptions,
): Record<string, unknown> {
  return {
    kind: error?.kind ?? 'internal',
    message,
    hint: hint === undefined ? undefined : visible(hint, { newlines: 'keep' }),
    code: error?.code,
    reason: error?.reason === undefined ? undefined : visible(error.reason),
    exitCode: exitCodeOf(error, options),
  }
}

/** Deep enough for any honest chain, and an end for a circular one. */
const MAX_CAUSES = 5

/** `message: cause: cause of the cause`, leaving out what was said already and aborts, which say nothing. */
function messageWithCauses(error: unknown): string {
  const parts: string[] = []
  let current: unknown = error
  for (let depth = 0; depth <= MAX_CAUSES && current !== undefined && current !== null; depth++) {
    const message = messageOf(current)
    const heard = parts.some((part) => part.includes(message))
    if (message !== '' && !heard && (depth === 0 || !isAbort(current))) parts.push(message)
    current = current instanceof Error ? current.cause : undefined
  }
  return parts.length === 0 ? 'unknown error' : parts.join(': ')
}

function messageOf(error: unknown): string {
  if (error instanceof AggregateError && error.message === '') {
    return [...new Set(error.errors.map(messageOf))].filter((message) => message !== '').join('; ')
  }
  if (error instanceof Error) return error.message === '' ? error.name : error.message
  return typeof error === 'string' ? error : JSON.stringify(error)
}

function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === 'AbortError'
}
