import type { OptionSpec, OptionValues } from '../../cli/command.ts'
import { CliError } from '../../errors/cli-error.ts'
import type { InstanceWish } from '../../model/target.ts'
import { instanceName } from '../../plan/instance-name.ts'

/** Flags that choose the instance a session is opened with; without them it is the primary. */
export const instanceOptions: readonly OptionSpec[] = [
  { name: 'replica', type: 'boolean', summary: 'Use a replica instead of the primary' },
  {
    name: 'instance',
    type: 'string',
    value: 'NAME',
    completer: 'instance',
    summary: 'Use this instance, by its name or its number',
  },
]

/** The instance that the flags ask for. Throws CliError (usage) when they contradict each other. */
export function instanceWish(cluster: string, options: OptionValues): InstanceWish {
  const given = options['instance']
  if (typeof given !== 'string') return { kind: options['replica'] === true ? 'replica' : 'primary' }
  if (options['replica'] === true) {
    throw new CliError({ kind: 'usage', message: '--replica and --instance exclude each other' })
  }
  return { kind: 'instance', name: instanceName(cluster, given) }
}
