import { startApiServer } from './api-server/server.ts'
import type { ApiServer, ApiServerOptions } from './api-server/server.ts'
import type { PostgresCluster, PostgresClusterOptions } from './postgres/cluster.ts'
import type { ObjectsOptions } from './postgres/objects.ts'
import type { Operator, OperatorOptions } from './operator/operator.ts'
import type { Provisioner } from './provisioner.ts'

export { startApiServer } from './api-server/server.ts'
export type { ApiServer, ApiServerOptions, KubeconfigOptions } from './api-server/server.ts'
export { denied } from './api-server/admission.ts'
export type { Operator } from './operator/operator.ts'
export { startRecordedState } from './recorded/state.ts'

export interface SandboxClusterOptions extends PostgresClusterOptions {
  /** What its objects say besides. */
  objects?: ObjectsOptions
  /** Whether an operator reacts to what is written (default), and how quickly. */
  operator?: boolean | OperatorOptions
}

export interface SandboxOptions extends ApiServerOptions {
  clusters: readonly SandboxClusterOptions[]
  /** Whether Cluster objects that are created through the API get servers, too. */
  provision?: boolean | OperatorOptions
}

/** An API server with live clusters in it; `close` ends both. */
export interface Sandbox extends ApiServer {
  /** In the order they were asked for. */
  readonly clusters: readonly PostgresCluster[]
  /** The operator of a cluster; throws when it has none. */
  operatorOf(cluster: PostgresCluster): Operator
}

/** Starts clusters of real PostgreSQL servers and an API server that shows them, all at once. */
export async function startSandbox(options: SandboxOptions): Promise<Sandbox> {
  const { clusters: wanted, provision = false, ...serverOptions } = options
  const { startPostgresCluster } = await import('./postgres/cluster.ts')
  const started = await Promise.allSettled([
    startApiServer(serverOptions),
    ...wanted.map((each, index) => startPostgresCluster({ subnet: index, ...each })),
  ] as const)
  const [server, ...rest] = started
  const clusters = rest.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []))
  const failed = started.find((each) => each.status === 'rejected')
  const operators = new Map<PostgresCluster, Operator>()
  let provisioner: Provisioner | undefined
  const close = async (closeServer: (() => Promise<void>) | undefined): Promise<void> => {
    const stopping = [...operators.values(), ...(provisioner ? [provisioner] : [])].map((operator) => operator.stop())
    await closeServer?.()
    await Promise.all(clusters.map((cluster) => cluster.stop()))
    await Promise.all(stopping)
  }
  try {
    if (server.status === 'rejected' || failed !== undefined) throw failed?.reason
    const api = server.value
    for (const [index, cluster] of clusters.entries()) {
      const { objects = {}, operator = true } = wanted[index] ?? {}
      await addCluster(api, cluster, objects)
      if (operator !== false) {
        const { Operator } = await import('./operator/operator.ts')
        if (operators.size === 0) {
          const { admission } = await import('./operator/admission.ts')
          api.writer.onAdmission(admission)
        }
        operators.set(cluster, new Operator(api, cluster, objects, operator === true ? {} : operator))
      }
    }
    if (provision !== false) {
      const { Provisioner } = await import('./provisioner.ts')
      provisioner = new Provisioner(api, clusters.length, provision === true ? {} : provision)
    }
    const closeServer = api.close
    const operatorOf = (cluster: PostgresCluster): Operator => {
      const operator = operators.get(cluster)
      if (operator === undefined) throw new Error(`cluster ${cluster.name} has no operator`)
      return operator
    }
    return Object.assign(api, { clusters, operatorOf, close: () => close(closeServer) })
  } catch (error) {
    await close(server.status === 'fulfilled' ? server.value.close : undefined)
    throw error
  }
}

/** Puts a cluster's objects into the store, and its pods behind the server's proxy, exec, log and port-forward. */
async function addCluster(server: ApiServer, cluster: PostgresCluster, options: ObjectsOptions = {}): Promise<void> {
  const { kubernetesObjects } = await import('./postgres/objects.ts')
  for (const object of kubernetesObjects(cluster, options)) server.store.put(object)
  for (const [name, pod] of cluster.pods) server.setPod(cluster.namespace, name, pod)
}
