import type { OptionSpec, OptionValues } from '../../cli/command.ts'
import { CliError } from '../../errors/cli-error.ts'
import { BACKUP_METHODS } from '../../model/backups/method.ts'
import type { BackupMethod } from '../../model/backups/method.ts'
import type { BackupIntent } from '../../plan/backup-object.ts'

const BACKUP_TARGETS = ['primary', 'prefer-standby'] as const
const BOOLEANS = ['true', 'false']

/** The flags of the official plugin (spec/commands-core.md 8.1). */
export const backupOptions: readonly OptionSpec[] = [
  {
    name: 'backup-name',
    type: 'string',
    value: 'NAME',
    summary: 'Name of the Backup; default: the name of the cluster and the time in UTC',
  },
  {
    name: 'backup-target',
    short: 't',
    type: 'string',
    value: 'TARGET',
    suggestions: BACKUP_TARGETS,
    summary: 'Who makes it: primary or prefer-standby; default: what the Cluster says',
  },
  {
    name: 'method',
    short: 'm',
    type: 'string',
    value: 'METHOD',
    suggestions: BACKUP_METHODS,
    summary: 'barmanObjectStore, volumeSnapshot or plugin; default: what the Cluster is set up for',
  },
  {
    name: 'online',
    type: 'string',
    value: 'BOOL',
    suggestions: BOOLEANS,
    summary: 'Volume snapshots: of the running server (true) or a stopped one',
  },
  {
    name: 'immediate-checkpoint',
    type: 'string',
    value: 'BOOL',
    suggestions: BOOLEANS,
    summary: 'Volume snapshots: begin with a fast checkpoint',
  },
  {
    name: 'wait-for-archive',
    type: 'string',
    value: 'BOOL',
    suggestions: BOOLEANS,
    summary: 'Volume snapshots: end only when the WAL needed is archived',
  },
  {
    name: 'plugin-name',
    type: 'string',
    value: 'PLUGIN',
    completer: 'plugin',
    summary: 'The plugin that makes it; only with -m plugin',
  },
  {
    name: 'plugin-parameters',
    type: 'string',
    value: 'KEY=VALUE,…',
    summary: 'Parameters for the plugin; only with -m plugin',
  },
]

/** Everything of an intent but the name, which may have to be looked for. */
export type BackupWish = Omit<BackupIntent, 'name'> & { name: string | undefined }

/** Reads the flags. Throws CliError (usage) where the official refuses them, too. */
export function backupWish(options: OptionValues): BackupWish {
  const text = (flag: string): string | undefined => {
    const value = options[flag] as string | undefined
    return value === '' ? undefined : value
  }
  const method = oneOf('method', text('method'), BACKUP_METHODS)
  const [plugin, parameters] = [text('plugin-name'), text('plugin-parameters')]
  pluginFlags(method, plugin, parameters)
  return {
    name: checkedName(text('backup-name')),
    target: oneOf('backup-target', text('backup-target'), BACKUP_TARGETS),
    method,
    online: boolean('online', text('online')),
    immediateCheckpoint: boolean('immediate-checkpoint', text('immediate-checkpoint')),
    waitForArchive: boolean('wait-for-archive', text('wait-for-archive')),
    plugin,
    parameters: parametersOf(parameters ?? ''),
  }
}

function pluginFlags(
  method: BackupMethod | undefined,
  plugin: string | undefined,
  parameters: string | undefined,
): void {
  if (method === 'plugin' && plugin === undefined) throw usage('-m plugin needs --plugin-name')
  if (method === 'plugin') return
  if (plugin !== undefined) throw usage('--plugin-name can be used with -m plugin only')
  if (parameters !== undefined) throw usage('--plugin-parameters can be used with -m plugin only')
}

function oneOf<T extends string>(flag: string, value: string | undefined, choices: readonly T[]): T | undefined {
  if (value === undefined) return undefined
  const found = choices.find((choice) => choice === value)
  if (found === undefined) throw usage(`--${flag} "${value}": it takes one of ${choices.join(', ')}`)
  return found
}

/** The spellings of Go's strconv.ParseBool. */
function boolean(flag: string, value: string | undefined): boolean | undefined {
  if (value === undefined) return undefined
  if (/^(1|t|T|TRUE|true|True)$/.test(value)) return true
  if (/^(0|f|F|FALSE|false|False)$/.test(value)) return false
  throw usage(`--${flag} "${value}": it takes true or false`)
}

/** Split as the official does: at `,`, then at the first `=`; without one the value is empty. */
function parametersOf(text: string): Record<string, string> {
  const parts = text.split(',').filter((part) => part !== '')
  return Object.fromEntries(
    parts.map((part) => {
      const at = part.indexOf('=')
      return at === -1 ? [part, ''] : [part.slice(0, at), part.slice(at + 1)]
    }),
  )
}

const NAME = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/
const LONGEST = 253

/** A name that Kubernetes takes for an object. Throws CliError (usage). */
function checkedName(name: string | undefined): string | undefined {
  if (name === undefined || (name.length <= LONGEST && NAME.test(name))) return name
  throw usage(`"${name}" cannot be the name of an object: lower-case letters, digits, "-" and "." only`)
}

function usage(message: string): CliError {
  return new CliError({ kind: 'usage', message })
}
