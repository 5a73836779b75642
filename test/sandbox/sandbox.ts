import { startApiServer } from './api-server/server.ts'
import type { ApiServer, ApiServerOptions } from './api-server/server.ts'
import type { PostgresCluster, PostgresClusterOptions } from './postgres/cluster.ts'
import type { ObjectsOptions } from './postgres/objects.ts'

export { startApiServer } from './api-server/server.ts'
export type { ApiServer, ApiServerOptions, KubeconfigOptions } from './api-server/server.ts'
export { denied } from './api-server/admission.ts'
export { startRecordedState } from './recorded/state.ts'

export interface SandboxClusterOptions extends PostgresClusterOptions {
  /** What its objects say besides. */
  objects?: ObjectsOptions
}

export interface SandboxOptions extends ApiServerOptions {
  clusters: readonly SandboxClusterOptions[]
}

/** An API server with live clusters in it; `close` ends both. */
export interface Sandbox extends ApiServer {
  /** In the order they were asked for. */
  readonly clusters: readonly PostgresCluster[]
}

/** Starts clusters of real PostgreSQL servers and an API server that shows them, all at once. */
export async function startSandbox(options: SandboxOptions): Promise<Sandbox> {
  const { clusters: wanted, ...serverOptions } = options
  const { startPostgresCluster } = await import('./postgres/cluster.ts')
  const started = await Promise.allSettled([
    startApiServer(serverOptions),
    ...wanted.map((each, index) => startPostgresCluster({ subnet: index, ...each })),
  ] as const)
  const [server, ...rest] = started
  const clusters = rest.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []))
  const failed = started.find((each) => each.status === 'rejected')
  const close = async (closeServer: (() => Promise<void>) | undefined): Promise<void> => {
    await closeServer?.()
    await Promise.all(clusters.map((cluster) => cluster.stop()))
  }
  try {
    if (server.status === 'rejected' || failed !== undefined) throw failed?.reason
    const api = server.value
    for (const [index, cluster] of clusters.entries()) await addCluster(api, cluster, wanted[index]?.objects)
    const closeServer = api.close
    return Object.assign(api, { clusters, close: () => close(closeServer) })
  } catch (error) {
    await close(server.status === 'fulfilled' ? server.value.close : undefined)
    throw error
  }
}

/** Puts a cluster's objects into the store, and its pods behind the server's proxy, exec, log and port-forward. */
export async function addCluster(
  server: ApiServer,
  cluster: PostgresCluster,
  options: ObjectsOptions = {},
): Promise<void> {
  const { kubernetesObjects } = await import('./postgres/objects.ts')
  for (const object of kubernetesObjects(cluster, options)) server.store.put(object)
  for (const [name, pod] of cluster.pods) server.setPod(cluster.namespace, name, pod)
}
