import { randomInt } from 'node:crypto'
import type { AdmissionHook, AdmissionReview } from './admission.ts'
import type { Exchange } from './exchange.ts'
import { GarbageCollector } from './garbage.ts'
import type { DeletionOptions, Propagation } from './garbage.ts'
import { at, isMap, list, map, text } from './objects.ts'
import type { StoredObject } from './objects.ts'
import { patched } from './patches/patched.ts'
import { sendObject } from './read.ts'
import { groupVersion } from './resources.ts'
import type { ResourceType } from './resources.ts'
import { readScale, withReplicas } from './scale.ts'
import { selectorOf } from './selectors.ts'
import { ApiError, badRequest, invalid, notFound } from './status.ts'
import type { Store } from './store.ts'

const NAME = /^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/
const NAME_RULE =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character"
const SUFFIX_LETTERS = 'bcdfghjklmnpqrstvwxz2456789'

/** Everything that changes objects by request. */
export class Writer {
  readonly #store: Store
  readonly #collector: GarbageCollector
  readonly #hooks: AdmissionHook[] = []
  /** What a field manager has applied, for its next apply: by uid and manager. */
  readonly #applied = new Map<string, unknown>()

  constructor(store: Store) {
    this.#store = store
    this.#collector = new GarbageCollector(store)
  }

  /** Calls back before every write; returns the way to stop. */
  onAdmission(hook: AdmissionHook): () => void {
    this.#hooks.push(hook)
    return () => void this.#hooks.splice(this.#hooks.indexOf(hook), 1)
  }

  async write(exchange: Exchange, type: ResourceType): Promise<void> {
    const { verb, subresource } = exchange.info
    if (subresource === 'scale') return this.#scale(exchange, type)
    switch (verb) {
      case 'create':
        if (subresource === '') return this.#create(exchange, type)
        break
      case 'update':
        return this.#update(exchange, type)
      case 'patch':
        return this.#patch(exchange, type)
      case 'delete':
        return this.#delete(exchange, type)
      case 'deletecollection':
        return this.#deleteCollection(exchange, type)
    }
    throw new ApiError(405, 'MethodNotAllowed', 'the server does not allow this method on the requested resource')
  }

  async #create(exchange: Exchange, type: ResourceType): Promise<void> {
    if (exchange.info.name !== '')
      throw new ApiError(405, 'MethodNotAllowed', 'the server does not allow this method on the requested resource')
    const object = readObject(await exchange.objectBody(), type, exchange.info.namespace)
    sendObject(exchange, this.#store, type, await this.#admitNew(exchange, type, object), 201)
  }

  async #admitNew(exchange: Exchange, type: ResourceType, object: StoredObject): Promise<StoredObject> {
    const { metadata } = object
    if (!metadata.name && metadata.generateName) metadata.name = `${metadata.generateName}${suffix()}`
    checkName(type, metadata.name)
    const { namespace } = metadata
    const namespaces = this.#store.registry.byPlural('', 'v1', 'namespaces')
    if (namespace !== undefined && namespaces !== undefined && !this.#store.get(namespaces, undefined, namespace))
      throw notFound(namespaces, namespace)
    for (const key of ['uid', 'resourceVersion', 'creationTimestamp', 'deletionTimestamp', 'generation'] as const)
      delete metadata[key]
    if (type.status) delete object['status']
    if (INITIAL_STATUS[type.kind] !== undefined && !type.custom) object['status'] = { phase: INITIAL_STATUS[type.kind] }
    const dryRun = isDryRun(exchange)
    await this.#admit(exchange, type, { operation: 'CREATE', object })
    return this.#store.create(type, object, dryRun)
  }

  async #update(exchange: Exchange, type: ResourceType): Promise<void> {
    const { namespace, name } = exchange.info
    const object = readObject(await exchange.objectBody(), type, namespace)
    if (object.metadata.name !== name)
      throw badRequest(`the name of the object (${object.metadata.name}) does not match the name on the URL (${name})`)
    if (object.metadata.resourceVersion === undefined && type.custom)
      throw invalid(
        type.group,
        type.kind,
        name,
        'metadata.resourceVersion',
        'Invalid value: 0: must be specified for an update',
      )
    const current = this.#current(exchange, type)
    sendObject(exchange, this.#store, type, await this.#admitChange(exchange, type, current, object))
  }

  async #patch(exchange: Exchange, type: ResourceType): Promise<void> {
    const { namespace, name, subresource } = exchange.info
    const contentType = exchange.record.contentType.split(';')[0]?.trim() ?? ''
    const patch = await exchange.objectBody()
    if (contentType !== 'application/apply-patch+yaml') {
      const change = (current: StoredObject): StoredObject => patched(type, current, contentType, patch) as StoredObject
      return sendObject(exchange, this.#store, type, await this.#admitPatch(exchange, type, change))
    }
    const current = this.#store.get(type, namespace, name)
    const manager = exchange.query.get('fieldManager') ?? ''
    if (manager === '')
      throw invalid('meta.k8s.io', 'PatchOptions', '', 'fieldManager', 'Required value: is required for apply patch')
    if (current === undefined) {
      if (subresource !== '') throw notFound(type, name)
      const object = readObject(patch, type, namespace)
      const created = await this.#admitNew(exchange, type, object)
      this.#remember(exchange, created, manager, patch)
      return sendObject(exchange, this.#store, type, created, 201)
    }
    const before = this.#applied.get(`${current.metadata.uid}/${subresource}/${manager}`)
    const next = patched(type, current, contentType, patch, before) as StoredObject
    const changed = await this.#admitChange(exchange, type, current, next)
    this.#remember(exchange, changed, manager, patch)
    sendObject(exchange, this.#store, type, changed)
  }

  /** A patch that names no version does not conflict: it is tried again on what others wrote meanwhile. */
  async #admitPatch(
    exchange: Exchange,
    type: ResourceType,
    change: (current: StoredObject) => StoredObject,
  ): Promise<StoredObject> {
    for (let attempt = 1; ; attempt += 1) {
      const current = this.#current(exchange, type)
      const next = change(current)
      const versioned = next.metadata.resourceVersion !== current.metadata.resourceVersion
      try {
        return await this.#admitChange(exchange, type, current, next)
      } catch (error) {
        const moved = this.#current(exchange, type).metadata.resourceVersion !== current.metadata.resourceVersion
        if (versioned || !moved || attempt === 5) throw error
      }
    }
  }

  #remember(exchange: Exchange, object: StoredObject, manager: string, patch: unknown): void {
    if (!isDryRun(exchange)) this.#applied.set(`${object.metadata.uid}/${exchange.info.subresource}/${manager}`, patch)
  }

  /** Takes over of a new form of an object what the request may change, asks the hooks and stores it. */
  async #admitChange(
    exchange: Exchange,
    type: ResourceType,
    current: StoredObject,
    wanted: StoredObject,
  ): Promise<StoredObject> {
    const { subresource, name } = exchange.info
    if (!isMap(wanted) || !isMap(wanted.metadata)) throw badRequest('the patched object has no metadata')
    const { metadata } = wanted
    if (metadata.name !== name || metadata.namespace !== current.metadata.namespace) {
      const why = `Invalid value: "${metadata.name}": field is immutable`
      throw invalid(type.group, type.kind, name, 'metadata.name', why)
    }
    if (metadata.uid !== undefined && metadata.uid !== '' && metadata.uid !== current.metadata.uid) {
      const uids = `UID in precondition: ${metadata.uid}, UID in object meta: ${current.metadata.uid}`
      throw new ApiError(
        409,
        'Conflict',
        `Operation cannot be fulfilled on ${type.plural} "${name}": Precondition failed: ${uids}`,
      )
    }
    const { resourceVersion } = metadata
    const { resourceVersion: _current, ...unversioned } = current.metadata
    const versioned = { ...unversioned, ...(resourceVersion ? { resourceVersion } : {}) }
    let next: StoredObject
    if (subresource === 'status') {
      next = { ...current, metadata: versioned, status: wanted['status'] }
      if (wanted['status'] === undefined) delete next['status']
    } else {
      const { deletionTimestamp, deletionGracePeriodSeconds } = current.metadata
      const server = {
        ...(deletionTimestamp ? { deletionTimestamp } : {}),
        ...(deletionGracePeriodSeconds === undefined ? {} : { deletionGracePeriodSeconds }),
      }
      next = { ...wanted, metadata: { ...metadata, ...server } }
      if (!resourceVersion) delete next.metadata.resourceVersion
      if (type.status) {
        next['status'] = current['status']
        if (current['status'] === undefined) delete next['status']
      }
    }
    await this.#admit(exchange, type, { operation: 'UPDATE', object: next, oldObject: current })
    return this.#store.replace(type, next, isDryRun(exchange))
  }

  async #scale(exchange: Exchange, type: ResourceType): Promise<void> {
    const current = this.#current(exchange, type)
    const scale = readScale(type, current)
    if (exchange.info.verb === 'get') return exchange.json(200, scale)
    const body = await exchange.objectBody()
    const contentType = exchange.record.contentType.split(';')[0]?.trim() ?? ''
    const wanted = exchange.info.verb === 'update' ? body : patched(type, scale, contentType, body)
    const replicas = at(wanted, 'spec', 'replicas') ?? 0
    if (typeof replicas !== 'number' || replicas < 0)
      throw invalid(
        'autoscaling',
        'Scale',
        exchange.info.name,
        'spec.replicas',
        `Invalid value: ${text(replicas)}: must be greater than or equal to 0`,
      )
    const next = withReplicas(type, current, replicas)
    const version = text(wanted, 'metadata', 'resourceVersion')
    if (version !== '') next.metadata.resourceVersion = version
    await this.#admit(exchange, type, { operation: 'UPDATE', object: next, oldObject: current })
    exchange.json(200, readScale(type, this.#store.replace(type, next, isDryRun(exchange))))
  }

  async #delete(exchange: Exchange, type: ResourceType): Promise<void> {
    const options = await deletionOptions(exchange)
    const current = this.#current(exchange, type)
    const { object, gone } = await this.#deleteOne(exchange, type, current, options)
    const { name, uid } = object.metadata
    const isPod = type.group === '' && type.plural === 'pods'
    if (isPod || !gone) return exchange.json(200, object)
    const details = { name, ...(type.group === '' ? {} : { group: type.group }), kind: type.plural, uid }
    exchange.json(200, { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', details })
  }

  async #deleteCollection(exchange: Exchange, type: ResourceType): Promise<void> {
    const options = await deletionOptions(exchange)
    const selected = this.#store.list(type, exchange.info.namespace).filter(selectorOf(type, exchange.query))
    const items: StoredObject[] = []
    for (const object of selected) items.push((await this.#deleteOne(exchange, type, object, options)).object)
    const metadata = { resourceVersion: String(this.#store.version) }
    exchange.json(200, { kind: `${type.kind}List`, apiVersion: groupVersion(type), metadata, items })
  }

  async #deleteOne(
    exchange: Exchange,
    type: ResourceType,
    object: StoredObject,
    options: DeletionOptions,
  ): Promise<{ object: StoredObject; gone: boolean }> {
    await this.#admit(exchange, type, { operation: 'DELETE', oldObject: object })
    return isDryRun(exchange) ? { object, gone: true } : this.#collector.delete(type, object, options)
  }

  #current(exchange: Exchange, type: ResourceType): StoredObject {
    const { namespace, name } = exchange.info
    const current = this.#store.get(type, namespace, name)
    if (current === undefined) throw notFound(type, name)
    return current
  }

  async #admit(
    exchange: Exchange,
    type: ResourceType,
    review: Pick<AdmissionReview, 'operation' | 'object' | 'oldObject'>,
  ): Promise<void> {
    for (const hook of this.#hooks)
      await hook({
        ...review,
        resource: type,
        subresource: exchange.info.subresource,
        user: exchange.user,
        dryRun: isDryRun(exchange),
        warn: (warning) => exchange.warnings.push(warning),
      })
  }
}

const INITIAL_STATUS: Readonly<Record<string, string>> = {
  Pod: 'Pending',
  PersistentVolumeClaim: 'Pending',
  Namespace: 'Active',
}

function isDryRun(exchange: Exchange): boolean {
  return exchange.query.getAll('dryRun').includes('All')
}

/** The object in a body, checked against the URL; throws 400. */
function readObject(body: unknown, type: ResourceType, namespace: string | undefined): StoredObject {
  if (!isMap(body)) throw badRequest('the body of the request is no object')
  const apiVersion = text(body, 'apiVersion')
  const kind = text(body, 'kind')
  const expected = groupVersion(type)
  if ((apiVersion !== '' && apiVersion !== expected) || (kind !== '' && kind !== type.kind))
    throw badRequest(
      `${kind} in version "${apiVersion}" cannot be handled as a ${type.kind}: the object provided is unrecognized (must be of type ${type.kind})`,
    )
  const metadata = map(body, 'metadata') as unknown as StoredObject['metadata']
  if (namespace !== undefined && metadata.namespace !== undefined && metadata.namespace !== namespace)
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request')
  const object = structuredClone({ ...body, apiVersion: expected, kind: type.kind, metadata }) as StoredObject
  if (namespace !== undefined) object.metadata.namespace = namespace
  // Managers of fields are not kept.
  delete (object.metadata as unknown as Record<string, unknown>)['managedFields']
  if (type.kind === 'Secret' && isMap(object['stringData'])) {
    const encoded = Object.entries(object['stringData']).map(([key, value]) => [
      key,
      Buffer.from(String(value)).toString('base64'),
    ])
    object['data'] = { ...map(object, 'data'), ...(Object.fromEntries(encoded) as Record<string, string>) }
    delete object['stringData']
  }
  return object
}

function checkName(type: ResourceType, name: string | undefined): void {
  if (name === undefined || name === '')
    throw invalid(type.group, type.kind, '', 'metadata.name', 'Required value: name or generateName is required')
  if (!NAME.test(name) || name.length > 253)
    throw invalid(type.group, type.kind, name, 'metadata.name', `Invalid value: "${name}": ${NAME_RULE}`)
}

function suffix(): string {
  return Array.from({ length: 5 }, () => SUFFIX_LETTERS[randomInt(SUFFIX_LETTERS.length)] ?? 'x').join('')
}

/** DeleteOptions from the body, or else from the query: beside a body a real server does not look at it, so `?dryRun=All` deletes. */
async function deletionOptions(exchange: Exchange): Promise<DeletionOptions> {
  const body = await exchange.objectBody()
  const inQuery = (key: string): string => (body === undefined ? (exchange.query.get(key) ?? '') : '')
  if (body !== undefined) exchange.query.delete('dryRun')
  if (list(body, 'dryRun').includes('All')) exchange.query.set('dryRun', 'All')
  const orphan = at(body, 'orphanDependents')
  const named = text(body, 'propagationPolicy') || inQuery('propagationPolicy')
  const propagation = named !== '' ? named : orphan === true ? 'Orphan' : 'Background'
  if (!['Foreground', 'Background', 'Orphan'].includes(propagation))
    throw invalid(
      'meta.k8s.io',
      'DeleteOptions',
      '',
      'propagationPolicy',
      `Invalid value: "${propagation}": must be Foreground, Background or Orphan`,
    )
  const seconds = text(body, 'gracePeriodSeconds') || inQuery('gracePeriodSeconds')
  const preconditions = map(body, 'preconditions') as { uid?: string; resourceVersion?: string }
  return {
    propagation: propagation as Propagation,
    ...(seconds === '' ? {} : { graceSeconds: Number(seconds) }),
    preconditions,
  }
}
