import { readFileSync } from 'node:fs'
import { type ApiServer, startApiServer } from '../../test/sandbox/api-server/server.ts'
import type { StoredObject } from '../../test/sandbox/api-server/objects.ts'
import type { PodBackend } from '../../test/sandbox/types.ts'

const TEMPLATE = new URL('../../test/fixtures/states/healthy/', import.meta.url)
export const clusterName = 'mycluster'
export const namespace = 'rec-main'
const read = (path: string): string => readFileSync(new URL(path, TEMPLATE), 'utf8')

interface Grown extends StoredObject {
  spec: { instances: number }
  status: Record<string, unknown> & {
    instancesReportedState: Record<string, unknown>
    instancesStatus: { healthy: string[] }
  }
}

interface InstanceStatus {
  replicationInfo: { applicationName: string }[]
  replicationSlotsInfo: { slotName: string }[]
}

/**
 * An API server (HTTP/2) with the recorded cluster `healthy`, of as many instances, and pods of others in its namespace.
 * Its instances answer what those of the recording did.
 */
export async function startSimulatedCluster(instances: number, foreignPods = 0): Promise<ApiServer> {
  const { objectsAt } = JSON.parse(read('meta.json')) as { objectsAt: string }
  const server = await startApiServer({ now: () => new Date(objectsAt), http2: true })
  const { items } = JSON.parse(read('objects.json')) as { items: StoredObject[] }
  const names = Array.from({ length: instances }, (_, index) => `${clusterName}-${index + 1}`)
  const ownPod = ({ kind, metadata }: StoredObject): boolean => kind === 'Pod' && /^mycluster-\d+$/.test(metadata.name)
  for (const item of items) {
    if (ownPod(item)) continue
    server.store.put(item.kind === 'Cluster' ? grown(item as Grown, names) : item)
  }
  const pod = (name: string): StoredObject => items.find((item) => ownPod(item) && item.metadata.name === name)!
  for (const name of names) {
    const like = name === `${clusterName}-1` ? name : `${clusterName}-2`
    server.store.put(renamed(pod(like), like, name))
    server.setPod(namespace, name, backend(like, name, names))
  }
  for (let index = 0; index < foreignPods; index++) {
    const other = renamed(pod(`${clusterName}-2`), clusterName, `other${index}`)
    server.store.put({ ...other, metadata: { ...other.metadata, name: `other${index}-1`, labels: { app: 'other' } } })
  }
  return server
}

function renamed<T>(value: T, from: string, to: string): T {
  return JSON.parse(JSON.stringify(value).replaceAll(from, to)) as T
}

function grown(cluster: Grown, names: string[]): Grown {
  const { status } = cluster
  const state = status.instancesReportedState[`${clusterName}-2`]
  const reported = names.map((name): [string, unknown] => [name, status.instancesReportedState[name] ?? state])
  return {
    ...cluster,
    spec: { ...cluster.spec, instances: names.length },
    status: {
      ...status,
      instances: names.length,
      readyInstances: names.length,
      instanceNames: names,
      healthyPVC: names,
      pvcCount: names.length,
      instancesStatus: { healthy: names },
      instancesReportedState: Object.fromEntries(reported),
    },
  }
}

function backend(like: string, name: string, names: string[]): PodBackend {
  const status = JSON.parse(renamed(read(`pgstatus/${like}.json`), like, name)) as InstanceStatus
  if (name === `${clusterName}-1`) {
    const [standby] = status.replicationInfo
    const [slot] = status.replicationSlotsInfo
    const standbys = names.filter((each) => each !== name)
    status.replicationInfo = standbys.map((applicationName) => ({ ...standby!, applicationName }))
    status.replicationSlotsInfo = standbys.map((each) => ({ ...slot!, slotName: `_cnpg_${each.replace('-', '_')}` }))
  }
  const pages = new Map([
    ['8000/pg/status', JSON.stringify(status)],
    ['9187/metrics', read(`metrics/${like}.txt`)],
  ])
  const refused = (): Promise<never> => Promise.reject(new Error('not simulated'))
  return {
    http: async ({ port, path }) => {
      const body = pages.get(`${port}${path}`)
      return { status: body === undefined ? 404 : 200, headers: {}, body: body ?? 'not found' }
    },
    exec: refused,
    connect: refused,
    async *logs() {},
  }
}
