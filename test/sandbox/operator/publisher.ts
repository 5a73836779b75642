import type { ApiServer } from '../api-server/server.ts'
import { at, list, map } from '../api-server/objects.ts'
import type { StoredObject } from '../api-server/objects.ts'
import type { PostgresCluster } from '../postgres/cluster.ts'
import { clusterObjects } from '../postgres/objects.ts'
import type { ClusterObjectOptions } from '../postgres/objects/cluster-object.ts'
import type { ObjectsOptions } from '../postgres/objects.ts'
import { mergeConditions } from './conditions.ts'
import type { Condition } from './conditions.ts'
import { Annotation } from './phases.ts'

/** What the operator says of a cluster besides what is true of its servers. */
export interface View extends Pick<ClusterObjectOptions, 'phase' | 'phaseReason' | 'jobs' | 'initializing'> {
  /** A node maintenance window is open that reuses volumes: standbys and a lone primary may be drained (recorded state maintenance). */
  maintenance: boolean
}

/** Members of the status that go when they no longer hold. */
const passing = [
  'phaseReason',
  'danglingPVC',
  'healthyPVC',
  'initializingPVC',
  'instancesStatus',
  'instancesReportedState',
  'jobCount',
  'readyInstances',
  'systemID',
]

/** Members of the status that others write: who is to be primary, and what came of backups. */
const others = [
  'targetPrimary',
  'targetPrimaryTimestamp',
  'firstRecoverabilityPoint',
  'firstRecoverabilityPointByMethod',
  'lastSuccessfulBackup',
  'lastSuccessfulBackupByMethod',
  'lastFailedBackup',
]

/** Kinds whose objects follow the servers, but for their identity. */
const followers = ['Pod', 'PersistentVolumeClaim', 'PodDisruptionBudget', 'EndpointSlice', 'Lease']

/** Brings the objects in the store into line with the servers. */
export class Publisher {
  readonly #api: ApiServer
  readonly #cluster: PostgresCluster
  readonly #options: ObjectsOptions
  /** Objects that were there once, by kind and name: what is gone has been deleted, and a new one is another one. */
  readonly #known = new Set<string>()

  constructor(api: ApiServer, cluster: PostgresCluster, options: ObjectsOptions) {
    this.#api = api
    this.#cluster = cluster
    this.#options = options
    for (const object of this.#objects()) this.#known.add(keyOf(object))
  }

  /** Does nothing when the Cluster is gone. */
  publish(view: View): void {
    const type = this.#api.store.resource('Cluster', 'postgresql.cnpg.io')
    const { namespace, name } = this.#cluster
    if (this.#api.store.get(type, namespace, name) === undefined) return
    const objects = this.#objects(view)
    const present = new Set<string>()
    for (const object of objects) {
      if (object.kind === 'Cluster') this.#updateCluster(object)
      else if (view.maintenance && this.#isLifted(object)) continue
      else if (followers.includes(object.kind)) {
        present.add(keyOf(object))
        this.#putOne(object, view)
      }
    }
    for (const key of this.#known) if (!present.has(key)) this.#removeOne(key)
  }

  #objects(view?: View): StoredObject[] {
    const { maintenance: _window, ...options } = view ?? { maintenance: false }
    return clusterObjects(this.#cluster, { ...this.#options, ...withoutUndefined(options) })
  }

  /** A budget that a maintenance window takes away. */
  #isLifted({ kind, metadata }: StoredObject): boolean {
    const { name, servers } = this.#cluster
    return kind === 'PodDisruptionBudget' && (metadata.name === name || servers.size === 1)
  }

  #updateCluster(generated: StoredObject): void {
    const { store } = this.#api
    const { namespace, name } = generated.metadata
    store.update(store.typeOf(generated), namespace, name, (object) => {
      const before = map(object, 'status')
      const kept = Object.fromEntries(Object.entries(before).filter(([key]) => !passing.includes(key)))
      const foreign = Object.fromEntries(Object.entries(before).filter(([key]) => others.includes(key)))
      const conditions = mergeConditions(
        list(before, 'conditions') as Condition[],
        list(generated, 'status', 'conditions') as Condition[],
        store.timestamp(),
      )
      const status = { ...kept, ...map(generated, 'status'), ...foreign }
      object['status'] = conditions.length === 0 ? status : { ...status, conditions }
    })
  }

  #putOne(generated: StoredObject, view: View): void {
    const { store } = this.#api
    const type = store.typeOf(generated)
    const { namespace, name } = generated.metadata
    const stored = store.get(type, namespace, name)
    const isPod = generated.kind === 'Pod'
    if (generated.kind === 'PersistentVolumeClaim') markVolume(generated, view.initializing?.includes(name) ?? false)
    if (stored === undefined || (isPod && stored.metadata.uid !== generated.metadata.uid)) {
      const pod = isPod ? this.#cluster.pods.get(name) : undefined
      // The object of a pod that is ending may be gone before its server is.
      if (pod?.terminating === true) return
      if (stored !== undefined) store.remove(type, namespace, name)
      store.put(isPod || !this.#known.has(keyOf(generated)) ? generated : madeAnew(generated, store.timestamp()))
      this.#known.add(keyOf(generated))
      if (pod !== undefined) this.#api.setPod(this.#cluster.namespace, name, pod)
      return
    }
    store.update(type, namespace, name, (object) => {
      const volume = text(object, 'metadata', 'annotations', Annotation.volumeStatus)
      // What is on its way out, or was taken out, is no longer the operator's.
      if (generated.kind === 'PersistentVolumeClaim' && (object.metadata.deletionTimestamp || volume === 'detached'))
        return
      const { metadata, apiVersion: _version, kind: _kind, spec, status, ...rest } = generated
      object.metadata.labels = { ...withoutRoles(object.metadata.labels), ...metadata.labels }
      object.metadata.annotations = { ...object.metadata.annotations, ...metadata.annotations }
      if (!isPod && generated.kind !== 'PersistentVolumeClaim' && spec !== undefined) object['spec'] = spec
      if (status !== undefined) object['status'] = withTransitions(object, status, store.timestamp())
      Object.assign(object, rest)
    })
  }

  #removeOne(key: string): void {
    const [kind = '', apiVersion = '', name = ''] = key.split(' ')
    const { store } = this.#api
    const { namespace } = this.#cluster
    // Pods are ended by the kubelet, volumes by the operator's own hand.
    if (kind !== 'PodDisruptionBudget') return
    store.remove(store.typeOf({ apiVersion, kind }), namespace, name)
  }
}

function keyOf(object: StoredObject): string {
  return `${object.kind} ${object.apiVersion} ${object.metadata.name}`
}

function markVolume(claim: StoredObject, initializing: boolean): void {
  if (initializing)
    claim.metadata.annotations = { ...claim.metadata.annotations, [Annotation.volumeStatus]: 'initializing' }
}

/** The generated object says when the cluster was made and which object it is; a later one of that name is another one. */
function madeAnew(object: StoredObject, now: string): StoredObject {
  const { uid: _uid, ...metadata } = object.metadata
  return { ...object, metadata: { ...metadata, creationTimestamp: now } }
}

function withoutRoles(labels: Record<string, string> = {}): Record<string, string> {
  return Object.fromEntries(Object.entries(labels).filter(([key]) => key !== 'role' && key !== 'cnpg.io/instanceRole'))
}

function withTransitions(object: StoredObject, status: unknown, now: string): unknown {
  const wanted = list(status, 'conditions') as Condition[]
  if (wanted.length === 0) return status
  const conditions = mergeConditions(list(object, 'status', 'conditions') as Condition[], wanted, now)
  return { ...map({ status }, 'status'), conditions }
}

function text(value: unknown, ...keys: string[]): string {
  const found = at(value, ...keys)
  return typeof found === 'string' ? found : ''
}

function withoutUndefined<T extends object>(value: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined)) as {
    [K in keyof T]: Exclude<T[K], undefined>
  }
}
