import { CliError } from '../errors/cli-error.ts'
import { nearestFirst } from '../errors/nearest.ts'
import type { Host } from '../host/types.ts'
import type { ConnectionOptions } from './connection-options.ts'
import { podAccount } from './in-cluster.ts'
import { loadKubeconfig } from './kubeconfig-files.ts'
import { checkCluster, checkUser } from './kubeconfig-checks.ts'
import { overrideCluster, overrideUser } from './kubeconfig-overrides.ts'
import type { Kubeconfig, KubeconfigCluster, KubeconfigContext, KubeconfigUser } from './kubeconfig-types.ts'

/** Which server, as whom, in which namespace: the kubeconfig with the flags applied. */
export interface ChosenConnection {
  context: string | undefined
  clusterName: string | undefined
  userName: string | undefined
  /** Has a server. */
  cluster: KubeconfigCluster & { server: string }
  user: KubeconfigUser
  namespace: string
  namespaceIsExplicit: boolean
  /** The context's extension forbids changes. */
  readOnly: boolean
  /** `fallback`: nothing was configured, so it is kubectl's http://localhost:8080. */
  origin: 'kubeconfig' | 'pod' | 'fallback'
  files: Kubeconfig['files']
}

/** kubectl's server when nothing is configured. */
const FALLBACK_SERVER = 'http://localhost:8080'

/**
 * Chooses context, cluster, user and namespace as kubectl does (spec/commands-core.md 1.4, client-go clientcmd).
 * `accountDirectory` is where a pod's service account is mounted. Throws CliError `config`.
 */
export async function chooseConnection(
  options: ConnectionOptions,
  host: Host,
  accountDirectory?: string,
): Promise<ChosenConnection> {
  const kubeconfig = await loadKubeconfig(options.kubeconfig, host)
  const contextName = options.context || kubeconfig.currentContext
  const context = contextName ? find(kubeconfig, 'context', contextName) : {}
  const { clusterName, userName } = namesOf(kubeconfig, context, options)
  const cluster = overrideCluster(clusterName ? kubeconfig.clusters.get(clusterName) : undefined, options, host.cwd)
  const user = overrideUser(userName ? kubeconfig.users.get(userName) : undefined, options, host.cwd)

  const pod = cluster.server && context.namespace ? undefined : await podAccount(host, accountDirectory)
  const common = {
    context: contextName,
    namespace: options.namespace || context.namespace || pod?.namespace || 'default',
    namespaceIsExplicit: Boolean(options.namespace),
    readOnly: context.readOnly ?? false,
    files: kubeconfig.files,
  }
  if (cluster.server) {
    const server = { ...cluster, server: cluster.server }
    checkCluster(server, clusterName)
    checkUser(user, userName)
    return { ...common, clusterName, userName, cluster: server, user, origin: 'kubeconfig' }
  }
  if (kubeconfig.contexts.size > 0 && !pod) throw noContext(kubeconfig, contextName, clusterName)
  if (pod) {
    const account = overrideUser(pod.user, options, host.cwd)
    const home = { ...overrideCluster(pod.cluster, options, host.cwd), server: pod.cluster.server ?? '' }
    checkUser(account, undefined)
    return { ...common, clusterName: undefined, userName: undefined, cluster: home, user: account, origin: 'pod' }
  }
  const server = host.env.KUBERNETES_MASTER || FALLBACK_SERVER
  checkUser(user, userName)
  return { ...common, clusterName, userName, cluster: { ...cluster, server }, user, origin: 'fallback' }
}

/** Names of the entries; those given by flag must exist, a context's user need not (as in kubectl). */
function namesOf(
  kubeconfig: Kubeconfig,
  context: KubeconfigContext,
  options: ConnectionOptions,
): { clusterName: string | undefined; userName: string | undefined } {
  if (options.cluster) find(kubeconfig, 'cluster', options.cluster)
  if (options.user) find(kubeconfig, 'user', options.user)
  return { clusterName: options.cluster || context.cluster, userName: options.user || context.user }
}

interface EntryOf {
  context: KubeconfigContext
  cluster: KubeconfigCluster
  user: KubeconfigUser
}

function find<W extends keyof EntryOf>(kubeconfig: Kubeconfig, what: W, name: string): EntryOf[W] {
  const entries = kubeconfig[`${what}s`] as ReadonlyMap<string, EntryOf[W]>
  const entry = entries.get(name)
  if (entry !== undefined) return entry
  const names = nearestFirst(name, entries.keys())
  const looked = kubeconfig.files.map(({ path, found }) => (found ? path : `${path} (not there)`)).join(', ')
  throw new CliError({
    kind: 'config',
    message: `the kubeconfig has no ${what} "${name}"`,
    hint:
      names.length > 0
        ? `Choose one with --${what}: ${shortList(names)}`
        : `There are no ${what}s at all in ${looked}; check --kubeconfig and KUBECONFIG.`,
  })
}

function noContext(kubeconfig: Kubeconfig, context: string | undefined, cluster: string | undefined): CliError {
  const names = nearestFirst(context ?? '', kubeconfig.contexts.keys())
  if (context === undefined) {
    return new CliError({
      kind: 'config',
      message: 'the kubeconfig names no current context',
      hint: `Choose one with --context or \`kubectl config use-context\`: ${shortList(names)}`,
    })
  }
  return new CliError({
    kind: 'config',
    message: cluster
      ? `context "${context}" names cluster "${cluster}", which ${
          kubeconfig.clusters.has(cluster) ? 'has no server' : 'is not in the kubeconfig'
        }`
      : `context "${context}" names no cluster`,
    hint: `Clusters there: ${shortList(nearestFirst(cluster ?? '', kubeconfig.clusters.keys())) || 'none'}. Or give the address with --server.`,
  })
}

function shortList(names: readonly string[]): string {
  return names.length > 10 ? `${names.slice(0, 10).join(', ')}, and ${names.length - 10} more` : names.join(', ')
}
