import type { StoredObject } from './api-server/objects.ts'
import { startApiServer } from './api-server/server.ts'
import type { ApiServer, ApiServerOptions } from './api-server/server.ts'
import type { PodBackend } from './types.ts'

export { startApiServer } from './api-server/server.ts'
export type { ApiServer, ApiServerOptions, KubeconfigOptions } from './api-server/server.ts'
export { denied } from './api-server/admission.ts'
export { startRecordedState } from './recorded/state.ts'

/** A database cluster as the sandbox takes it in: its objects, and what stands behind its pods. */
export interface SandboxCluster {
  readonly namespace: string
  objects(): readonly StoredObject[]
  readonly pods: ReadonlyMap<string, PodBackend>
  /** Ends its servers and removes their files. */
  stop(): Promise<void>
}

export interface SandboxOptions extends ApiServerOptions {
  clusters: readonly SandboxCluster[]
}

/** An API server with clusters in it; `close` ends both. */
export async function startSandbox(options: SandboxOptions): Promise<ApiServer> {
  const { clusters, ...serverOptions } = options
  const server = await startApiServer(serverOptions)
  for (const cluster of clusters) addCluster(server, cluster)
  const closeServer = server.close.bind(server)
  return Object.assign(server, {
    async close() {
      await closeServer()
      await Promise.all(clusters.map((cluster) => cluster.stop()))
    },
  })
}

/** Puts a cluster's objects into the store and its pods behind the server's proxy, exec, log and port-forward. */
export function addCluster(server: ApiServer, cluster: SandboxCluster): void {
  for (const object of cluster.objects()) server.store.put(object)
  for (const [name, backend] of cluster.pods) server.setPod(cluster.namespace, name, backend)
}
