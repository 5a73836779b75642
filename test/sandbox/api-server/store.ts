import { EventEmitter } from 'node:events'
import { randomUUID } from 'node:crypto'
import { groupVersion } from './resources.ts'
import type { Registry, ResourceType } from './resources.ts'
import { same } from './objects.ts'
import type { StoredObject } from './objects.ts'
import { alreadyExists, conflict, notFound } from './status.ts'

export type ChangeType = 'ADDED' | 'MODIFIED' | 'DELETED'

/** One step in the life of an object, in the order of the resource versions. */
export interface Change {
  type: ChangeType
  resource: ResourceType
  version: number
  object: StoredObject
  /** The object before this change; absent for ADDED. */
  previous?: StoredObject
}

export interface StoreOptions {
  registry: Registry
  now: () => Date
  /** How many changes a watch may go back; older ones answer 410. */
  historyLength?: number
}

/** Returning true means: the hook takes the object away itself, with `remove`, when its time has come. */
export type GracefulDeletion = (object: StoredObject, graceSeconds: number) => boolean

/** All objects of the sandbox, with the resource versions and the history that watches need. */
export class Store {
  readonly registry: Registry
  readonly now: () => Date
  readonly #events = new EventEmitter()
  readonly #objects = new Map<ResourceType, Map<string, StoredObject>>()
  readonly #history: Change[] = []
  readonly #historyLength: number
  #version = 1000
  #oldest = 1000
  gracefulDeletion: GracefulDeletion = () => false

  constructor(options: StoreOptions) {
    this.registry = options.registry
    this.now = options.now
    this.#historyLength = options.historyLength ?? 5000
    this.#events.setMaxListeners(0)
  }

  get version(): number {
    return this.#version
  }

  /** The oldest resource version from which a watch can still start. */
  get oldestVersion(): number {
    return this.#oldest
  }

  /** Calls back after every change; returns the way to stop. */
  on(event: 'change', listener: (change: Change) => void): () => void {
    this.#events.on(event, listener)
    return () => this.#events.off(event, listener)
  }

  /** Changes after the given resource version. */
  since(version: number): Change[] {
    return this.#history.filter((change) => change.version > version)
  }

  /** Forgets the history, so that every watch from an earlier version is too old. */
  compact(): void {
    this.#history.length = 0
    this.#oldest = ++this.#version
  }

  typeOf(object: Pick<StoredObject, 'apiVersion' | 'kind'>): ResourceType {
    const type = this.registry.byKind(object.apiVersion, object.kind)
    if (type === undefined) throw new Error(`no resource for ${object.apiVersion} ${object.kind}`)
    return type
  }

  /** The resource of a kind, for callers that know only that; throws when there is none. */
  resource(kind: string, group?: string): ResourceType {
    const fits = (type: ResourceType): boolean =>
      type.kind === kind && (group === undefined ? !type.custom || type.group !== '' : type.group === group)
    const type = this.registry.types.find(fits)
    if (type === undefined) throw new Error(`no resource of kind ${kind}`)
    return type
  }

  /** Objects of one resource, sorted as the server lists them: by namespace, then by name. */
  list(type: ResourceType, namespace?: string): StoredObject[] {
    const all = [...(this.#objects.get(type)?.entries() ?? [])]
    return all
      .filter(([, object]) => namespace === undefined || object.metadata.namespace === namespace)
      .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
      .map(([, object]) => object)
  }

  get(type: ResourceType, namespace: string | undefined, name: string): StoredObject | undefined {
    return this.#objects.get(type)?.get(keyOf(namespace, name))
  }

  /** Every object of every resource. */
  *all(): Generator<{ type: ResourceType; object: StoredObject }> {
    for (const [type, objects] of this.#objects) for (const object of [...objects.values()]) yield { type, object }
  }

  /**
   * Puts an object in as it is: uid and creation time are kept when it has them, the namespace is made when it is
   * missing. Replaces an object of the same name. Throws when the kind is unknown.
   */
  put(object: StoredObject): StoredObject {
    const type = this.typeOf(object)
    const { namespace, name } = object.metadata
    if (namespace !== undefined) this.ensureNamespace(namespace)
    return this.get(type, namespace, name) === undefined
      ? this.create(type, structuredClone(object))
      : this.replace(type, structuredClone(object))
  }

  ensureNamespace(name: string): void {
    const type = this.registry.byKind('v1', 'Namespace')
    if (type === undefined || this.get(type, undefined, name) !== undefined) return
    this.create(type, {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name, labels: { 'kubernetes.io/metadata.name': name } },
      spec: { finalizers: ['kubernetes'] },
      status: { phase: 'Active' },
    })
  }

  /** Adds an object; throws 409 when the name is taken. The object becomes the store's. A dry run keeps nothing. */
  create(type: ResourceType, object: StoredObject, dryRun = false): StoredObject {
    const { namespace, name } = object.metadata
    if (this.get(type, namespace, name) !== undefined) throw alreadyExists(type, name)
    const metadata = {
      ...object.metadata,
      uid: object.metadata.uid ?? randomUUID(),
      creationTimestamp: object.metadata.creationTimestamp ?? this.timestamp(),
      ...(hasGeneration(type) ? { generation: object.metadata.generation ?? 1 } : {}),
    }
    const created = { ...object, apiVersion: groupVersion(type), kind: type.kind, metadata }
    return dryRun ? created : this.#commit('ADDED', type, created)
  }

  /**
   * Writes a whole object over the one of its name. With a resourceVersion in it, throws 409 when that is not the
   * current one. Nothing happens, and no version is spent, when nothing differs. Losing the last finalizer after its
   * deletion removes the object. A dry run keeps nothing.
   */
  replace(type: ResourceType, object: StoredObject, dryRun = false): StoredObject {
    const { namespace, name, resourceVersion } = object.metadata
    const previous = this.get(type, namespace, name)
    if (previous === undefined) throw notFound(type, name)
    if (resourceVersion !== undefined && resourceVersion !== previous.metadata.resourceVersion)
      throw conflict(type, name)
    const { uid, creationTimestamp, resourceVersion: version, generation } = previous.metadata
    const metadata = { ...object.metadata, ...kept({ uid, creationTimestamp, resourceVersion: version, generation }) }
    const next: StoredObject = { ...object, apiVersion: groupVersion(type), kind: type.kind, metadata }
    if (same(next, previous)) return previous
    if (generation !== undefined && !same(withoutStatus(next), withoutStatus(previous)))
      metadata.generation = generation + 1
    if (dryRun) return next
    if (metadata.deletionTimestamp !== undefined && (metadata.finalizers ?? []).length === 0 && wasFinalizing(previous))
      return this.remove(type, namespace, name) ?? previous
    return this.#commit('MODIFIED', type, next, previous)
  }

  /**
   * Changes an object in place: the function gets a copy to alter. For the operator in miniature; there is no version
   * to conflict with. Throws 404 when the object is not there.
   */
  update(
    type: ResourceType,
    namespace: string | undefined,
    name: string,
    change: (object: StoredObject) => void,
  ): StoredObject {
    const current = this.get(type, namespace, name)
    if (current === undefined) throw notFound(type, name)
    const copy = structuredClone(current)
    change(copy)
    return this.replace(type, copy)
  }

  /** Takes an object away at once; returns it, or undefined when it was not there. */
  remove(type: ResourceType, namespace: string | undefined, name: string): StoredObject | undefined {
    const previous = this.get(type, namespace, name)
    if (previous === undefined) return undefined
    return this.#commit('DELETED', type, { ...previous, metadata: { ...previous.metadata } }, previous)
  }

  /** The present time as Kubernetes writes it: whole seconds. */
  timestamp(): string {
    return this.now()
      .toISOString()
      .replace(/\.\d+Z$/, 'Z')
  }

  #commit(type: ChangeType, resource: ResourceType, object: StoredObject, previous?: StoredObject): StoredObject {
    const version = ++this.#version
    object.metadata.resourceVersion = String(version)
    const key = keyOf(object.metadata.namespace, object.metadata.name)
    let objects = this.#objects.get(resource)
    if (objects === undefined) this.#objects.set(resource, (objects = new Map<string, StoredObject>()))
    if (type === 'DELETED') objects.delete(key)
    else objects.set(key, object)
    const change: Change = { type, resource, version, object, ...(previous === undefined ? {} : { previous }) }
    this.#history.push(change)
    if (this.#history.length > this.#historyLength) this.#oldest = this.#history.shift()?.version ?? this.#oldest
    this.#events.emit('change', change)
    return object
  }
}

function keyOf(namespace: string | undefined, name: string): string {
  return `${namespace ?? ''}/${name}`
}

const COUNTED = ['apps', 'batch', 'policy', 'discovery.k8s.io', 'networking.k8s.io']

/** Whether Kubernetes counts the changes of the spec for this kind. */
function hasGeneration(type: ResourceType): boolean {
  return type.custom || COUNTED.includes(type.group) || type.kind === 'Pod'
}

function withoutStatus(object: StoredObject): Record<string, unknown> {
  const { status: _status, metadata: _metadata, ...rest } = object
  return rest
}

function wasFinalizing(object: StoredObject): boolean {
  return object.metadata.deletionTimestamp !== undefined && (object.metadata.finalizers ?? []).length > 0
}

function kept<T extends object>(values: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>
  }
}
