import type { CommandEntry } from '../cli/command.ts'
import { parentCommand } from './parent-command.ts'

const group = 'Cluster administration'

const subcommands: readonly CommandEntry[] = [
  {
    name: 'on',
    group,
    summary: 'Stop all instances of a cluster; its volumes stay',
    load: async () => (await import('./hibernate/change.ts')).hibernateOn,
  },
  {
    name: 'off',
    group,
    summary: 'Wake a hibernated cluster up',
    load: async () => (await import('./hibernate/change.ts')).hibernateOff,
  },
  {
    name: 'status',
    group,
    summary: 'Show whether a cluster sleeps, and what is left of it',
    load: async () => (await import('./hibernate/status.ts')).default,
  },
]

const hibernate = parentCommand({
  name: 'hibernate',
  group,
  summary: 'Stop a cluster and keep its volumes, or wake it up',
  subcommands,
})

export default hibernate
