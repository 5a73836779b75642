import type { Cluster } from '../../api/cluster.ts'
import { BARMAN_PLUGIN } from '../../api/constants.ts'
import { enabledPlugins } from '../backups/method.ts'
import { CLUSTER_DEFAULTS, withoutDefaults } from './defaults.ts'
import { walArchiver } from './source.ts'
import type { RestoreIntent } from './types.ts'

/** Sections of a Cluster that belong to that one alone, or are made anew. */
const OWN = ['bootstrap', 'externalClusters', 'replica', 'certificates', 'nodeMaintenanceWindow', 'backup', 'plugins']

/** The spec that a new Cluster takes over, and what it does not. */
export interface Carried {
  spec: Record<string, unknown>
  /** What was left behind, and why: sentences. */
  left: string[]
}

/**
 * Everything that the new Cluster has in common with its source: image, storage, parameters, resources, roles and so on; its
 * own place in the same archive. What names objects or servers of the source is left behind.
 */
export function carriedSpec(source: Cluster | null, intent: RestoreIntent): Carried {
  if (source === null) {
    const storage = intent.storageSize === null ? {} : { storage: { size: intent.storageSize } }
    const image = intent.image === null ? {} : { imageName: intent.image }
    return { spec: { instances: intent.instances ?? 1, ...image, ...storage }, left: [] }
  }
  const spec = source.spec as Record<string, unknown>
  const shared = Object.fromEntries(Object.entries(spec).filter(([key]) => !OWN.includes(key)))
  const left: string[] = []
  const archive = ownArchive(source, intent, left)
  const all = {
    ...shared,
    ...withoutServices(shared, left),
    ...imageOf(source, intent),
    ...sizeOf(source, intent),
    ...archive,
  }
  const kept = withoutDefaults(all, CLUSTER_DEFAULTS) as Record<string, unknown>
  leftBehind(source, left)
  return { spec: { ...kept, instances: intent.instances ?? source.spec.instances ?? 1 }, left }
}

function imageOf({ spec, status }: Cluster, { image }: RestoreIntent): Record<string, unknown> {
  if (image !== null) return { imageName: image, imageCatalogRef: undefined }
  if (spec.imageName !== undefined || spec.imageCatalogRef !== undefined || status?.image === undefined) return {}
  // The operator's default image may be another one by now.
  return { imageName: status.image }
}

function sizeOf({ spec }: Cluster, { storageSize }: RestoreIntent): Record<string, unknown> {
  return storageSize === null ? {} : { storage: { ...spec.storage, size: storageSize } }
}

/** Services of a fixed name cannot be there twice. */
function withoutServices(spec: Record<string, unknown>, left: string[]): Record<string, unknown> {
  const managed = spec['managed'] as Record<string, unknown> | undefined
  if (managed?.['services'] === undefined) return {}
  left.push('managed services are not taken over: their names are taken')
  const { services: _, ...rest } = managed
  return { managed: Object.keys(rest).length === 0 ? undefined : rest }
}

/** The backup section and plugins of the new Cluster, with a folder of its own: it must never archive over the source. */
function ownArchive(source: Cluster, intent: RestoreIntent, left: string[]): Record<string, unknown> {
  const { backup } = source.spec
  const serverName = intent.serverName ?? intent.name
  const others = enabledPlugins(source).filter(({ name }) => name !== BARMAN_PLUGIN && name !== walArchiver(source))
  if (!intent.archive) return others.length === 0 ? {} : { plugins: others }
  const barman = enabledPlugins(source)
    .filter(({ name }) => name === BARMAN_PLUGIN)
    .map((plugin) => ({ ...plugin, parameters: { ...plugin.parameters, serverName } }))
  const archiver = walArchiver(source)
  if (archiver !== undefined && archiver !== BARMAN_PLUGIN) {
    left.push(
      `plugin ${archiver} is not taken over: with the same parameters it could archive over ${source.metadata.name}; add it with its own`,
    )
  }
  const store = backup?.barmanObjectStore
  const plugins = [...others, ...barman]
  return {
    ...(backup === undefined
      ? {}
      : { backup: { ...backup, ...(store && { barmanObjectStore: { ...store, serverName } }) } }),
    ...(plugins.length === 0 ? {} : { plugins }),
  }
}

function leftBehind({ spec, metadata }: Cluster, left: string[]): void {
  const { certificates, replica, externalClusters } = spec
  if (certificates !== undefined) {
    left.push(`given certificates are not taken over: they are made out to the names of ${metadata.name}`)
  }
  if (replica !== undefined) left.push('it is no replica cluster, but a primary of its own')
  const others = (externalClusters ?? []).map(({ name }) => name)
  if (others.length > 0) left.push(`external clusters are not taken over: ${others.join(', ')}`)
}
