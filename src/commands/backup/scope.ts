import type { Context, Invocation } from '../../cli/command.ts'
import type { BackupScope } from '../../snapshot/backup-objects.ts'
import { clusterOrEverywhere } from '../cluster-or-everywhere.ts'
import { note } from '../note.ts'

/** What a reading verb of `backup` looks at, and how to say so. */
export interface Look {
  scope: BackupScope
  namespaces: boolean
  clusters: boolean
  where: string
}

/** Reads CLUSTER and `--all-namespaces`. Throws CliError (usage) when both are given. */
export async function lookOf(invocation: Invocation, context: Context): Promise<Look> {
  const { name: cluster, everywhere } = clusterOrEverywhere(invocation)
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
