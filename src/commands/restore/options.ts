import type { OptionSpec, OptionValues } from '../../cli/command.ts'
import { CliError } from '../../errors/cli-error.ts'
import { parseLsn } from '../../model/lsn.ts'
import type { RecoveryTarget, RestoreIntent } from '../../model/recovery/types.ts'
import { toUtc } from '../../model/time.ts'
import { backupName } from '../backup-name.ts'

export const restoreOptions: readonly OptionSpec[] = [
  {
    name: 'backup',
    type: 'string',
    value: 'NAME',
    completer: 'backup',
    summary: 'Begin from this backup; without a target, restore its own end',
  },
  { name: 'latest', type: 'boolean', summary: 'Up to the end of the archived WAL; the default without --backup' },
  {
    name: 'to-time',
    type: 'string',
    value: 'TIME',
    summary: 'Up to a time: 2026-11-23T05:40:00Z; without a zone it is UTC',
  },
  { name: 'to-lsn', type: 'string', value: 'LSN', summary: 'Up to a position in the WAL: 0/1A2B3C8' },
  { name: 'name', type: 'string', value: 'NAME', summary: 'Name of the new cluster; default: CLUSTER-restored' },
  {
    name: 'instances',
    type: 'integer',
    value: 'N',
    summary: 'Instances of the new cluster; default: as the source has',
  },
  { name: 'image', type: 'string', value: 'IMAGE', summary: 'Image of PostgreSQL; default: that of the source' },
  { name: 'storage-size', type: 'string', value: 'SIZE', summary: 'Size of the volumes; default: as the source has' },
  {
    name: 'server-name',
    type: 'string',
    value: 'NAME',
    summary: 'Folder in the object store for the new cluster’s own backups and WAL; default: its name',
  },
  {
    name: 'object-store',
    type: 'string',
    value: 'NAME',
    completer: 'object-store',
    summary: 'ObjectStore of the Barman Cloud plugin, where the source is gone',
  },
  { name: 'no-archive', type: 'boolean', summary: 'Let the new cluster archive and back up nothing' },
  { name: 'apply', type: 'boolean', summary: 'Create the cluster instead of printing its manifest' },
]

/** What the flags say; the name of the new cluster follows from its source unless it is given. */
export type RestoreWish = Omit<RestoreIntent, 'name'> & { name: string | null }

/** Reads the flags. Throws CliError (usage). */
export function restoreWish(options: OptionValues): RestoreWish {
  const text = (flag: string): string | null => (options[flag] as string | undefined) ?? null
  const named = text('backup')
  const backup = named === null ? null : backupName(named)
  const instances = (options['instances'] as number | undefined) ?? null
  if (instances !== null && instances < 1) throw usage(`--instances ${instances}: it takes 1 or more`)
  return {
    backup,
    target: targetOf(options, backup),
    name: text('name'),
    instances,
    image: text('image'),
    storageSize: text('storage-size'),
    serverName: text('server-name'),
    objectStore: text('object-store'),
    archive: options['no-archive'] !== true,
  }
}

function targetOf(options: OptionValues, backup: string | null): RecoveryTarget {
  const given = ['latest', 'to-time', 'to-lsn'].filter((flag) => options[flag] !== undefined && options[flag] !== false)
  if (given.length > 1) throw usage(`${given.map((flag) => `--${flag}`).join(' and ')} cannot be combined`)
  const [time, lsn] = [options['to-time'], options['to-lsn']]
  if (typeof time === 'string') return { kind: 'time', time: timeOf(time) }
  if (typeof lsn === 'string') {
    if (parseLsn(lsn) === undefined) throw usage(`--to-lsn "${lsn}": it takes a position such as 0/1A2B3C8`)
    return { kind: 'lsn', lsn: lsn.toUpperCase() }
  }
  return options['latest'] === true || backup === null ? { kind: 'latest' } : { kind: 'backup' }
}

/** Seconds and zone may be left out; a bare date could mean its beginning or its end. */
function timeOf(text: string): string {
  const match = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d)(:\d\d(?:\.\d+)?)?\s?(Z|[+-]\d\d(?::?\d\d)?)?$/i.exec(text.trim())
  const [, day, minute, second = ':00', zone = 'Z'] = match ?? []
  const time = match === null ? undefined : toUtc(`${day}T${minute}${second}${zone.toUpperCase()}`)
  if (time !== undefined) return time
  throw usage(`--to-time "${text}": it takes a time such as 2026-11-23T05:40:00Z or "2026-11-23 05:40" (UTC)`)
}

const NAME = /^[a-z]([-a-z0-9]*[a-z0-9])?$/
/** The operator's limit for the name of a Cluster. */
const LONGEST = 50

/** A name that the operator takes for a Cluster. Throws CliError (usage). */
export function clusterName(name: string): string {
  if (name.length <= LONGEST && NAME.test(name)) return name
  throw usage(
    `"${name}" cannot be the name of a cluster: at most ${LONGEST} lower-case letters, digits and "-", a letter first`,
  )
}

function usage(message: string): CliError {
  return new CliError({ kind: 'usage', message })
}
