import type { Cluster } from '../../api/cluster.ts'
import { CNPG_GROUP, CNPG_VERSION } from '../../api/constants.ts'
import { applicationOf } from '../application.ts'
import { carriedSpec } from './carried.ts'
import type { RecoverySource, RestoreGround, RestoreIntent } from './types.ts'

/** A Cluster that recovers, as it is created. */
export interface RestoreManifest {
  apiVersion: string
  kind: 'Cluster'
  metadata: { name: string; namespace: string }
  spec: Record<string, unknown>
}

/**
 * The Cluster that recovers from a source, and what it does not take over, as sentences. Sections and fields of CloudNativePG's
 * documentation: Recovery, Bootstrap, and Recovery of the Barman Cloud plugin.
 */
export function restoreManifest(
  ground: RestoreGround,
  from: RecoverySource,
  intent: RestoreIntent,
): { manifest: RestoreManifest; left: string[] } {
  const { spec, left } = carriedSpec(ground.source, intent)
  const { instances, ...rest } = spec
  const external = externalCluster(ground.cluster, from)
  return {
    manifest: {
      apiVersion: `${CNPG_GROUP}/${CNPG_VERSION}`,
      kind: 'Cluster',
      metadata: { name: intent.name, namespace: ground.namespace },
      spec: {
        instances,
        bootstrap: { recovery: recovery(ground, from, intent, external !== null) },
        ...(external === null ? {} : { externalClusters: [external] }),
        ...rest,
      },
    },
    left,
  }
}

/** Under the name of the source, which is also the name of the folder where nothing else says so. */
function externalCluster(cluster: string, { objectStore, plugin }: RecoverySource): Record<string, unknown> | null {
  if (objectStore !== null) return { name: cluster, barmanObjectStore: objectStore }
  return plugin === null ? null : { name: cluster, plugin }
}

function recovery(
  { cluster, source, base }: RestoreGround,
  from: RecoverySource,
  intent: RestoreIntent,
  external: boolean,
): Record<string, unknown> {
  const target = recoveryTarget(from, intent, base?.backupId ?? null)
  return {
    ...(from.snapshots === null ? {} : { volumeSnapshots: volumeSnapshots(from.snapshots) }),
    ...(external ? { source: cluster } : {}),
    ...(from.backup === null ? {} : { backup: { name: from.backup } }),
    ...(Object.keys(target).length === 0 ? {} : { recoveryTarget: target }),
    ...(source === null ? {} : application(source)),
  }
}

/**
 * A backup is named only where the user chose it, or where nothing else finds it (targetImmediate): else the operator takes the
 * closest one, which may be newer than all that is known here. Beside snapshots none may be named.
 */
function recoveryTarget(
  from: RecoverySource,
  { target, backup }: RestoreIntent,
  backupID: string | null,
): Record<string, unknown> {
  const named = target.kind === 'backup' || (backup !== null && from.backup === null)
  const base = named && from.snapshots === null && backupID !== null ? { backupID } : {}
  switch (target.kind) {
    case 'latest':
      return base
    case 'time':
      return { ...base, targetTime: target.time }
    case 'lsn':
      return { ...base, targetLSN: target.lsn }
    case 'backup':
      return { ...base, targetImmediate: true }
  }
}

const SECTIONS: Readonly<Record<string, string>> = { PG_DATA: 'storage', PG_WAL: 'walStorage' }

function volumeSnapshots(snapshots: NonNullable<RecoverySource['snapshots']>): Record<string, unknown> {
  const reference = (name: string) => ({ name, kind: 'VolumeSnapshot', apiGroup: 'snapshot.storage.k8s.io' })
  const volumes = snapshots.flatMap(({ name, type }) => {
    const section = SECTIONS[type]
    return section === undefined ? [] : [[section, reference(name)] as const]
  })
  const tablespaces = snapshots.flatMap(({ name, tablespace }) =>
    tablespace === null ? [] : [[tablespace, reference(name)] as const],
  )
  return {
    ...Object.fromEntries(volumes),
    ...(tablespaces.length === 0 ? {} : { tablespaceStorage: Object.fromEntries(tablespaces) }),
  }
}

/** Database and owner come back with the data; only when they are named the operator looks after the owner's secret. */
function application(source: Cluster): Record<string, unknown> {
  const { database, owner, secret } = applicationOf(source)
  if (database === null) return {}
  const given = secret === `${source.metadata.name}-app` ? {} : { secret: { name: secret } }
  return { database, owner: owner ?? database, ...given }
}
