import type { Means } from './means.ts'
import { CERTIFIED, CLUSTER, healthy } from './scenario.ts'

/** The Cluster of the run: three instances, and a role that logs in by certificate. */
export function clusterManifest({ settings }: Means): object {
  const { image, storageClass, backup, namespace } = settings
  return {
    apiVersion: 'postgresql.cnpg.io/v1',
    kind: 'Cluster',
    metadata: { name: CLUSTER, namespace },
    spec: {
      instances: 3,
      ...(image === undefined ? {} : { imageName: image }),
      storage: { size: '1Gi', ...(storageClass === undefined ? {} : { storageClass }) },
      postgresql: {
        parameters: { work_mem: '4MB' },
        pg_hba: [`hostssl app ${CERTIFIED} all cert`],
      },
      ...(backup === undefined ? {} : { backup }),
    },
  }
}

/** Makes the namespace and the cluster of the run, and a table with rows. */
export async function setUp(means: Means): Promise<void> {
  const { namespace } = means.settings
  await means.kubectl(['create', 'namespace', namespace])
  await means.kubectl(['create', '-f', '-'], { stdin: JSON.stringify(clusterManifest(means)) })
  await healthy(means)
  const primary = await means.field(`cluster/${CLUSTER}`, '.status.currentPrimary')
  await means.sql(primary, 'CREATE TABLE kept AS SELECT generate_series(1, 1000) AS id; ALTER TABLE kept OWNER TO app')
  await means.sql(primary, `CREATE ROLE ${CERTIFIED} LOGIN`)
}

/** Takes the namespace away with all that is in it, and looks that nothing is left. */
export async function tearDown(means: Means): Promise<void> {
  const { namespace } = means.settings
  await means.kubectl(['delete', 'cluster', CLUSTER, '--ignore-not-found', '--wait=true'])
  await means.kubectl(['delete', 'namespace', namespace, '--ignore-not-found', '--wait=true'])
  const left = await means.kubectl(['get', 'namespace', namespace, '--ignore-not-found', '-o', 'name'])
  if (left.trim() !== '') throw new Error(`left behind: ${left.trim()}`)
}
