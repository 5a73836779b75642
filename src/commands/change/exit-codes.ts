import { Exit } from '../../errors/exit-codes.ts'

/** The exit codes that all changes share. */
export const changeExitCodes: readonly { code: number; meaning: string }[] = [
  { code: Exit.ok, meaning: 'the outcome is proved, or there was nothing to do; with --no-wait: requested' },
  { code: Exit.failed, meaning: 'refused, not confirmed, or it failed' },
  { code: Exit.timeout, meaning: 'requested, but not proved within --timeout; it may still be running' },
]
