import { CNPG_GROUP } from '../api/constants.ts'
import type { Command, Context, Invocation } from '../cli/command.ts'
import { Exit } from '../errors/exit-codes.ts'
import { instanceOptions } from './access/instance-options.ts'
import { loginOptions } from './access/login-options.ts'

const DEFAULT_STATEMENT_TIMEOUT_MS = 60_000

const sql: Command = {
  name: 'sql',
  group: 'Database administration',
  summary: 'Run SQL over the network, as the application’s role',
  description:
    'Logs in to an instance through the API server, with TLS checked against the CA of the cluster, and prints what the ' +
    'statements give. Role, password and database are those of the application unless flags say otherwise. No psql, no tunnel ' +
    'and no open port is needed.\n' +
    'Without --write the transaction is read-only, and no statement leads out of it. Several statements in one call are one transaction.',
  args: [
    { name: 'CLUSTER', summary: 'Name of the cluster', required: true, completer: 'cluster' },
    { name: 'SQL', summary: 'Statements; needed but with --file', required: false, completer: 'none' },
  ],
  options: [
    {
      name: 'file',
      short: 'f',
      type: 'string',
      value: 'FILE',
      completer: 'file',
      summary: 'Read the statements from this file; - is stdin',
    },
    {
      name: 'param',
      short: 'p',
      type: 'list',
      value: 'VALUE',
      summary: 'Value of $1, the next one of $2 and so on; for a single statement',
    },
    { name: 'write', type: 'boolean', summary: 'Allow changes: the transaction is not read-only' },
    {
      name: 'statement-timeout',
      type: 'duration',
      value: 'DURATION',
      default: DEFAULT_STATEMENT_TIMEOUT_MS,
      summary: 'End a statement that takes longer; 0 is no limit',
    },
    ...instanceOptions,
    {
      name: 'all-instances',
      type: 'boolean',
      summary: 'Ask every instance, at once; the first column is the name of the instance',
    },
    ...loginOptions,
    {
      name: 'output',
      short: 'o',
      type: 'choice',
      value: 'FORMAT',
      choices: ['table', 'csv', 'json'],
      default: 'table',
      summary: 'Form of the results',
    },
    { name: 'expanded', short: 'x', type: 'boolean', summary: 'In a table, one line per value' },
    { name: 'no-headers', type: 'boolean', summary: 'Leave out titles and numbers of rows' },
  ],
  examples: [
    { summary: 'How many orders are there?', line: "sql mycluster 'SELECT count(*) FROM orders'" },
    { summary: 'With a value, as JSON', line: "sql mycluster 'SELECT * FROM orders WHERE id = $1' -p 42 -o json" },
    {
      summary: 'How far is every instance?',
      line: "sql mycluster --all-instances 'SELECT pg_is_in_recovery(), pg_last_wal_replay_lsn()'",
    },
    { summary: 'A script that changes something', line: 'sql mycluster --write -f migration.sql' },
  ],
  rights: [
    { group: CNPG_GROUP, resource: 'clusters', verbs: ['get'] },
    {
      group: '',
      resource: 'pods',
      verbs: ['list'],
      without: 'the roles of the instances are those of the Cluster’s status',
    },
    { group: '', resource: 'pods/portforward', verbs: ['get', 'create'] },
    {
      group: '',
      resource: 'secrets',
      verbs: ['get'],
      without: 'password and CA have to be given: PGPASSWORD or --pg-cert and --pg-key, and --pg-ca',
    },
  ],
  changes: false,
  exitCodes: [
    { code: Exit.ok, meaning: 'all statements were carried out, on every instance that was asked' },
    { code: Exit.failed, meaning: 'a statement failed, or an instance could not be asked' },
    { code: 141, meaning: 'the reader of stdout went away' },
  ],
  run,
}

export default sql

async function run(invocation: Invocation, context: Context): Promise<number> {
  const { readRequest } = await import('./sql/request.ts')
  const request = await readRequest(invocation, context)
  const { runSql } = await import('./sql/run-sql.ts')
  return runSql(request, context)
}
