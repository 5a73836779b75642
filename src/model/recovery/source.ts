import type { Cluster } from '../../api/cluster.ts'
import { BARMAN_PLUGIN } from '../../api/constants.ts'
import type { BackupFacts } from '../backups/report.ts'
import { enabledPlugins } from '../backups/method.ts'
import type { RecoverySource, RestoreGround, RestoreIntent } from './types.ts'

const NOTHING: RecoverySource = { snapshots: null, objectStore: null, plugin: null, backup: null }

/**
 * From where the base and the WAL come (CloudNativePG documentation, Recovery). An archive of the source Cluster is named in
 * full, as an external cluster; else the Backup object is, which knows its store. Null: nothing tells of a store.
 */
export function recoverySource(ground: RestoreGround, intent: RestoreIntent): RecoverySource | null {
  const { source, base } = ground
  const archive = archiveOf(ground, intent)
  if (base?.method === 'volumeSnapshot') return { ...NOTHING, ...archive, snapshots: base.snapshots }
  if (base?.method === 'plugin') return base.plugin === null ? null : pluginSource(ground, base.plugin, intent)
  if (base !== null && (archive?.objectStore ?? null) === null) return { ...NOTHING, backup: base.name }
  if (base !== null && source !== null && movedAway(source, base)) return { ...NOTHING, backup: base.name }
  return archive
}

/** The backup lies in another store than the Cluster names now. */
function movedAway({ spec }: Cluster, { destination }: BackupFacts): boolean {
  return destination !== null && spec.backup?.barmanObjectStore?.['destinationPath'] !== destination
}

/** Where the source archives its WAL. */
function archiveOf(ground: RestoreGround, intent: RestoreIntent): RecoverySource | null {
  const { source, base, cluster } = ground
  const archiver = source === null ? undefined : walArchiver(source)
  if (archiver !== undefined) return pluginSource(ground, archiver, intent)
  const store = source?.spec.backup?.barmanObjectStore
  if (store === undefined) return null
  const inBackup = base?.method === 'barmanObjectStore' ? base.serverName : null
  return { ...NOTHING, objectStore: { ...store, serverName: inBackup ?? serverOf(store, cluster) } }
}

/** The plugin that archives WAL; the Barman Cloud plugin also where nobody says so. */
export function walArchiver(cluster: Cluster): string | undefined {
  const plugins = enabledPlugins(cluster)
  const named = plugins.find(({ isWALArchiver }) => isWALArchiver === true)
  const only =
    cluster.spec.backup?.barmanObjectStore === undefined
      ? plugins.find(({ name }) => name === BARMAN_PLUGIN)
      : undefined
  return (named ?? only)?.name
}

function pluginSource({ source, cluster }: RestoreGround, name: string, intent: RestoreIntent): RecoverySource | null {
  const found = source === null ? undefined : enabledPlugins(source).find((plugin) => plugin.name === name)
  if (name !== BARMAN_PLUGIN) {
    if (found === undefined) return null
    return { ...NOTHING, plugin: { name, parameters: { ...found.parameters } } }
  }
  const barmanObjectName = intent.objectStore ?? found?.parameters?.['barmanObjectName']
  if (barmanObjectName === undefined) return null
  const serverName = found?.parameters?.['serverName'] ?? cluster
  return { ...NOTHING, plugin: { name, parameters: { ...found?.parameters, barmanObjectName, serverName } } }
}

/** The folder of a server in a store. */
export function serverOf(store: Readonly<Record<string, unknown>>, cluster: string): string {
  const name = store['serverName']
  return typeof name === 'string' && name !== '' ? name : cluster
}
