import { CNPG_GROUP } from '../api/constants.ts'
import type { Command, Context, Invocation } from '../cli/command.ts'
import { Exit } from '../errors/exit-codes.ts'
import { loginOptions } from './access/login-options.ts'

const connect: Command = {
  name: 'connect',
  group: 'Database administration',
  summary: 'Open a local port that always leads to the primary',
  description:
    'Opens a port of this machine (127.0.0.1) and passes its connections on to the primary, through the API server. After a ' +
    'switchover or failover new connections go to the new primary, and those to the old one are closed. What programs need to ' +
    'connect is printed, the password only on request.\n' +
    'Ctrl-C closes port and connections; the exit code is 130 then, as of any program ended so. With a COMMAND behind --, that ' +
    'program is run with the connection in its environment, and the port is closed when it ends.',
  args: [{ name: 'CLUSTER', summary: 'Name of the cluster', required: true, completer: 'cluster' }],
  passThrough: {
    name: 'COMMAND',
    summary: 'Program to run with PGHOST, PGPORT and so on, and its arguments',
    required: false,
    variadic: true,
    completer: 'none',
  },
  options: [
    { name: 'port', type: 'integer', value: 'PORT', default: 0, summary: 'Local port; 0 is any free one' },
    { name: 'replica', type: 'boolean', summary: 'Lead to the replicas instead, in turns' },
    {
      name: 'pooler',
      type: 'string',
      value: 'NAME',
      completer: 'pooler',
      summary: 'Lead to this pooler of the cluster instead',
    },
    ...loginOptions,
    { name: 'show-password', type: 'boolean', summary: 'Print the password, too' },
    {
      name: 'write-pgpass',
      type: 'string',
      value: 'FILE',
      completer: 'file',
      summary: 'Write the password to this new file for psql (0600); removed at the end',
    },
    {
      name: 'write-ca',
      type: 'string',
      value: 'FILE',
      completer: 'file',
      summary: "Write the CA of the servers to this file, so that programs check the server's certificate",
    },
    {
      name: 'output',
      short: 'o',
      type: 'choice',
      value: 'FORMAT',
      choices: ['text', 'json'],
      default: 'text',
      summary: 'Form of what is printed',
    },
  ],
  examples: [
    { summary: 'For psql, an editor or a program of yours', line: 'connect mycluster --port 5433' },
    { summary: 'A backup with your own pg_dump', line: 'connect mycluster -- pg_dump -Fc -f app.dump' },
    { summary: 'The path that the application takes', line: 'connect mycluster --pooler mycluster-pooler-rw' },
    { summary: 'Read-only queries, spread over the replicas', line: 'connect mycluster --replica' },
  ],
  rights: [
    { group: CNPG_GROUP, resource: 'clusters', verbs: ['get'] },
    { group: '', resource: 'pods', verbs: ['list'] },
    { group: '', resource: 'pods', verbs: ['watch'], without: 'a switchover is noticed two seconds later' },
    { group: '', resource: 'pods/portforward', verbs: ['get', 'create'] },
    { group: '', resource: 'secrets', verbs: ['get'], without: 'the password cannot be shown or handed on' },
    { group: CNPG_GROUP, resource: 'poolers', verbs: ['get'], without: '--pooler cannot be used' },
  ],
  changes: false,
  exitCodes: [
    { code: Exit.failed, meaning: 'the port could not be opened, or there is no such cluster or pooler' },
    { code: 130, meaning: 'ended by Ctrl-C, the usual end without COMMAND; by another signal 128 and its number' },
    { code: 126, meaning: 'COMMAND cannot be run' },
    { code: 127, meaning: 'COMMAND is not there; any other code of COMMAND is passed on as it is' },
  ],
  run,
}

export default connect

async function run(invocation: Invocation, context: Context): Promise<number> {
  const { readRequest } = await import('./connect/request.ts')
  const request = await readRequest(invocation, context)
  const { runConnect } = await import('./connect/run-connect.ts')
  return runConnect(request, context)
}
