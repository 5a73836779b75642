import { formatDuration } from '../../api/duration.ts'
import { buildInfo } from '../../api/build-info.ts'
import type { Context, Invocation, OptionSpec, OptionValues } from '../../cli/command.ts'
import { CliError } from '../../errors/cli-error.ts'
import { chooseConnection } from '../../kube/kubeconfig.ts'
import { Exit } from '../../errors/exit-codes.ts'
import { selectionOf } from '../status/selection.ts'
import { roleRules } from '../rights/role.ts'
import { statusRights } from '../status/rights.ts'
import { flagSettings } from './settings.ts'
import { checkOptions, PRINT_FLAGS, TIMEOUT_MS } from './options.ts'

const FILES = checkOptions.filter(({ completer }) => completer === 'file').map(({ name }) => name)
const PROGRAM = '/usr/local/bin/kubectl-cnpg'
const NAME = 'kubectl-cnpg-check'
/** Flags of a connection that a monitoring host needs as well; a token is a secret and is never printed. */
const CONNECTION: readonly OptionSpec[] = [
  { name: 'namespace', type: 'string', summary: 'Namespace of the clusters' },
  { name: 'context', type: 'string', summary: 'Context of the kubeconfig' },
  { name: 'kubeconfig', type: 'string', summary: 'The kubeconfig' },
]

/** Prints what runs this very check regularly, or an example of a settings file; no server is asked. */
export async function printFor(invocation: Invocation, context: Context): Promise<number> {
  const { options } = invocation
  // A mistake in the flags would be printed along.
  flagSettings(options)
  const selection = selectionOf(invocation)
  await context.host.stdout.write(await textOf(options['print'] as string, invocation, selection, context))
  return Exit.ok
}

async function textOf(
  what: string,
  { options }: Invocation,
  { names, everywhere, contexts }: ReturnType<typeof selectionOf>,
  context: Context,
): Promise<string> {
  const everyMs = options['every'] as number
  const timeoutMs = (options['timeout'] as number | undefined) ?? TIMEOUT_MS
  const own = givenFlags([...checkOptions, TIMEOUT], options)
  const connection = givenFlags(CONNECTION, options)
  const words = [...names, ...own.flatMap(flagWords)]
  switch (what) {
    case 'cronjob': {
      if (contexts !== undefined)
        throw new CliError({
          kind: 'usage',
          message: 'a CronJob sees its own Kubernetes cluster only, not several contexts',
        })
      const { cronFields, cronJobText } = await import('../../render/check/print/cronjob.ts')
      if (cronFields(everyMs) === undefined) {
        const hint = 'Cron knows minutes that part an hour and hours that part a day: 1m, 5m, 15m, 1h, 6h …'
        throw new CliError({ kind: 'usage', message: `a CronJob cannot run every ${formatDuration(everyMs)}`, hint })
      }
      const { namespace } = await chooseConnection(context.connection, context.host)
      const { namespaced, clusterWide } = roleRules(statusRights)
      return cronJobText({
        name: NAME,
        namespace,
        everywhere,
        image: (options['image'] as string | undefined) ?? `kubectl-cnpg:${buildInfo.version}`,
        command: ['kubectl-cnpg', 'check', ...words],
        everyMs,
        timeoutMs,
        fileFlags: own.map(({ name }) => name).filter((name) => FILES.includes(name)),
        rules: everywhere ? [...namespaced, ...clusterWide] : namespaced,
      })
    }
    case 'systemd': {
      const { systemdText } = await import('../../render/check/print/systemd.ts')
      const command = [
        PROGRAM,
        'check',
        ...words,
        ...connection.filter(({ name }) => name !== 'kubeconfig').flatMap(flagWords),
      ]
      return systemdText({ name: NAME, command, everyMs, timeoutMs })
    }
    case 'icinga': {
      const { icingaText } = await import('../../render/check/print/icinga.ts')
      const flags = [...checkOptions.filter(({ name }) => !PRINT_FLAGS.includes(name)), TIMEOUT, ...CONNECTION]
      return icingaText({
        program: PROGRAM,
        flags: flags.map(({ name, summary, type }) => ({ name, summary, alone: type === 'boolean' })),
        clusters: names,
        given: [...own, ...connection],
        everyMs,
        timeoutMs,
      })
    }
    case 'nagios': {
      const { nagiosConfigText } = await import('../../render/check/print/icinga.ts')
      return nagiosConfigText({ program: PROGRAM, command: [...words, ...connection.flatMap(flagWords)], everyMs })
    }
    default:
      return (await import('../../render/check/print/config.ts')).configText()
  }
}

const TIMEOUT: OptionSpec = { name: 'timeout', type: 'duration', summary: 'Limit of the whole check' }

interface Given {
  name: string
  values: string[] | true
}

/** The flags whose values are not their defaults, in words that mean the same. */
function givenFlags(specs: readonly OptionSpec[], options: OptionValues): Given[] {
  return specs.flatMap((spec): Given[] => {
    const value = options[spec.name]
    if (PRINT_FLAGS.includes(spec.name) || value === undefined || value === spec.default) return []
    if (Array.isArray(value)) return value.length === 0 ? [] : [{ name: spec.name, values: value as string[] }]
    if (value === true) return [{ name: spec.name, values: true }]
    if (value === false || value === '') return []
    return [{ name: spec.name, values: [spec.type === 'duration' ? formatDuration(value as number) : String(value)] }]
  })
}

function flagWords({ name, values }: Given): string[] {
  return values === true ? [`--${name}`] : values.map((value) => `--${name}=${value}`)
}
