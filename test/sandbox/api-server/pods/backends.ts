import type { Pod } from '../../../../src/api/pod.ts'
import { ConnectionFailure } from '../../types.ts'
import type { PodBackend } from '../../types.ts'
import type { Registry } from '../resources.ts'
import { badRequest, notFound } from '../status.ts'
import type { Store } from '../store.ts'

/** What stands behind the pods of a server, by namespace and name. */
export class Backends {
  readonly #store: Store
  readonly #backends = new Map<string, PodBackend>()

  constructor(store: Store) {
    this.#store = store
  }

  set(namespace: string, name: string, backend: PodBackend | undefined): void {
    const key = `${namespace}/${name}`
    if (backend === undefined) this.#backends.delete(key)
    else this.#backends.set(key, backend)
  }

  /** The pod's object; throws 404. */
  pod(namespace: string | undefined, name: string): Pod {
    const type = podType(this.#store.registry)
    const found = this.#store.get(type, namespace, name)
    if (found === undefined) throw notFound(type, name)
    return found as unknown as Pod
  }

  /** What answers for a pod; where nothing does, every way is refused. */
  backend(pod: Pod): PodBackend {
    const { namespace = '', name } = pod.metadata
    return this.#backends.get(`${namespace}/${name}`) ?? nothingThere(pod)
  }
}

function podType(registry: Registry): ReturnType<Store['resource']> {
  const type = registry.byPlural('', 'v1', 'pods')
  if (type === undefined) throw new Error('this server has no pods')
  return type
}

function nothingThere(pod: Pod): PodBackend {
  const refused = (port: number): ConnectionFailure =>
    new ConnectionFailure(`dial tcp ${pod.status?.podIP ?? ''}:${port}: connect: connection refused`)
  return {
    http: async ({ port }) => Promise.reject(refused(port)),
    connect: async (port) => Promise.reject(refused(port)),
    exec: async ({ container }) =>
      Promise.reject(
        new ConnectionFailure(`unable to upgrade connection: container not found ("${container ?? ''}")`, 500),
      ),
    logs: async function* () {},
  }
}

/**
 * The container that is meant: the named one, or the only one. Throws the 400s of Kubernetes for a name the pod does not
 * have, and for no name where there are several.
 */
export function containerOf(pod: Pod, named: string | undefined): string {
  const { name } = pod.metadata
  const containers = (pod.spec.containers ?? []).map((container) => container.name)
  const initial = (pod.spec.initContainers ?? []).map((container) => container.name)
  if (named !== undefined && named !== '') {
    if ([...containers, ...initial].includes(named)) return named
    throw badRequest(`container ${named} is not valid for pod ${name}`)
  }
  const [only, another] = containers
  if (only !== undefined && another === undefined) return only
  const choices = `a container name must be specified for pod ${name}, choose one of: [${containers.join(' ')}]`
  throw badRequest(initial.length === 0 ? choices : `${choices} or one of the init containers: [${initial.join(' ')}]`)
}
