import { CliError } from '../errors/cli-error.ts'

/** A refused login or a lost connection in the words of this program, by PostgreSQL's error classes (its manual, appendix A). */
export function serverFailure(error: unknown): CliError {
  if (error instanceof CliError) return error
  const code = (error as { code?: string }).code ?? ''
  const message = error instanceof Error ? error.message : String(error)
  if (code.startsWith('28'))
    return new CliError({ kind: 'unauthorized', message: `PostgreSQL refuses the login: ${message}`, cause: error })
  if (code === '42501')
    return new CliError({ kind: 'forbidden', message: `PostgreSQL refuses: ${message}`, cause: error })
  if (code.startsWith('57P') || code.startsWith('53') || code === '' || code.startsWith('E')) {
    return new CliError({
      kind: 'unreachable',
      message: `PostgreSQL does not accept the connection: ${message}`,
      cause: error,
    })
  }
  return new CliError({ kind: 'failed', message: `PostgreSQL refuses: ${message}`, cause: error })
}
