import type { CommandEntry } from '../cli/command.ts'
import { parentCommand } from './parent-command.ts'

const group = 'Cluster administration'

const subcommands: readonly CommandEntry[] = [
  {
    name: 'on',
    group,
    summary: 'Stop PostgreSQL in an instance and keep it stopped',
    load: async () => (await import('./fencing/change.ts')).fencingOn,
  },
  {
    name: 'off',
    group,
    summary: 'Let PostgreSQL of a fenced instance run again',
    load: async () => (await import('./fencing/change.ts')).fencingOff,
  },
  {
    name: 'status',
    group,
    summary: 'Show which instances are fenced, and whether PostgreSQL runs there',
    load: async () => (await import('./fencing/status.ts')).default,
  },
]

const fencing = parentCommand({
  name: 'fencing',
  group,
  summary: 'Stop PostgreSQL in instances whose pods stay',
  subcommands,
})

export default fencing
