import type { Duplex } from 'node:stream'
import {
  aggregatedDiscovery,
  aggregatedVersion,
  apiGroup,
  apiGroupList,
  apiResourceList,
  apiVersions,
  openApi,
} from './discovery.ts'
import type { Exchange } from './exchange.ts'
import type { Policy } from './policy.ts'
import type { Backends } from './pods/backends.ts'
import { execInPod } from './pods/exec.ts'
import { podLog } from './pods/log.ts'
import { forwardPorts } from './pods/port-forward.ts'
import { proxyToPod } from './pods/proxy.ts'
import { getObject, listObjects } from './read.ts'
import type { ResourceType } from './resources.ts'
import { review } from './reviews.ts'
import { ApiError, badRequest } from './status.ts'
import type { Store } from './store.ts'
import { watchObjects } from './watch.ts'
import type { Writer } from './write.ts'

export interface Services {
  store: Store
  policy: Policy
  backends: Backends
  writer: Writer
  kubernetesVersion: string
  bookmarkSeconds: number
  address(): string
}

const REVIEWS = ['authorization.k8s.io', 'authentication.k8s.io']

/** Finds out what a request is and carries it out. Who may do it has been settled before. */
export async function route(exchange: Exchange, services: Services): Promise<void> {
  const { info } = exchange
  if (!info.isResource) return routePath(exchange, services)
  const type = typeOf(exchange, services)
  if (type === undefined) return exchange.text(404, '404 page not found\n')
  if (info.subresource !== '') return routeSubresource(exchange, services, type)
  if (REVIEWS.includes(type.group) && info.verb === 'create') return review(exchange, services.policy, type)
  if (!type.verbs.includes(info.verb)) throw methodNotAllowed()
  switch (info.verb) {
    case 'get':
      return getObject(exchange, services.store, type)
    case 'list':
      return listObjects(exchange, services.store, type)
    case 'watch':
      return watchObjects(exchange, services.store, type, services.bookmarkSeconds)
    default:
      return services.writer.write(exchange, type)
  }
}

/** The same for a request to upgrade the connection; the socket is the handler's from then on. */
export async function routeUpgrade(
  exchange: Exchange,
  services: Services,
  socket: Duplex,
  head: Buffer,
): Promise<void> {
  const { info } = exchange
  const isPod = info.isResource && info.group === '' && info.resource === 'pods'
  if (isPod && info.subresource === 'exec') return execInPod(exchange, services.backends, socket, head)
  if (isPod && info.subresource === 'portforward') return forwardPorts(exchange, services.backends, socket, head)
  throw badRequest('Upgrade request required')
}

function typeOf(exchange: Exchange, services: Services): ResourceType | undefined {
  const { info } = exchange
  const type = services.store.registry.byPlural(info.group, info.version, info.resource)
  if (type === undefined || (!type.namespaced && info.namespace !== undefined)) return undefined
  // An object of a namespaced kind has no path outside its namespace.
  if (type.namespaced && info.namespace === undefined && info.name !== '') return undefined
  return type
}

function routePath(exchange: Exchange, services: Services): void {
  const { registry } = services.store
  const path = exchange.path.length > 1 ? exchange.path.replace(/\/$/, '') : exchange.path
  if (exchange.request.method !== 'GET' && exchange.request.method !== 'HEAD') throw methodNotAllowed()
  if (path === '/api' || path === '/apis') {
    const version = aggregatedVersion(exchange.request.headers.accept ?? '')
    if (version !== undefined) {
      const type = `application/json;g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList`
      return exchange.json(200, aggregatedDiscovery(registry, path === '/api', version), type)
    }
    return exchange.json(200, path === '/api' ? apiVersions(services.address()) : apiGroupList(registry))
  }
  const found = document(path, services)
  if (found === undefined) exchange.text(404, '404 page not found\n')
  else if (typeof found === 'string') exchange.text(200, found)
  else exchange.json(200, found)
}

function document(path: string, services: Services): unknown {
  const { registry } = services.store
  if (path === '/version') return versionInfo(services.kubernetesVersion)
  if (path === '/healthz' || path === '/livez' || path === '/readyz') return 'ok'
  if (path === '/openapi/v3' || path.startsWith('/openapi/v3/')) return openApi(registry, path)
  const [, root, first = '', second] = path.split('/')
  if (root === 'api') return apiResourceList(registry, '', first)
  if (root !== 'apis') return undefined
  return second === undefined ? apiGroup(registry, first) : apiResourceList(registry, first, second)
}

function versionInfo(version: string): unknown {
  const [major, minor] = version.split('.')
  return {
    major,
    minor,
    gitVersion: `v${version}`,
    gitCommit: '0000000000000000000000000000000000000000',
    gitTreeState: 'clean',
    buildDate: '2025-01-01T00:00:00Z',
    goVersion: 'go1.24',
    compiler: 'gc',
    platform: 'linux/amd64',
  }
}

async function routeSubresource(exchange: Exchange, services: Services, type: ResourceType): Promise<void> {
  const { info } = exchange
  if (type.group === '' && type.plural === 'pods') {
    if (info.subresource === 'proxy') return proxyToPod(exchange, services.backends)
    if (info.subresource === 'log') return podLog(exchange, services.backends)
    if (info.subresource === 'exec' || info.subresource === 'portforward') throw badRequest('Upgrade request required')
  }
  const known =
    (info.subresource === 'status' && type.status) || (info.subresource === 'scale' && type.scale !== undefined)
  if (!known) return exchange.text(404, '404 page not found\n')
  if (info.subresource === 'status' && info.verb === 'get') return getObject(exchange, services.store, type)
  return services.writer.write(exchange, type)
}

function methodNotAllowed(): ApiError {
  return new ApiError(405, 'MethodNotAllowed', 'the server does not allow this method on the requested resource')
}
