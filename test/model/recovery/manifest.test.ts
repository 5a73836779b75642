import { describe, expect, it } from 'vitest'
import type { Cluster } from '../../../src/api/cluster.ts'
import type { BackupFacts } from '../../../src/model/backups/report.ts'
import { restoreManifest } from '../../../src/model/recovery/manifest.ts'
import { recoverySource } from '../../../src/model/recovery/source.ts'
import type { RestoreGround, RestoreIntent } from '../../../src/model/recovery/types.ts'
import { renderYaml } from '../../../src/render/yaml.ts'
import { clusterErrors } from '../../helpers/cluster-schema.ts'
import { recordedSnapshot } from '../../helpers/recorded-snapshot.ts'
import { backupOf, intent } from './support.ts'

const recorded = (): Cluster => structuredClone(recordedSnapshot('healthy').cluster)
const BARMAN = 'barman-cloud.cloudnative-pg.io'

function made(source: Cluster | null, base: BackupFacts | null, wish: Partial<RestoreIntent> = {}) {
  const ground: RestoreGround = { namespace: 'rec-main', cluster: 'mycluster', source, base }
  const whole = { ...intent, ...wish }
  const from = recoverySource(ground, whole)
  if (from === null) throw new Error('there is no source')
  const { manifest, left } = restoreManifest(ground, from, whole)
  expect(clusterErrors(JSON.parse(JSON.stringify(manifest)))).toBeNull()
  return { manifest, left, spec: manifest.spec, yaml: renderYaml(manifest) }
}

/** A Cluster that uses plugins instead of its own object store. */
function plugged(...plugins: NonNullable<Cluster['spec']['plugins']>): Cluster {
  const cluster = recorded()
  delete cluster.spec.backup
  return { ...cluster, spec: { ...cluster.spec, plugins } }
}

it('the schema knows what is no Cluster', () => {
  const wrong = {
    apiVersion: 'v1',
    kind: 'Cluster',
    metadata: {},
    spec: { instances: 1, bootstrap: { recovery: { sorce: 'x' } } },
  }
  expect(clusterErrors(wrong)).toMatchObject([{ keyword: 'additionalProperties' }])
})

describe('from an in-tree object store', () => {
  it('the manifest is short, complete and archives elsewhere', async () => {
    const { yaml, left } = made(recorded(), backupOf('nightly'))
    await expect(yaml).toMatchFileSnapshot('../../goldens/restore/object-store-latest.yaml')
    expect(left).toEqual([])
  })

  it('up to a time the operator finds the base, unless one was chosen', () => {
    const time = { kind: 'time', time: '2026-11-23T05:40:00Z' } as const
    const recovery = (wish: Partial<RestoreIntent>) => {
      const { bootstrap } = made(recorded(), backupOf('nightly'), wish).spec as { bootstrap: { recovery: object } }
      return { recovery: { ...bootstrap.recovery, database: undefined, owner: undefined } }
    }
    expect(recovery({ target: time })).toEqual({
      recovery: { source: 'mycluster', recoveryTarget: { targetTime: '2026-11-23T05:40:00Z' } },
    })
    expect(recovery({ target: time, backup: 'nightly' })).toEqual({
      recovery: {
        source: 'mycluster',
        recoveryTarget: { backupID: '20261123T053606', targetTime: '2026-11-23T05:40:00Z' },
      },
    })
    expect(recovery({ target: { kind: 'lsn', lsn: '0/5000000' } })).toEqual({
      recovery: { source: 'mycluster', recoveryTarget: { targetLSN: '0/5000000' } },
    })
    expect(recovery({ target: { kind: 'backup' }, backup: 'nightly' })).toEqual({
      recovery: { source: 'mycluster', recoveryTarget: { backupID: '20261123T053606', targetImmediate: true } },
    })
  })

  it('the folder is that of the backup, which may have had another name', () => {
    const { spec } = made(recorded(), { ...backupOf('nightly'), serverName: 'older' }, { serverName: 'fresh' })
    expect(spec['externalClusters']).toMatchObject([{ name: 'mycluster', barmanObjectStore: { serverName: 'older' } }])
    expect(spec['backup']).toMatchObject({ barmanObjectStore: { serverName: 'fresh' }, retentionPolicy: '30d' })
  })

  it('of a backup in another store the Backup itself is named', () => {
    const { spec } = made(recorded(), { ...backupOf('nightly'), destination: 's3://elsewhere' }, { backup: 'nightly' })
    expect(spec['bootstrap']).toEqual({ recovery: { backup: { name: 'nightly' }, database: 'app', owner: 'app' } })
    expect(spec['externalClusters']).toBeUndefined()
  })

  it('without an archive of its own it backs up nothing', () => {
    expect(made(recorded(), backupOf('nightly'), { archive: false }).spec['backup']).toBeUndefined()
  })
})

describe('what the source is like', () => {
  it('is taken over: volumes, tablespaces, parameters, superuser, application, image', () => {
    const cluster = recorded()
    Object.assign(cluster.spec, {
      walStorage: { size: '2Gi', storageClass: 'fast' },
      tablespaces: [{ name: 'hot', storage: { size: '3Gi' } }],
      enableSuperuserAccess: true,
      superuserSecret: { name: 'root' },
      imageName: undefined,
      resources: { requests: { memory: '1Gi' } },
      managed: { roles: [{ name: 'dba' }], services: { disabledDefaultServices: ['ro'] } },
      bootstrap: { initdb: { database: 'shop', owner: 'keeper', secret: { name: 'keeper-login' } } },
    })
    const { spec, left } = made(cluster, backupOf('nightly'))
    expect(spec).toMatchObject({
      walStorage: { size: '2Gi', storageClass: 'fast' },
      tablespaces: [{ name: 'hot', storage: { size: '3Gi' } }],
      enableSuperuserAccess: true,
      superuserSecret: { name: 'root' },
      imageName: cluster.status?.image,
      resources: { requests: { memory: '1Gi' } },
      managed: { roles: [{ name: 'dba' }] },
      postgresql: { parameters: { max_connections: '50', shared_buffers: '32MB' } },
      bootstrap: { recovery: { database: 'shop', owner: 'keeper', secret: { name: 'keeper-login' } } },
    })
    expect(left).toEqual(['managed services are not taken over: their names are taken'])
  })

  it('is left where it belongs to the source alone', () => {
    const cluster = recorded()
    Object.assign(cluster.spec, {
      certificates: { serverTLSSecret: 'tls', serverCASecret: 'ca' },
      replica: { enabled: true, source: 'origin' },
      externalClusters: [{ name: 'origin' }],
      nodeMaintenanceWindow: { inProgress: true },
    })
    const { spec, left } = made(cluster, backupOf('nightly'))
    expect(Object.keys(spec)).not.toEqual(expect.arrayContaining(['certificates', 'replica', 'nodeMaintenanceWindow']))
    expect(spec['externalClusters']).toHaveLength(1)
    expect(left.join('\n')).toBe(
      [
        'given certificates are not taken over: they are made out to the names of mycluster',
        'it is no replica cluster, but a primary of its own',
        'external clusters are not taken over: origin',
      ].join('\n'),
    )
  })

  it('can be changed: instances, image, size', () => {
    const cluster = recorded()
    Object.assign(cluster.spec, {
      imageName: undefined,
      imageCatalogRef: { kind: 'ImageCatalog', name: 'c', major: 15, apiGroup: 'postgresql.cnpg.io' },
    })
    const { spec } = made(cluster, backupOf('nightly'), { instances: 1, image: 'pg:15', storageSize: '9Gi' })
    expect(JSON.parse(JSON.stringify(spec))).toMatchObject({
      instances: 1,
      imageName: 'pg:15',
      storage: { size: '9Gi' },
    })
    expect(JSON.stringify(spec)).not.toContain('imageCatalogRef')
  })
})

describe('from a plugin', () => {
  const barman = { name: BARMAN, isWALArchiver: true, parameters: { barmanObjectName: 'store' } }
  const base = { ...backupOf('nightly'), method: 'plugin', plugin: BARMAN } as const

  it('Barman Cloud names the store and the server, and gives the new one a folder of its own', async () => {
    const { yaml, spec } = made(plugged(barman), base)
    expect(spec['externalClusters']).toEqual([
      {
        name: 'mycluster',
        plugin: { name: BARMAN, parameters: { barmanObjectName: 'store', serverName: 'mycluster' } },
      },
    ])
    await expect(yaml).toMatchFileSnapshot('../../goldens/restore/barman-plugin.yaml')
  })

  it('Barman Cloud of a cluster that is gone needs the store', () => {
    expect(recoverySource({ namespace: 'x', cluster: 'mycluster', source: null, base }, intent)).toBeNull()
    const { spec } = made(null, base, { objectStore: 'store', storageSize: '5Gi', image: 'pg:15' })
    expect(spec).toEqual({
      instances: 1,
      bootstrap: { recovery: { source: 'mycluster' } },
      externalClusters: [
        {
          name: 'mycluster',
          plugin: { name: BARMAN, parameters: { barmanObjectName: 'store', serverName: 'mycluster' } },
        },
      ],
      imageName: 'pg:15',
      storage: { size: '5Gi' },
    })
  })

  it('another one gets the parameters of the source, and does not archive over it', () => {
    const other = { name: 'pgbackrest.example', isWALArchiver: true, parameters: { stanza: 'main' } }
    const { spec, left } = made(plugged(other), { ...base, plugin: other.name })
    expect(spec['externalClusters']).toEqual([
      { name: 'mycluster', plugin: { name: other.name, parameters: { stanza: 'main' } } },
    ])
    expect(spec['plugins']).toBeUndefined()
    expect(left[0]).toContain('plugin pgbackrest.example is not taken over')
  })

  it('plugins that have nothing to do with backups stay', () => {
    const helper = { name: 'helper.example', parameters: { a: 'b' } }
    const { spec } = made(plugged(helper, barman), base)
    expect(spec['plugins']).toEqual([
      helper,
      { ...barman, parameters: { barmanObjectName: 'store', serverName: 'again' } },
    ])
  })
})

describe('from volume snapshots', () => {
  const base: BackupFacts = {
    ...backupOf('snap'),
    method: 'volumeSnapshot',
    backupId: null,
    snapshots: [
      { name: 'snap', type: 'PG_DATA', tablespace: null },
      { name: 'snap-wal', type: 'PG_WAL', tablespace: null },
      { name: 'snap-tbs-hot', type: 'PG_TABLESPACE', tablespace: 'hot' },
    ],
  }

  it('every volume is named, and the archive with the WAL since', async () => {
    const cluster = recorded()
    Object.assign(cluster.spec, {
      walStorage: { size: '1Gi' },
      tablespaces: [{ name: 'hot', storage: { size: '1Gi' } }],
    })
    cluster.spec.backup = { ...cluster.spec.backup, volumeSnapshot: { className: 'csi' } }
    const time = { kind: 'time', time: '2026-11-23T05:40:00Z' } as const
    const { yaml, spec } = made(cluster, base, { target: time, backup: 'snap' })
    await expect(yaml).toMatchFileSnapshot('../../goldens/restore/volume-snapshots.yaml')
    // A backup ID beside snapshots is refused by the operator.
    expect(JSON.stringify(spec)).not.toContain('backupID')
  })

  it('without an archive they stand alone', () => {
    const cluster = recorded()
    cluster.spec.backup = { volumeSnapshot: { className: 'csi' } }
    const { spec } = made(cluster, base, { target: { kind: 'backup' }, backup: 'snap' })
    expect(Object.keys((spec['bootstrap'] as { recovery: object }).recovery)).toEqual([
      'volumeSnapshots',
      'recoveryTarget',
      'database',
      'owner',
    ])
    expect(spec['externalClusters']).toBeUndefined()
  })
})

it('of a cluster that is gone its Backup is enough', async () => {
  const { yaml } = made(null, backupOf('nightly'), {
    backup: 'nightly',
    target: { kind: 'backup' },
    storageSize: '5Gi',
    image: 'ghcr.io/cloudnative-pg/postgresql:15',
  })
  await expect(yaml).toMatchFileSnapshot('../../goldens/restore/cluster-gone.yaml')
})
