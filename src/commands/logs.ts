import type { Command, CommandEntry } from '../cli/command.ts'

const group = 'Troubleshooting'

const subcommands: readonly CommandEntry[] = [
  {
    name: 'cluster',
    group,
    summary: 'Print or follow the logs of all pods of a cluster',
    load: async () => (await import('./logs/cluster.ts')).default,
  },
  {
    name: 'pretty',
    group,
    summary: 'Make saved or piped logs readable',
    load: async () => (await import('./logs/pretty.ts')).default,
  },
]

const logs: Command = {
  name: 'logs',
  group,
  summary: 'Read, follow and prettify the logs of a cluster',
  args: [],
  options: [],
  examples: [],
  rights: [],
  changes: false,
  exitCodes: [],
  subcommands,
}

export default logs
