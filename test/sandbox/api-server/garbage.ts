import type { OwnerReference, StoredObject } from './objects.ts'
import type { ResourceType } from './resources.ts'
import { refusedOperation } from './status.ts'
import type { Store } from './store.ts'

export type Propagation = 'Foreground' | 'Background' | 'Orphan'

export interface DeletionOptions {
  propagation?: Propagation
  /** Seconds; 0 is at once. Absent: the object's own. */
  graceSeconds?: number
  preconditions?: { uid?: string; resourceVersion?: string }
}

const FOREGROUND = 'foregroundDeletion'
const DEFAULT_GRACE = 30

/** Deletes objects as Kubernetes does: finalizers, grace periods, and owners with what they own. */
export class GarbageCollector {
  readonly #store: Store

  constructor(store: Store) {
    this.#store = store
    store.on('change', (change) => {
      if (change.type === 'DELETED') this.#ownerGone(change.object)
    })
  }

  /**
   * Begins the deletion of an object; returns how it stands then, and whether it is gone. Throws 409 when a precondition
   * does not hold.
   */
  delete(type: ResourceType, object: StoredObject, options: DeletionOptions): { object: StoredObject; gone: boolean } {
    const { namespace, name, uid, resourceVersion } = object.metadata
    const wanted = options.preconditions ?? {}
    if (wanted.uid !== undefined && wanted.uid !== uid)
      throw refusedOperation(
        type,
        name,
        `Precondition failed: UID in precondition: ${wanted.uid}, UID in object meta: ${uid}`,
      )
    if (wanted.resourceVersion !== undefined && wanted.resourceVersion !== resourceVersion) {
      const both = `${wanted.resourceVersion}, ResourceVersion in object meta: ${resourceVersion}`
      throw refusedOperation(type, name, `Precondition failed: ResourceVersion in precondition: ${both}`)
    }
    if (options.propagation === 'Orphan') this.#orphan(object)
    if (type.plural === 'namespaces') this.#emptyNamespace(name)
    const isPod = type.group === '' && type.plural === 'pods'
    if (isPod && object.metadata.deletionTimestamp === undefined && options.graceSeconds !== 0) {
      const graceful = this.#deleteGracefully(type, object, options.graceSeconds)
      if (graceful !== undefined) return { object: graceful, gone: false }
    }
    const finalizers = [...(object.metadata.finalizers ?? [])]
    const owned = options.propagation === 'Foreground' && this.#dependents(uid).length > 0
    if (owned && !finalizers.includes(FOREGROUND)) finalizers.push(FOREGROUND)
    if (finalizers.length === 0) return { object: this.#store.remove(type, namespace, name) ?? object, gone: true }
    this.#store.update(type, namespace, name, ({ metadata }) => {
      metadata.deletionTimestamp ??= this.#store.timestamp()
      metadata.deletionGracePeriodSeconds ??= 0
      metadata.finalizers = finalizers
    })
    if (owned)
      for (const dependent of this.#dependents(uid))
        this.delete(dependent.type, dependent.object, { propagation: 'Foreground' })
    const left = this.#store.get(type, namespace, name)
    return left === undefined ? { object, gone: true } : { object: left, gone: false }
  }

  /** Marks a pod and leaves its end to whoever runs it; undefined when nobody does. */
  #deleteGracefully(type: ResourceType, object: StoredObject, seconds?: number): StoredObject | undefined {
    const spec = object['spec'] as { terminationGracePeriodSeconds?: number } | undefined
    const grace = seconds ?? spec?.terminationGracePeriodSeconds ?? DEFAULT_GRACE
    const { namespace, name } = object.metadata
    const marked = structuredClone(object)
    marked.metadata.deletionGracePeriodSeconds = grace
    marked.metadata.deletionTimestamp = new Date(this.#store.now().getTime() + grace * 1000)
      .toISOString()
      .replace(/\.\d+Z$/, 'Z')
    if (!this.#store.gracefulDeletion(marked, grace)) return undefined
    return this.#store.get(type, namespace, name) === undefined ? marked : this.#store.replace(type, marked)
  }

  #dependents(uid: string | undefined): { type: ResourceType; object: StoredObject }[] {
    return [...this.#store.all()].filter(({ object }) => owners(object).some((owner) => owner.uid === uid))
  }

  #orphan(owner: StoredObject): void {
    for (const { type, object } of this.#dependents(owner.metadata.uid))
      this.#store.update(type, object.metadata.namespace, object.metadata.name, ({ metadata }) => {
        metadata.ownerReferences = owners({ metadata }).filter(({ uid }) => uid !== owner.metadata.uid)
      })
  }

  #emptyNamespace(namespace: string): void {
    for (const { type, object } of this.#store.all())
      if (object.metadata.namespace === namespace) this.#store.remove(type, namespace, object.metadata.name)
  }

  #ownerGone(gone: StoredObject): void {
    for (const { type, object } of this.#dependents(gone.metadata.uid)) {
      const others = owners(object).filter(({ uid }) => uid !== gone.metadata.uid)
      const { namespace, name } = object.metadata
      if (others.length > 0)
        this.#store.update(type, namespace, name, ({ metadata }) => (metadata.ownerReferences = others))
      else this.delete(type, object, { propagation: 'Background' })
    }
    // An owner that waits in the foreground goes with the last of what it owns.
    for (const owner of owners(gone)) {
      const found = [...this.#store.all()].find(({ object }) => object.metadata.uid === owner.uid)
      if (found === undefined || !(found.object.metadata.finalizers ?? []).includes(FOREGROUND)) continue
      if (this.#dependents(owner.uid).length > 0) continue
      this.#store.update(found.type, found.object.metadata.namespace, found.object.metadata.name, ({ metadata }) => {
        metadata.finalizers = (metadata.finalizers ?? []).filter((name) => name !== FOREGROUND)
      })
    }
  }
}

function owners(object: Pick<StoredObject, 'metadata'>): OwnerReference[] {
  return object.metadata.ownerReferences ?? []
}
