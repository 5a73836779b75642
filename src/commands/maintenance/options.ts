import type { OptionSpec, OptionValues } from '../../cli/command.ts'
import { CliError } from '../../errors/cli-error.ts'
import { changeOptions } from '../change/options.ts'

/** Flags of `maintenance`, those that all changes share included. */
export const maintenanceOptions: readonly OptionSpec[] = [
  { name: 'all-namespaces', short: 'A', type: 'boolean', summary: 'The clusters of all namespaces' },
  {
    // A boolean whose absence leaves the value alone.
    name: 'reusePVC',
    type: 'optional-string',
    value: 'true|false',
    suggestions: ['true', 'false'],
    summary: 'Also set reusePVC: drained instances wait for their node (true), or are made anew elsewhere (false)',
  },
  ...changeOptions,
]

/** The value of `--reusePVC`; null when it was not given. Throws CliError (usage) for what is no boolean. */
export function reusePVCOf({ reusePVC }: OptionValues): boolean | null {
  if (reusePVC === undefined) return null
  if (reusePVC === true || /^(1|t|T|TRUE|true|True)$/.test(String(reusePVC))) return true
  if (/^(0|f|F|FALSE|false|False)$/.test(String(reusePVC))) return false
  throw new CliError({
    kind: 'usage',
    message: `invalid value "${String(reusePVC)}" for --reusePVC: it takes true or false`,
  })
}
