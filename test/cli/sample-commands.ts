import type { Command, CommandEntry, Context, Invocation } from '../../src/cli/command.ts'

/** A command for tests: what is not given is empty. */
export function sampleCommand(part: Partial<Command> & { name: string }): Command {
  return {
    group: 'Miscellaneous',
    summary: `Do ${part.name}`,
    args: [],
    options: [],
    examples: [],
    rights: [],
    changes: false,
    exitCodes: [],
    ...part,
  }
}

/** The row of a command. */
export function entryOf(command: Command): CommandEntry {
  return { name: command.name, group: command.group, summary: command.summary, load: async () => command }
}

/** A table with one command of each kind; `seen` is told of every run. */
export function sampleTable(seen: (invocation: Invocation, context: Context, name: string) => number): CommandEntry[] {
  const run = (name: string) => async (invocation: Invocation, context: Context) => seen(invocation, context, name)
  const CLUSTER = { name: 'CLUSTER', summary: 'A cluster', required: true, completer: 'cluster' } as const
  return [
    sampleCommand({
      name: 'status',
      args: [CLUSTER],
      defaultTimeoutMs: 10_000,
      options: [
        { name: 'verbose', short: 'v', type: 'count', summary: 'More' },
        { name: 'watch', short: 'w', type: 'boolean', summary: 'Again and again' },
        { name: 'output', short: 'o', type: 'choice', choices: ['text', 'json'], default: 'text', summary: 'Form' },
        { name: 'tail', type: 'integer', value: 'N', summary: 'Lines', default: 10 },
        { name: 'dry-run', type: 'optional-string', choices: ['client', 'server'], summary: 'Only show' },
        { name: 'tty', type: 'boolean', default: true, summary: 'A terminal' },
        { name: 'label', short: 'l', type: 'list', value: 'LABEL', summary: 'Labels' },
        { name: 'no-descriptions', type: 'boolean', summary: 'Leave out' },
      ],
      examples: [{ summary: 'One cluster', line: 'status mycluster' }],
      run: run('status'),
    }),
    sampleCommand({
      name: 'fencing',
      subcommands: [
        entryOf(
          sampleCommand({
            name: 'on',
            args: [CLUSTER, { name: 'INSTANCE', summary: 'One', required: true, completer: 'instance' }],
            run: run('fencing on'),
          }),
        ),
      ],
    }),
    sampleCommand({
      name: 'backup',
      args: [CLUSTER],
      options: [{ name: 'method', short: 'm', type: 'string', summary: 'How' }],
      subcommands: [
        entryOf(
          sampleCommand({
            name: 'list',
            options: [{ name: 'all', short: 'A', type: 'boolean', summary: 'Of all' }],
            run: run('backup list'),
          }),
        ),
      ],
      run: run('backup'),
    }),
    sampleCommand({
      name: 'psql',
      args: [CLUSTER],
      passThrough: { name: 'PSQL-ARGUMENT', summary: 'For psql', required: false, completer: 'none' },
      run: run('psql'),
    }),
    sampleCommand({
      name: 'certificate',
      args: [{ name: 'SECRET', summary: 'Name', required: true, completer: 'none' }],
      options: [
        { name: 'cnpg-cluster', type: 'string', required: true, completer: 'cluster', summary: 'Of' },
        { name: 'cnpg-user', type: 'string', required: true, summary: 'For' },
      ],
      run: run('certificate'),
    }),
    sampleCommand({
      name: 'logs',
      args: [{ name: 'NAMES', summary: 'Some', required: false, variadic: true, completer: 'cluster' }],
      run: run('logs'),
    }),
  ].map(entryOf)
}
