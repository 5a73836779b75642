import type { CommandEntry } from '../cli/command.ts'
import { parentCommand } from './parent-command.ts'

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

const logs = parentCommand({
  name: 'logs',
  group,
  summary: 'Read, follow and prettify the logs of a cluster',
  subcommands,
})

export default logs
