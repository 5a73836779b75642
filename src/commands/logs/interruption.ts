import { CliError } from '../../errors/cli-error.ts'

/** The signal of the user that has ended a run: of one that has no end of its own the usual way out, and no error to tell of. */
export function interruption(signal: AbortSignal): CliError | undefined {
  const reason: unknown = signal.aborted ? signal.reason : undefined
  return reason instanceof CliError && reason.kind === 'interrupted' ? reason : undefined
}
