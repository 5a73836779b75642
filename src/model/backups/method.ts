import type { Cluster } from '../../api/cluster.ts'
import { BARMAN_PLUGIN } from '../../api/constants.ts'

/** How a base backup is made (spec/wire-formats.md B.6). */
export type BackupMethod = 'barmanObjectStore' | 'volumeSnapshot' | 'plugin'

export const BACKUP_METHODS: readonly BackupMethod[] = ['barmanObjectStore', 'volumeSnapshot', 'plugin']

/** One way to back a cluster up. */
export interface BackupWay {
  method: BackupMethod
  /** Of a plugin. */
  plugin?: string
}

type SpecPlugin = NonNullable<Cluster['spec']['plugins']>[number]

/** The plugins of a Cluster that are not switched off. */
export function enabledPlugins(cluster: Cluster): SpecPlugin[] {
  return (cluster.spec.plugins ?? []).filter((plugin) => plugin.enabled !== false)
}

/** Every way to back this cluster up that its spec sets up, object store first as the operator's default. */
export function backupWays(cluster: Cluster): BackupWay[] {
  const { backup } = cluster.spec
  const plugins = enabledPlugins(cluster).filter((plugin) => makesBackups(cluster, plugin))
  return [
    ...(backup?.barmanObjectStore === undefined ? [] : [{ method: 'barmanObjectStore' } as const]),
    ...plugins.map(({ name }) => ({ method: 'plugin', plugin: name }) as const),
    ...(backup?.volumeSnapshot === undefined ? [] : [{ method: 'volumeSnapshot' } as const]),
  ]
}

/** What a plugin can do the operator tells in the status; before it has, one that archives WAL is taken for one that backs up. */
function makesBackups(cluster: Cluster, { name, isWALArchiver }: SpecPlugin): boolean {
  if (name === BARMAN_PLUGIN) return true
  const told = cluster.status?.pluginStatus?.find((entry) => entry.name === name)
  if (told === undefined) return isWALArchiver === true
  return (told.backupCapabilities?.length ?? 0) > 0 || told.capabilities?.includes('TYPE_BACKUP_SERVICE') === true
}

/** `object store`, `volume snapshots`, `plugin barman-cloud.cloudnative-pg.io`. */
export function wayText({ method, plugin }: BackupWay): string {
  switch (method) {
    case 'barmanObjectStore':
      return 'object store'
    case 'volumeSnapshot':
      return 'volume snapshots'
    case 'plugin':
      return `plugin ${plugin ?? ''}`.trim()
  }
}
