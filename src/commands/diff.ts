import type { Command, Context, Invocation } from '../cli/command.ts'
import { CliError } from '../errors/cli-error.ts'
import type { Compared } from '../model/diff/compare.ts'
import { readSide } from './diff/read-side.ts'
import { sideOf } from './diff/side.ts'
import { chooseOutput, outputOption } from './output-options.ts'
import { statusRights } from './status/rights.ts'

const Code = { same: 0, different: 1, trouble: 2 } as const

const diff: Command = {
  name: 'diff',
  group: 'Troubleshooting',
  summary: 'Compare two clusters, or one with what was saved of it',
  description:
    'Compares by meaning: images, parameters and the rest of the spec, roles, replication, slots, certificates, nodes and ' +
    'zones, backups, poolers, databases, roles, findings. Ages, log positions and other figures that always move are no ' +
    'differences.\n' +
    'A side is a file that `status --save` wrote (its name ends in .json, or it is written with a path as in ./x), or a cluster.',
  args: [
    { name: 'LEFT', summary: 'A file, or [CONTEXT:][NAMESPACE/]CLUSTER', required: true, completer: 'cluster-or-file' },
    { name: 'RIGHT', summary: 'What to compare it with', required: true, completer: 'cluster-or-file' },
  ],
  options: [outputOption(['text', 'json', 'yaml'])],
  examples: [
    { summary: 'What has changed since it was saved?', line: 'diff monday.json mycluster' },
    { summary: 'Is staging like production?', line: 'diff staging:shop/orders production:shop/orders' },
    { summary: 'Two saved states, for a program', line: 'diff before.json after.json -o json' },
  ],
  rights: statusRights,
  changes: false,
  defaultTimeoutMs: 10_000,
  exitCodes: [
    { code: Code.same, meaning: 'no differences' },
    { code: Code.different, meaning: 'there are differences' },
    { code: Code.trouble, meaning: 'a side could not be read, or the command line is wrong' },
  ],
  run,
}

export default diff

async function run({ args, options }: Invocation, context: Context): Promise<number> {
  const output = await chooseOutput(options)
  const [left, right] = await troubleIsTwo(() => readBoth(args['LEFT'] as string, args['RIGHT'] as string, context))
  const { compare } = await import('../model/diff/compare.ts')
  const difference = compare(left, right)
  const text = await output.render(
    {
      names: () => [],
      data: () => difference,
      document: async () => (await import('../render/views/diff.ts')).diffView(difference),
    },
    context,
  )
  await context.host.stdout.write(text)
  return difference.same ? Code.same : Code.different
}

async function readBoth(left: string, right: string, context: Context): Promise<[Compared, Compared]> {
  if (left === '-' && right === '-') {
    throw new CliError({ kind: 'usage', message: 'only one side can come from stdin' })
  }
  const spinner = context.host.spinner(`Reading ${left} and ${right}`)
  try {
    return await Promise.all([readSide(sideOf(left), context), readSide(sideOf(right), context)])
  } finally {
    spinner.stop()
  }
}

/** As with other programs that compare: 1 means different, and every failure 2, but for a signal. */
async function troubleIsTwo<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof CliError) || error.kind === 'interrupted') throw error
    const { kind, message, hint, code, reason, usage, cause } = error
    throw new CliError({
      kind,
      message,
      exitCode: Code.trouble,
      ...(hint === undefined ? {} : { hint }),
      ...(code === undefined ? {} : { code }),
      ...(reason === undefined ? {} : { reason }),
      ...(usage === undefined ? {} : { usage }),
      cause: cause ?? error,
    })
  }
}
