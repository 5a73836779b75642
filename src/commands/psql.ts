import { CNPG_GROUP, POSTGRES_CONTAINER } from '../api/constants.ts'
import type { Command, Context, Invocation } from '../cli/command.ts'
import { CliError } from '../errors/cli-error.ts'
import { Exit } from '../errors/exit-codes.ts'
import { instanceOptions, instanceWish } from './access/instance-options.ts'
import { note } from './note.ts'

const psql: Command = {
  name: 'psql',
  group: 'Miscellaneous',
  summary: 'Open psql in the primary of a cluster, or in another instance',
  description:
    'Runs psql in the container of an instance, as the superuser postgres over the local socket: no password is needed. ' +
    'All connection flags apply, the impersonation too. On a terminal it is interactive; a script or a dump can be given on stdin, ' +
    'and the output is passed on byte for byte.\n' +
    'Words after -- go to psql; without -- so do further arguments. On a terminal Ctrl-C goes to psql; should the connection be dead, ' +
    'three of them over two seconds lead out.',
  args: [
    { name: 'CLUSTER', summary: 'Name of the cluster', required: true, completer: 'cluster' },
    {
      name: 'PSQL_ARG',
      summary: 'Argument of psql, e.g. a database',
      required: false,
      variadic: true,
      completer: 'none',
    },
  ],
  passThrough: { name: 'PSQL_ARG', summary: 'Arguments of psql', required: false, variadic: true, completer: 'none' },
  options: [
    ...instanceOptions,
    { name: 'tty', short: 't', type: 'boolean', default: true, summary: 'Give psql a terminal when there is one' },
    { name: 'stdin', short: 'i', type: 'boolean', default: true, summary: 'Pass stdin to psql' },
  ],
  examples: [
    { summary: 'A session with the primary', line: 'psql mycluster' },
    { summary: 'One statement on a replica', line: 'psql mycluster --replica -- app -c "SELECT count(*) FROM orders"' },
    {
      summary: 'Which statements run in the second instance',
      line: 'psql mycluster --instance 2 -- -c "TABLE pg_stat_activity"',
    },
    { summary: 'Load a dump', line: 'psql mycluster -- app -v ON_ERROR_STOP=1 < dump.sql' },
  ],
  rights: [
    {
      group: '',
      resource: 'pods',
      verbs: ['list'],
      without: 'the roles of the instances are those of the Cluster’s status',
    },
    { group: '', resource: 'pods/exec', verbs: ['get', 'create'] },
    {
      group: CNPG_GROUP,
      resource: 'clusters',
      verbs: ['get'],
      without: 'why there is no instance to talk to is told less precisely',
    },
  ],
  changes: false,
  exitCodes: [
    { code: Exit.ok, meaning: 'psql ended well; any other code of psql is passed on as it is' },
    {
      code: 1,
      meaning: 'there is no instance to talk to, or the connection was lost; also a fatal error of psql itself',
    },
    { code: 2, meaning: 'a mistake in the command line; also psql’s, when it could not connect to the server' },
    { code: 3, meaning: 'psql’s: an error in a script, with ON_ERROR_STOP set' },
    { code: 127, meaning: 'there is no psql in the container' },
    { code: 141, meaning: 'the reader of stdout went away' },
  ],
  run,
}

export default psql

async function run({ args, options, rest }: Invocation, context: Context): Promise<number> {
  const cluster = args['CLUSTER'] as string
  const words = psqlWords(args['PSQL_ARG'] as readonly string[], rest)
  const wish = instanceWish(cluster, options)
  const spinner = context.host.spinner(`Looking for the ${wish.kind} of ${cluster}`)
  try {
    const [session, { alternatives, findInstance }] = await Promise.all([
      context.session(),
      import('./access/find-instance.ts'),
    ])
    const { instance, all } = await findInstance(session, cluster, wish, context.signal)
    spinner.stop()
    if (!instance.ready) {
      const instead = alternatives(all, instance)
      await note(context, `${instance.name} is not ready${instead === null ? '' : `. ${instead}`}`)
    }
    const { runPsql } = await import('./psql/run-psql.ts')
    return await runPsql(context, session, {
      namespace: instance.namespace === '' ? session.namespace : instance.namespace,
      pod: instance.name,
      container: POSTGRES_CONTAINER,
      args: words,
      passStdin: options['stdin'] === true,
      wantsTerminal: options['tty'] === true,
    })
  } finally {
    spinner.stop()
  }
}

/** Without `--` all further words are psql's; with it, only those behind it (spec/commands-core.md 7.1). */
function psqlWords(before: readonly string[], behind: readonly string[]): readonly string[] {
  if (before.length === 0 || behind.length === 0) return [...before, ...behind]
  throw new CliError({
    kind: 'usage',
    message: `arguments of psql stand behind --, and "${before.join(' ')}" stands before it`,
    usage: 'kubectl cnpg psql CLUSTER [flags] [-- PSQL_ARG...]',
    hint: `For example: kubectl cnpg psql mycluster -- ${[...before, ...behind].join(' ')}`,
  })
}
