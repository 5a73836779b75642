import type { OptionValues } from '../../cli/command.ts'
import type { AssessOptions } from '../../model/rules/assess.ts'
import { judging } from '../finding-options.ts'

/** How much of a cluster is shown, and how it is judged. */
export interface LookOptions {
  /** Level of `-v`. */
  verbosity: number
  wide: boolean
  judging: AssessOptions
}

/** What the flags of `status` say of that. Throws CliError (usage). */
export function lookOptions(options: OptionValues): LookOptions {
  const verbosity = options['verbose'] as number
  return { verbosity, wide: options['output'] === 'wide', judging: judging(options, verbosity) }
}
