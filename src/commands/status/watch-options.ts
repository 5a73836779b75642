import type { OptionSpec } from '../../cli/command.ts'

/** Flags of `status` for a watch. */
export const watchOptions: readonly OptionSpec[] = [
  { name: 'watch', short: 'w', type: 'boolean', summary: 'Keep showing it, and what changes, until q or Ctrl-C' },
  {
    name: 'interval',
    type: 'duration',
    value: 'DURATION',
    default: 2000,
    summary: 'With --watch: how often the instances are asked',
  },
]
