import type { Invocation, OptionSpec } from '../cli/command.ts'
import { CliError } from '../errors/cli-error.ts'

/** `--all-namespaces` of a command that lists what one cluster, a namespace or all of them have. */
export function everywhereOption(summary: string): OptionSpec {
  return { name: 'all-namespaces', short: 'A', type: 'boolean', summary }
}

/** Reads CLUSTER and `--all-namespaces`. Throws CliError (usage) when both are given. */
export function clusterOrEverywhere({ args, options }: Invocation): { name: string | undefined; everywhere: boolean } {
  const name = args['CLUSTER'] as string | undefined
  const everywhere = options['all-namespaces'] === true
  if (name !== undefined && everywhere) {
    throw new CliError({ kind: 'usage', message: '--all-namespaces and the name of a cluster cannot be combined' })
  }
  return { name, everywhere }
}
