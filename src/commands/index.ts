import type { CommandEntry } from '../cli/command.ts'

/** The table of verbs. A row is all the list in the help needs; the rest is loaded when the verb is called. */
export const commands: readonly CommandEntry[] = [
  {
    name: 'status',
    group: 'Database administration',
    summary: 'Show the state of a cluster and its instances',
    load: async () => (await import('./status.ts')).default,
  },
  {
    name: 'version',
    group: 'Additional Commands',
    summary: 'Print the version of this program and of what it talks to',
    load: async () => (await import('./version.ts')).default,
  },
]
