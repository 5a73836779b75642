import { setTimeout as sleep } from 'node:timers/promises'
import type { Exchange } from './exchange.ts'
import { includeObject, viewOf } from './read.ts'
import { isTrue } from './request-info.ts'
import { groupVersion } from './resources.ts'
import type { ResourceType } from './resources.ts'
import { selectorOf } from './selectors.ts'
import type { Selector } from './selectors.ts'
import type { StoredObject } from './objects.ts'
import { badRequest, expired } from './status.ts'
import type { Change, ChangeType, Store } from './store.ts'
import { partialObject, tableOf } from './tables/table.ts'

type EventType = ChangeType | 'BOOKMARK' | 'ERROR'

const INITIAL_EVENTS_END = 'k8s.io/initial-events-end'
const LONGEST_SECONDS = 3600

/** Streams the changes of one resource until the client leaves or its time is up. */
export async function watchObjects(
  exchange: Exchange,
  store: Store,
  type: ResourceType,
  bookmarkSeconds: number,
): Promise<void> {
  const { query, info, signal } = exchange
  const selects = selectorOf(type, query)
  // A watch of one object by its name, as the deprecated /watch/ paths allow.
  const inScope: Selector = (object) =>
    (info.namespace === undefined || object.metadata.namespace === info.namespace) &&
    (info.name === '' || object.metadata.name === info.name) &&
    selects(object)
  const asked = query.get('resourceVersion') ?? ''
  if (asked !== '' && !/^\d+$/.test(asked)) throw badRequest(`invalid resource version "${asked}"`)
  const from = Number(asked)
  const writer = eventWriter(exchange, store, type)

  if (!exchange.start(200, { 'content-type': 'application/json' })) return
  if (from > 0 && from < store.oldestVersion) {
    const message = `too old resource version: ${from} (${store.version})`
    await exchange.write(`${JSON.stringify({ type: 'ERROR', object: expired(message).body() })}\n`)
    return exchange.end()
  }

  const queue: Change[] = []
  let wake: () => void = () => undefined
  const stop = store.on('change', (change) => {
    if (change.resource !== type) return
    queue.push(change)
    wake()
  })
  const seconds = Math.min(Number(query.get('timeoutSeconds') ?? 0) || LONGEST_SECONDS, LONGEST_SECONDS)
  const over = AbortSignal.any([signal, AbortSignal.timeout(seconds * 1000)])
  over.addEventListener('abort', () => wake(), { once: true })
  const bookmarks = isTrue(query.get('allowWatchBookmarks'))
  try {
    const initial = isTrue(query.get('sendInitialEvents'))
    if (from > 0 && !initial) {
      queue.unshift(...store.since(from).filter((change) => change.resource === type))
    } else {
      for (const object of store.list(type, info.namespace).filter(inScope)) await writer('ADDED', object)
      if (initial && bookmarks) await writer('BOOKMARK', bookmark(store, type, true))
    }
    while (!over.aborted) {
      for (let change = queue.shift(); change !== undefined; change = queue.shift()) {
        const seen = visible(change, inScope)
        if (seen !== undefined) await writer(seen, change.object)
      }
      const woken = new Promise<'change'>((resolve) => (wake = () => resolve('change')))
      if (queue.length > 0 || over.aborted) continue
      const idle = new AbortController()
      const timer = sleep(bookmarkSeconds * 1000, 'idle' as const, { signal: idle.signal, ref: false })
      const outcome = await Promise.race([woken, timer.catch(() => 'change' as const)])
      idle.abort()
      if (outcome === 'idle' && bookmarks) await writer('BOOKMARK', bookmark(store, type, false))
    }
  } finally {
    stop()
  }
  exchange.end()
}

/** What a change looks like through a selector: an object that begins to match was added, one that ceases deleted. */
function visible(change: Change, inScope: Selector): ChangeType | undefined {
  const now = change.type !== 'DELETED' && inScope(change.object)
  const before = change.previous !== undefined && inScope(change.previous)
  if (now) return before ? 'MODIFIED' : 'ADDED'
  return before ? 'DELETED' : undefined
}

function bookmark(store: Store, type: ResourceType, initialEnd: boolean): StoredObject {
  const metadata = {
    resourceVersion: String(store.version),
    creationTimestamp: null,
    ...(initialEnd ? { annotations: { [INITIAL_EVENTS_END]: 'true' } } : {}),
  }
  return { kind: type.kind, apiVersion: groupVersion(type), metadata } as unknown as StoredObject
}

function eventWriter(
  exchange: Exchange,
  store: Store,
  type: ResourceType,
): (event: EventType, object: StoredObject) => Promise<void> {
  const view = viewOf(exchange.request.headers.accept)
  const include = includeObject(exchange.query)
  let headers = true
  return async (event, object) => {
    let shown: unknown = object
    if (view === 'metadata') shown = partialObject(object)
    if (view === 'table') {
      const metadata = { resourceVersion: object.metadata.resourceVersion ?? '' }
      shown = tableOf(type, [object], { now: store.now(), include, metadata, headers })
      headers = false
    }
    await exchange.write(`${JSON.stringify({ type: event, object: shown })}\n`)
  }
}
