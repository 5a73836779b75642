import { readFileSync } from 'node:fs'
import type { StoredObject } from '../sandbox/api-server/objects.ts'
import { startApiServer } from '../sandbox/api-server/server.ts'
import type { ApiServer, ApiServerOptions } from '../sandbox/api-server/server.ts'
import { ConnectionFailure } from '../sandbox/types.ts'
import type { PodBackend, PodHttpResponse } from '../sandbox/types.ts'

const TEMPLATE = new URL('../fixtures/states/healthy/', import.meta.url)
const NAME = 'mycluster'
const NAMESPACE = 'rec-main'
/** Kinds that every cluster has. */
const KINDS = [
  'Cluster',
  'Pod',
  'PodDisruptionBudget',
  'ScheduledBackup',
  'Backup',
  'Database',
  'PersistentVolumeClaim',
]

export interface ManyClustersOptions extends ApiServerOptions {
  /** How many; they are `team-001/db-001`, `team-002/db-002` and so on. */
  clusters: number
  /** Changes or drops (undefined) an object before it is put in. */
  object?: (object: StoredObject, cluster: string) => StoredObject | undefined
  /** Backends instead of those that answer well, by pod. */
  pods?: Readonly<Record<string, PodBackend>>
}

export interface ManyClusters extends ApiServer {
  /** Time of the recording, which is also the server's clock. */
  readonly at: Date
}

/**
 * An API server with many clusters of three instances, all copies of the recorded state `healthy`: pods answer what those of the
 * recording did, under their own names.
 */
export async function startManyClusters(options: ManyClustersOptions): Promise<ManyClusters> {
  const { clusters, object: change = (object) => object, pods = {}, ...rest } = options
  const { objectsAt } = JSON.parse(read('meta.json')) as { objectsAt: string }
  const at = new Date(objectsAt)
  const server = await startApiServer({ now: () => at, ...rest })
  const { items } = JSON.parse(read('objects.json')) as { items: StoredObject[] }
  const template = items.filter((item) => KINDS.includes(item.kind) && item.metadata.namespace === NAMESPACE)
  const text = JSON.stringify(template.filter((item) => !item.metadata.name.includes('pooler')))
  for (let index = 1; index <= clusters; index++) {
    const { name, rename } = namesOf(index)
    for (const item of JSON.parse(rename(text)) as StoredObject[]) {
      const object = change(item, name)
      if (object === undefined) continue
      server.store.put(object)
      const { name: pod, namespace = '' } = object.metadata
      if (object.kind === 'Pod') server.setPod(namespace, pod, pods[pod] ?? copyOf(pod.replace(name, NAME), rename))
    }
  }
  return Object.assign(server, { at })
}

/** `team-007/db-007` and how a text of the recording becomes one of it. */
export function namesOf(index: number): { name: string; namespace: string; rename: (text: string) => string } {
  const number = String(index).padStart(3, '0')
  const name = `db-${number}`
  const namespace = `team-${number}`
  return { name, namespace, rename: (text) => text.replaceAll(NAME, name).replaceAll(NAMESPACE, namespace) }
}

/** A pod that answers as the one of the recording did. */
function copyOf(recorded: string, rename: (text: string) => string): PodBackend {
  const pages = new Map([
    ['8000/pg/status', rename(read(`pgstatus/${recorded}.json`))],
    ['9187/metrics', rename(read(`metrics/${recorded}.txt`))],
  ])
  const refused = (port: number): Promise<never> =>
    Promise.reject(new ConnectionFailure(`dial tcp 10.244.0.10:${port}: connect: connection refused`))
  return {
    http: ({ port, path }): Promise<PodHttpResponse> => {
      const body = pages.get(`${port}${path}`)
      return body === undefined ? refused(port) : Promise.resolve({ status: 200, headers: {}, body })
    },
    exec: () => Promise.reject(new ConnectionFailure('container not found ("postgres")', 500)),
    connect: refused,
    logs: async function* () {},
  }
}

const files = new Map<string, string>()

function read(path: string): string {
  const known = files.get(path) ?? readFileSync(new URL(path, TEMPLATE), 'utf8')
  files.set(path, known)
  return known
}
