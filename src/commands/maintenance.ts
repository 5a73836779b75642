import type { Command, CommandEntry } from '../cli/command.ts'
import { maintenanceOptions } from './maintenance/options.ts'

const group = 'Cluster administration'

const subcommands: readonly CommandEntry[] = [
  {
    name: 'set',
    group,
    summary: 'Open the node maintenance window',
    load: async () => (await import('./maintenance/change.ts')).maintenanceSet,
  },
  {
    name: 'unset',
    group,
    summary: 'Close the node maintenance window',
    load: async () => (await import('./maintenance/change.ts')).maintenanceUnset,
  },
]

const maintenance: Command = {
  name: 'maintenance',
  group,
  summary: 'Open or close the node maintenance window of clusters',
  args: [],
  // They may stand before the subverb, as with the official plugin.
  options: maintenanceOptions,
  examples: [],
  rights: [],
  changes: false,
  exitCodes: [],
  subcommands,
}

export default maintenance
