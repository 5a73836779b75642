import { CNPG_GROUP } from '../../api/constants.ts'
import type { Command } from '../../cli/command.ts'
import { Exit } from '../../errors/exit-codes.ts'
import { filterOptions, textOptions } from './options.ts'

const cluster: Command = {
  name: 'cluster',
  group: 'Troubleshooting',
  summary: 'Print or follow the logs of all pods of a cluster',
  description:
    'Reads the logs of all containers of a cluster: instances with their sidecars, the jobs that prepare them, poolers. Lines are ' +
    'written whole and as they are; those of one container in their order, those of several as they arrive, or by time with --merge. ' +
    'With --pretty they are made readable as by "logs pretty", sorted by time.\n' +
    'With --follow new pods, restarts and broken connections are followed: each line comes once.',
  args: [{ name: 'CLUSTER', summary: 'Name of the cluster', required: true, completer: 'cluster' }],
  options: [
    {
      name: 'follow',
      short: 'f',
      type: 'boolean',
      summary: 'Go on with what is logged from now on, new pods included',
    },
    {
      name: 'pretty',
      type: 'boolean',
      summary: 'Make the lines readable, as "logs pretty" does; the same as --format text',
    },
    {
      name: 'format',
      type: 'choice',
      value: 'FORMAT',
      choices: ['raw', 'text', 'json'],
      summary: 'Lines as they are (the default), for people, or each a JSON object',
    },
    {
      name: 'tail',
      type: 'integer',
      value: 'LINES',
      summary: 'Begin with the last lines of each container; -1 is all',
      default: -1,
    },
    { name: 'timestamps', short: 't', type: 'boolean', summary: 'Put the time in front of each raw line' },
    { name: 'prefix', type: 'boolean', summary: 'Put pod and container in front of each raw line' },
    { name: 'merge', type: 'boolean', summary: 'Sort the raw lines of all containers by time' },
    { name: 'previous', short: 'p', type: 'boolean', summary: 'Read what containers logged before their last restart' },
    {
      name: 'container',
      short: 'c',
      type: 'list',
      value: 'NAME',
      completer: 'container',
      summary: 'Only these containers; a list with commas, or repeated',
    },
    ...filterOptions,
    {
      name: 'output',
      short: 'o',
      type: 'string',
      value: 'FILE',
      summary: 'Write to this file, readable by its owner only',
      completer: 'file',
    },
    { name: 'yes', short: 'y', type: 'boolean', summary: 'Replace FILE without asking' },
    ...textOptions,
  ],
  examples: [
    { summary: 'Follow a cluster, readable', line: 'logs cluster mycluster -f --pretty --tail 20' },
    {
      summary: 'What went wrong in the last two hours',
      line: 'logs cluster mycluster --pretty --since 2h --min-level warning',
    },
    { summary: 'Everything, into a file', line: 'logs cluster mycluster --merge -o mycluster.jsonl' },
    {
      summary: 'What a crashing container logged last',
      line: 'logs cluster mycluster --pods mycluster-2 --previous --pretty',
    },
  ],
  rights: [
    {
      group: CNPG_GROUP,
      resource: 'clusters',
      verbs: ['get'],
      without: 'why there are no pods is told less precisely',
    },
    { group: '', resource: 'pods', verbs: ['list'] },
    {
      group: '',
      resource: 'pods',
      verbs: ['watch'],
      without: 'with --follow new pods are looked for every two seconds',
    },
    { group: '', resource: 'pods/log', verbs: ['get'] },
  ],
  changes: false,
  exitCodes: [
    { code: Exit.ok, meaning: 'all logs were read, or the reader of stdout went away' },
    { code: 1, meaning: 'at least one log could not be read; the others were written, and why is told on stderr' },
    { code: Exit.usage, meaning: 'a mistake in the command line' },
    { code: 130, meaning: 'ended by Ctrl-C, the usual end of --follow' },
  ],
  run: async (invocation, context) => (await import('./run-cluster.ts')).runCluster(invocation, context),
}

export default cluster
