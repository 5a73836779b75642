import type { ServerResponse } from 'node:http'
import { expect, test } from 'vitest'
import type { KubeObject } from '../../src/api/objects.ts'
import { CliError } from '../../src/errors/cli-error.ts'
import { pathOf, Resources } from '../../src/kube/resources.ts'
import { watch, type WatchEvent } from '../../src/kube/watch.ts'
import { type ChannelServer, startChannelServer } from './channel-server.ts'

type Answer = (response: ServerResponse, query: URLSearchParams) => void

/** Answers lists and watches from two scripts, in turn; the last one stays. */
async function start(lists: Answer[], watches: Answer[]): Promise<ChannelServer> {
  const take = (answers: Answer[]): Answer | undefined => (answers.length > 1 ? answers.shift() : answers[0])
  return startChannelServer({
    request(request, response) {
      const query = new URL(request.url ?? '', 'https://x').searchParams
      take(query.get('watch') === 'true' ? watches : lists)?.(response, query)
    },
  })
}

const path = pathOf(Resources.clusters, { namespace: 'shop' })
const named = (name: string, resourceVersion: string): KubeObject => ({ metadata: { name, resourceVersion } })
const list =
  (version: string, ...items: KubeObject[]): Answer =>
  (response) =>
    response.end(JSON.stringify({ metadata: { resourceVersion: version }, items }))
const events =
  (...lines: { type: string; object: unknown }[]): Answer =>
  (response) =>
    response.end(lines.map((line) => `${JSON.stringify(line)}\n`).join(''))
const refused =
  (code: number, message: string): Answer =>
  (response) => {
    response.statusCode = code
    response.end(JSON.stringify({ kind: 'Status', code, message }))
  }

async function take<T>(source: AsyncIterator<T>, count: number): Promise<T[]> {
  const taken: T[] = []
  while (taken.length < count) taken.push((await source.next()).value as T)
  return taken
}

function begin(on: ChannelServer, troubles: CliError[] = []) {
  const stop = new AbortController()
  const events: AsyncGenerator<WatchEvent<KubeObject>> = watch<KubeObject>(on.session, {
    path,
    labelSelector: 'cnpg.io/cluster=db',
    signal: stop.signal,
    onTrouble: (error) => troubles.push(error),
  })
  return { stop, events }
}

test('lists first, then tells each change, and goes on from the last position', async () => {
  const positions: (string | null)[] = []
  const on = await start(
    [list('10', named('a', '5'))],
    [
      (response, query) => {
        positions.push(query.get('resourceVersion'))
        events(
          { type: 'ADDED', object: named('b', '11') },
          { type: 'MODIFIED', object: named('a', '12') },
          { type: 'BOOKMARK', object: { metadata: { resourceVersion: '20' } } },
        )(response, query)
      },
      (response, query) => {
        positions.push(query.get('resourceVersion'))
        events({ type: 'DELETED', object: named('b', '21') })(response, query)
      },
      (response, query) => {
        positions.push(query.get('resourceVersion'))
        response.write(' ')
      },
    ],
  )
  const { events: seen, stop } = begin(on)
  expect(await take(seen, 4)).toEqual([
    { type: 'RELISTED', objects: [named('a', '5')] },
    { type: 'ADDED', object: named('b', '11') },
    { type: 'MODIFIED', object: named('a', '12') },
    { type: 'DELETED', object: named('b', '21') },
  ])
  expect(positions).toEqual(['10', '20'])
  const query = new URL(on.requests[1]?.url ?? '', 'https://x').searchParams
  expect(Object.fromEntries(query)).toMatchObject({ allowWatchBookmarks: 'true', labelSelector: 'cnpg.io/cluster=db' })
  const reason = new CliError({ kind: 'interrupted', message: 'Ctrl-C' })
  const next = seen.next()
  next.catch(() => undefined)
  await expect.poll(() => positions.length).toBe(3)
  stop.abort(reason)
  await expect(next).rejects.toBe(reason)
})

test.each([
  ['an event', events({ type: 'ERROR', object: { kind: 'Status', code: 410, message: 'too old resource version' } })],
  ['a status', refused(410, 'too old resource version')],
])('a position that is gone, told by %s, lists anew', async (_how, gone) => {
  const on = await start(
    [list('10', named('a', '5')), list('30', named('c', '29'))],
    [gone, (response) => response.write(' ')],
  )
  const { events: seen } = begin(on)
  expect(await take(seen, 2)).toEqual([
    { type: 'RELISTED', objects: [named('a', '5')] },
    { type: 'RELISTED', objects: [named('c', '29')] },
  ])
  await seen.return(undefined)
})

test('a connection that breaks and a busy server are tried again', async () => {
  const on = await start(
    [list('10')],
    [
      (response) => {
        response.write('{"type":"ADD')
        setTimeout(() => response.destroy(), 10)
      },
      refused(503, 'later'),
      events({ type: 'ADDED', object: named('b', '11') }),
    ],
  )
  const troubles: CliError[] = []
  const { events: seen } = begin(on, troubles)
  expect(await take(seen, 2)).toEqual([
    { type: 'RELISTED', objects: [] },
    { type: 'ADDED', object: named('b', '11') },
  ])
  expect(troubles.map((error) => error.code)).toEqual([undefined, 503])
  await seen.return(undefined)
})

test('what trying again does not mend is thrown', async () => {
  const on = await start([list('10')], [refused(403, 'cannot watch clusters')])
  const { events: seen } = begin(on)
  await seen.next()
  await expect(seen.next()).rejects.toMatchObject({ kind: 'forbidden', message: 'cannot watch clusters' })
})
