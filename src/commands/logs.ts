import type { Command } from '../cli/command.ts'

const logs: Command = {
  name: 'logs',
  group: 'Troubleshooting',
  summary: 'Read, follow and prettify the logs of a cluster',
  args: [],
  options: [],
  examples: [
    { summary: 'Follow all pods of a cluster, readable', line: 'logs cluster mycluster -f --pretty' },
    { summary: 'Make a saved log readable', line: 'logs pretty < mycluster.jsonl' },
  ],
  rights: [],
  changes: false,
  exitCodes: [],
  subcommands: [
    {
      name: 'cluster',
      group: 'Troubleshooting',
      summary: 'Print or follow the logs of all pods of a cluster',
      load: async () => (await import('./logs/cluster.ts')).default,
    },
    {
      name: 'pretty',
      group: 'Troubleshooting',
      summary: 'Make the logs on stdin readable',
      load: async () => (await import('./logs/pretty.ts')).default,
    },
  ],
}

export default logs
