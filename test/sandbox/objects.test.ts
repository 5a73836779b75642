import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startPostgresCluster } from './postgres/cluster.ts'
import type { PostgresCluster } from './postgres/cluster.ts'
import { clusterObject, kubernetesObjects } from './postgres/objects.ts'
import type { PlainObject } from './postgres/objects.ts'
import { recordedState } from './recorded-files.ts'

const clusters = new Map<string, PostgresCluster>()

beforeAll(async () => {
  const [modern, old] = await Promise.all([
    startPostgresCluster({ name: 'mycluster', namespace: 'rec-main' }),
    startPostgresCluster({ name: 'mycluster', namespace: 'default', wire: '1.15.1' }),
  ])
  clusters.set('healthy', modern).set('operator-1.15.1-healthy', old)
})
afterAll(async () => {
  await Promise.all([...clusters.values()].map((cluster) => cluster.stop()))
})

function objectsOf(state: string): PlainObject[] {
  const cluster = clusters.get(state)
  if (cluster === undefined) throw new Error(`no cluster like ${state}`)
  return kubernetesObjects(cluster, { backups: state === 'healthy' })
}

function recorded(state: string): PlainObject[] {
  return (JSON.parse(recordedState(state, 'objects.json')) as { items: PlainObject[] }).items
}

/** Every path to a value of an object, with the value's type. */
function paths(value: unknown, path = ''): string[] {
  if (Array.isArray(value)) return value.flatMap((each) => paths(each, `${path}[]`))
  if (value === null || typeof value !== 'object') return [`${path}: ${value === null ? 'null' : typeof value}`]
  const entries = Object.entries(value)
  return entries.length === 0 ? [`${path}: {}`] : entries.flatMap(([key, each]) => paths(each, `${path}.${key}`))
}

/** What the recordings have and the sandbox does not: the traces of kubectl apply, a pooler, and of the seed's own manifest. */
const unlike =
  /resourceVersion|last-applied|pgBouncerIntegration|\.metadata\.annotations: \{\}|pg_hba|max_connections|shared_buffers/

describe.each(['healthy', 'operator-1.15.1-healthy'])('objects like those of %s', (state) => {
  const names = [
    'Cluster mycluster',
    'Pod mycluster-1',
    'Pod mycluster-2',
    'PersistentVolumeClaim mycluster-1',
    'PersistentVolumeClaim mycluster-3',
    'Service mycluster-rw',
    'Service mycluster-ro',
    'Service mycluster-r',
    'Secret mycluster-app',
    'Secret mycluster-ca',
    'Secret mycluster-server',
    'Secret mycluster-replication',
    'PodDisruptionBudget mycluster',
    'PodDisruptionBudget mycluster-primary',
    ...(state === 'healthy' ? ['Lease mycluster', 'Backup mycluster-first', 'ScheduledBackup mycluster-nightly'] : []),
    ...(state === 'healthy' ? [] : ['Service mycluster-any', 'Secret mycluster-superuser']),
  ]
  test.each(names)('%s has the same fields', (key) => {
    const find = (list: PlainObject[]) => list.find((object) => `${object.kind} ${object.metadata.name}` === key)
    const shape = (list: PlainObject[]) => [...new Set(paths(find(list)))].filter((path) => !unlike.test(path)).sort()
    expect(shape(objectsOf(state))).toEqual(shape(recorded(state)))
  })

  test('labels, roles and commands are those of the version', () => {
    const pick = (object: PlainObject) => ({
      labels: Object.keys((object.metadata['labels'] as Record<string, string> | undefined) ?? {}).sort(),
      role: (object.metadata['labels'] as Record<string, string>)['role'],
      command: (object['spec'] as { containers: { command: string[] }[] }).containers[0]?.command,
    })
    const pods = (list: PlainObject[]) =>
      list.filter(({ kind, metadata }) => kind === 'Pod' && /^mycluster-\d$/.test(metadata.name)).map(pick)
    expect(pods(objectsOf(state))).toEqual(pods(recorded(state)))
  })
})

test('objects follow the servers: who is primary, who is ready, until when certificates hold', async () => {
  const cluster = clusters.get('healthy')
  if (cluster === undefined) throw new Error('no cluster')
  await cluster.switchover('mycluster-3')
  await cluster.fence('mycluster-1')
  const objects = kubernetesObjects(cluster)
  const find = (kind: string, name: string) =>
    objects.find((object) => object.kind === kind && object.metadata.name === name) as unknown as Record<
      string,
      Record<string, unknown>
    >
  expect(find('Cluster', 'mycluster')['status']).toMatchObject({
    currentPrimary: 'mycluster-3',
    targetPrimary: 'mycluster-3',
    timelineID: 2,
    systemID: cluster.systemId,
    // A fenced instance's pod is ready (recorded state fenced-one).
    readyInstances: 3,
    instancesStatus: { healthy: ['mycluster-1', 'mycluster-2', 'mycluster-3'] },
    instancesReportedState: { 'mycluster-2': { isPrimary: false, timeLineID: 2 } },
    image: `ghcr.io/cloudnative-pg/postgresql:${cluster.version}`,
    certificates: {
      expirations: { 'mycluster-ca': expect.stringMatching(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d \+0000 UTC$/) as string },
    },
  })
  expect(find('Pod', 'mycluster-3')['metadata']?.['labels']).toMatchObject({
    role: 'primary',
    'cnpg.io/instanceRole': 'primary',
  })
  expect(find('Lease', 'mycluster')['spec']).toMatchObject({ holderIdentity: 'mycluster-3' })
  expect(find('PodDisruptionBudget', 'mycluster')['status']).toMatchObject({
    currentHealthy: 2,
    expectedPods: 2,
    disruptionsAllowed: 1,
  })
  const conditions = find('Pod', 'mycluster-1')['status']?.['conditions'] as { type: string; status: string }[]
  expect(conditions.find(({ type }) => type === 'Ready')?.status).toBe('True')
  await cluster.server('mycluster-2').stop()
  const later = clusterObject(cluster).status as Record<string, unknown>
  expect(later).toMatchObject({ readyInstances: 2, instancesStatus: { replicating: ['mycluster-2'] } })
})
