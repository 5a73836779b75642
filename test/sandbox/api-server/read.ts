import type { Exchange } from './exchange.ts'
import { groupVersion } from './resources.ts'
import type { ResourceType } from './resources.ts'
import { selectorOf } from './selectors.ts'
import { at } from './objects.ts'
import type { StoredObject } from './objects.ts'
import { ApiError, badRequest, expired, notFound } from './status.ts'
import type { Store } from './store.ts'
import { partialObject, tableOf } from './tables/table.ts'
import type { IncludeObject, ListMeta } from './tables/table.ts'

/** In which form a client wants objects. */
export type View = 'object' | 'table' | 'metadata'

/** Reads an Accept header, first match wins; throws 406 when it wants nothing this server can write. */
export function viewOf(accept: string | undefined): View {
  if (accept === undefined || accept.trim() === '') return 'object'
  for (const part of accept.split(',')) {
    const [type = '', ...parameters] = part.split(';').map((word) => word.trim())
    if (!['application/json', 'application/*', '*/*'].includes(type)) continue
    const as = parameters.find((word) => word.startsWith('as='))?.slice('as='.length)
    if (as === undefined) return 'object'
    if (as === 'Table') return 'table'
    if (as === 'PartialObjectMetadata' || as === 'PartialObjectMetadataList') return 'metadata'
  }
  const known = 'application/json'
  throw new ApiError(406, 'NotAcceptable', `only the following media types are accepted: ${known}`)
}

export function includeObject(query: URLSearchParams): IncludeObject {
  const include = query.get('includeObject') ?? 'Metadata'
  if (include === 'None' || include === 'Metadata' || include === 'Object') return include
  throw badRequest(`unrecognized includeObject value: "${include}"`)
}

/** Answers with one object in the form asked for. */
export function sendObject(
  exchange: Exchange,
  store: Store,
  type: ResourceType,
  object: StoredObject,
  code = 200,
): void {
  const view = viewOf(exchange.request.headers.accept)
  if (view === 'metadata') return exchange.json(code, partialObject(object))
  if (view === 'object') return exchange.json(code, object)
  const metadata = { resourceVersion: object.metadata.resourceVersion ?? '' }
  const options = { now: store.now(), include: includeObject(exchange.query), metadata }
  exchange.json(code, tableOf(type, [object], options))
}

export function getObject(exchange: Exchange, store: Store, type: ResourceType): void {
  const { namespace, name } = exchange.info
  const object = store.get(type, namespace, name)
  if (object === undefined) throw notFound(type, name)
  sendObject(exchange, store, type, object)
}

/** Answers a list: selected, in pages, as objects, metadata or a table. */
export function listObjects(exchange: Exchange, store: Store, type: ResourceType): void {
  const { query, info } = exchange
  const wantedVersion = query.get('resourceVersion') ?? ''
  if (wantedVersion !== '' && !/^\d+$/.test(wantedVersion))
    throw badRequest(`resourceVersion: Invalid value: "${wantedVersion}": must be a number`)
  const selects = selectorOf(type, query)
  const selected = store.list(type, info.namespace).filter(selects)
  const { page, metadata } = paginate(selected, store, query)
  const view = viewOf(exchange.request.headers.accept)
  if (view === 'table') {
    const options = { now: store.now(), include: includeObject(query), metadata }
    return exchange.json(200, tableOf(type, page, options))
  }
  if (view === 'metadata') {
    const kind = 'PartialObjectMetadataList'
    return exchange.json(200, { kind, apiVersion: 'meta.k8s.io/v1', metadata, items: page.map(partialObject) })
  }
  // Lists of built-in kinds leave kind and version of the items out, lists of custom ones keep them.
  const items = type.custom ? page : page.map(({ apiVersion: _version, kind: _kind, ...rest }) => rest)
  exchange.json(200, { kind: `${type.kind}List`, apiVersion: groupVersion(type), metadata, items })
}

interface Position {
  version: number
  after: string
}

/** One page by `limit` and `continue`. A token from before the history's beginning answers 410, as the real one does. */
function paginate(
  all: readonly StoredObject[],
  store: Store,
  query: URLSearchParams,
): { page: StoredObject[]; metadata: ListMeta } {
  const limit = Number(query.get('limit') ?? 0)
  const token = query.get('continue') ?? ''
  const position = token === '' ? undefined : readToken(token)
  if (position !== undefined && position.version < store.oldestVersion)
    throw expired('The provided continue parameter is too old to display a consistent list result.')
  const rest = position === undefined ? [...all] : all.filter((object) => keyOf(object) > position.after)
  const version = position?.version ?? store.version
  const metadata: ListMeta = { resourceVersion: String(version) }
  if (!(limit > 0) || rest.length <= limit) return { page: rest, metadata }
  const page = rest.slice(0, limit)
  const last = page.at(-1)
  metadata.continue = Buffer.from(JSON.stringify({ version, after: last === undefined ? '' : keyOf(last) })).toString(
    'base64url',
  )
  // With a selector the server would have to read everything to know how much is left.
  if (!query.has('labelSelector') && !query.has('fieldSelector')) metadata.remainingItemCount = rest.length - limit
  return { page, metadata }
}

function readToken(token: string): Position {
  try {
    const read: unknown = JSON.parse(Buffer.from(token, 'base64url').toString('utf8'))
    const version = at(read, 'version')
    const after = at(read, 'after')
    if (typeof version === 'number' && typeof after === 'string') return { version, after }
  } catch {
    // Falls through to the refusal.
  }
  throw badRequest('continue key is not valid')
}

function keyOf(object: StoredObject): string {
  return `${object.metadata.namespace ?? ''}/${object.metadata.name}`
}
