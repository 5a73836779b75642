import type { Context, Invocation, OptionSpec } from '../../cli/command.ts'
import { CliError } from '../../errors/cli-error.ts'
import type { BackupScope } from '../../snapshot/backup-objects.ts'
import { note } from '../note.ts'

export const everywhereOption: OptionSpec = {
  name: 'all-namespaces',
  short: 'A',
  type: 'boolean',
  summary: 'Those of all namespaces',
}

/** What a reading verb of `backup` looks at, and how to say so. */
export interface Look {
  scope: BackupScope
  namespaces: boolean
  clusters: boolean
  where: string
}

/** Reads CLUSTER and `--all-namespaces`. Throws CliError (usage) when both are given. */
export async function lookOf({ args, options }: Invocation, context: Context): Promise<Look> {
  const cluster = args['CLUSTER'] as string | undefined
  const everywhere = options['all-namespaces'] === true
  if (everywhere && cluster !== undefined) {
    throw new CliError({ kind: 'usage', message: '--all-namespaces and the name of a cluster cannot be combined' })
  }
  const { namespace } = await context.session()
  const place = everywhere ? 'in any namespace' : `in namespace ${namespace}`
  return {
    scope: { namespace: everywhere ? undefined : namespace, cluster },
    namespaces: everywhere,
    clusters: cluster === undefined,
    where: cluster === undefined ? place : `of cluster ${cluster} ${place}`,
  }
}

/** Runs `work` while a spinner says what is read; what could not be read is told on stderr. */
export async function reading<T extends object>(
  text: string,
  context: Context,
  work: () => Promise<T & { unread?: readonly string[] }>,
): Promise<T> {
  const spinner = context.host.spinner(text)
  const result = await work().finally(() => spinner.stop())
  for (const line of result.unread ?? []) await note(context, `Not read: ${line}`)
  return result
}
