import { describe, expect, test, vi } from 'vitest'
import type { CliResult } from '../helpers/cli.ts'
import type { FakeHost, FakeHostOptions } from '../helpers/fake-host.ts'
import { silentPod, play, type Played } from '../snapshot/support/recorded.ts'

const QUICK = '-w --interval 200ms'

interface Watching extends Played {
  host: FakeHost
  ended: Promise<CliResult>
  /** Changes the Cluster as the operator would. */
  change: (alter: (status: Record<string, unknown>) => void) => void
}

/** Starts a watch of a recorded state; resolves when its first output is there. */
async function watching(
  words: string,
  options: FakeHostOptions & { prepare?: (server: Played['server']) => void } = {},
): Promise<Watching> {
  const { prepare = () => undefined, ...host } = options
  const played = await play('healthy')
  prepare(played.server)
  let ended: Promise<CliResult> | undefined
  const running = await new Promise<FakeHost>((onHost) => {
    ended = played.status(`${QUICK} ${words}`, { env: { NO_COLOR: '1' }, ...host, onHost })
  })
  const first = vi.waitFor(() => expect(running.output() + running.pictures.join('')).not.toBe(''), { timeout: 10_000 })
  await first
  const { store, meta } = played.server
  const change: Watching['change'] = (alter) =>
    store.update(store.resource('Cluster'), meta.namespace, meta.cluster, (object) =>
      alter(object['status'] as Record<string, unknown>),
    )
  return { ...played, host: running, ended: ended!, change }
}

function eventually(check: () => void): Promise<void> {
  return vi.waitFor(check, { timeout: 15_000, interval: 20 })
}

function leave({ host, ended }: Watching): Promise<CliResult> {
  host.raise('SIGINT')
  return ended
}

const documents = ({ host }: Watching) =>
  host
    .output()
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as { summary: { phase: string; instancesReady: number } })

describe('on a pipe', () => {
  test('prints the status once, and again when something changed, told in between', async () => {
    const watch = await watching('')
    await new Promise((resolve) => setTimeout(resolve, 700))
    expect(watch.host.output().match(/^Cluster Summary$/gm)).toHaveLength(1)
    watch.change((status) => Object.assign(status, { phase: 'Failing over', readyInstances: 2 }))
    await eventually(() => expect(watch.host.output()).toContain('\nReady instances: 2 (was 3)\n'))
    const { code, stdout, stderr } = await leave(watch)
    expect([code, stderr]).toEqual([130, ''])
    expect(stdout).toMatch(/\n\n--- 2026-\d\d-\d\dT[\d:.]+Z\nStatus: Failing over \(was Cluster in healthy state\)\n/)
    expect(stdout.match(/^Instances status$/gm)).toHaveLength(2)
    expect(stdout).not.toContain('\u001b')
  })

  test('prints JSON as one document per line', async () => {
    const watch = await watching('-o json')
    watch.change((status) => Object.assign(status, { phase: 'Failing over' }))
    await eventually(() => expect(documents(watch)).toHaveLength(2))
    watch.change((status) => Object.assign(status, { phase: 'Cluster in healthy state' }))
    await eventually(() => expect(documents(watch)).toHaveLength(3))
    await leave(watch)
    expect(documents(watch).map(({ summary }) => summary.phase)).toEqual([
      'Cluster in healthy state',
      'Failing over',
      'Cluster in healthy state',
    ])
  })

  test('ends when the reader has gone', async () => {
    const { status } = await play('healthy')
    expect(await status(QUICK, { stdoutClosesAfter: 100 })).toMatchObject({ code: 0, stderr: '' })
  })

  test('a pod that goes is news at once, one that comes too', async () => {
    const watch = await watching('--interval 30s')
    const { store, meta } = watch.server
    const pods = store.resource('Pod')
    const pod = structuredClone(store.get(pods, meta.namespace, 'mycluster-3')!)
    store.remove(pods, meta.namespace, 'mycluster-3')
    // A round may have asked it before its pod was known to be gone.
    await eventually(() => expect(watch.host.output()).toMatch(/\nmycluster-3: Status .* -> no pod\n/))
    const { resourceVersion: _old, ...metadata } = pod.metadata
    store.put({ ...pod, metadata: { ...metadata, uid: 'another' } })
    await eventually(() => expect(watch.host.output()).toMatch(/mycluster-3: Status (no pod|not asked) -> OK\n/))
    await leave(watch)
  })
})

test('what depends on the pods is read again soon after they changed, however long the rounds are', async () => {
  const watch = await watching('--interval 60s')
  const { store, meta, requests } = watch.server
  const budgets = () => requests.filter(({ path }) => path.endsWith('/poddisruptionbudgets')).length
  await eventually(() => expect(requests.some(({ query }) => query.includes('watch=true'))).toBe(true))
  const before = budgets()
  store.update(store.resource('Pod'), meta.namespace, 'mycluster-3', ({ metadata }) => {
    metadata.labels = { ...metadata.labels, touched: 'yes' }
  })
  await eventually(() => expect(budgets()).toBeGreaterThan(before))
  await leave(watch)
})

describe('a connection that is lost', () => {
  test('is told of, keeps the last picture, and comes back by itself', async () => {
    const watch = await watching('', { terminal: { columns: 120, rows: 40 } })
    const mend = watch.server.faults.add({ cut: 'before' })
    await eventually(() => expect(watch.host.pictures.at(-1)).toContain('CONNECTION LOST'))
    expect(watch.host.pictures.at(-1)).toMatch(/closed the connection|ECONNRESET|reset/)
    expect(watch.host.pictures.at(-1)).toMatch(/mycluster-1 .*Primary +OK/)
    mend()
    await eventually(() => expect(watch.host.pictures.at(-1)?.split('\n')[0]).toMatch(/live$/))
    watch.change((status) => Object.assign(status, { phase: 'Failing over' }))
    await eventually(() => expect(watch.host.pictures.at(-1)).toContain('Failing over'))
    watch.host.press('q')
    expect(await watch.ended).toMatchObject({ code: 0, stdout: '', stderr: '' })
  })

  test('on a pipe is told of on stderr', async () => {
    const watch = await watching('')
    const mend = watch.server.faults.add({ cut: 'before' })
    await eventually(() => expect(watch.host.errors()).toContain('connection lost, trying again: '))
    mend()
    await eventually(() => expect(watch.host.errors()).toContain('connected again after'))
    expect((await leave(watch)).stdout.match(/^Cluster Summary$/gm)).toHaveLength(1)
  })

  test.each([
    ['that the server breaks', { cut: 'before' as const }],
    ['from a version that the server has forgotten', { answer: { code: 410, reason: 'Expired' } }],
    ['that a busy server refuses', { answer: { code: 503 } }],
  ])('of a watch %s is mended before the next round', async (_what, fault) => {
    const refused = ['clusters', 'pods'].map((kind) => ({
      path: new RegExp(`/${kind}\\?.*watch=true`),
      times: 2,
      ...fault,
    }))
    const watch = await watching('--interval 30s', {
      prepare: ({ faults }) => refused.forEach((each) => faults.add(each)),
    })
    const watches = () => watch.server.requests.filter(({ query }) => query.includes('watch=true'))
    // The third of each kind is the one that holds.
    await eventually(() => expect(watches()).toHaveLength(6))
    watch.change((status) => Object.assign(status, { phase: 'Failing over' }))
    await eventually(() => expect(watch.host.output()).toContain('Status: Failing over (was Cluster in healthy state)'))
    await leave(watch)
  })

  test('at the start is an error, as without --watch', async () => {
    const { server, status } = await play('healthy')
    server.faults.add({ resource: 'clusters', hang: true })
    const { code, stderr } = await status(`${QUICK} --timeout 400ms`)
    expect(code).toBe(124)
    expect(stderr).toContain('no answer within 0.4 s')
  })
})

describe('rounds', () => {
  test('follow each other however slow the server is, and --timeout limits each', async () => {
    const watch = await watching('--timeout 500ms', { terminal: { columns: 120, rows: 40 } })
    const { server } = watch
    await new Promise((resolve) => setTimeout(resolve, 800))
    const mend = server.faults.add({ resource: 'pods/proxy', hang: true })
    server.faults.add({ resource: 'pods/exec', hang: true })
    server.faults.add({ resource: 'secrets', hang: true })
    await eventually(() => expect(watch.host.pictures.at(-1)).toContain('CONNECTION LOST'))
    expect(watch.host.pictures.at(-1)).toContain('no answer within 0.5 s')
    const asked = () => server.requests.filter(({ path }) => path.includes('mycluster-1:8000')).length
    const before = asked()
    await new Promise((resolve) => setTimeout(resolve, 1500))
    expect(asked() - before).toBeLessThanOrEqual(3)
    mend()
    server.faults.clear()
    await eventually(() => expect(watch.host.pictures.at(-1)?.split('\n')[0]).toMatch(/live$/))
    watch.host.press('q')
    await watch.ended
  })

  test('ask over the same connections, and most of them only for the Cluster and the instances', async () => {
    const watch = await watching('')
    await eventually(() => expect(watch.server.requests.length).toBeGreaterThan(60))
    const { requests, connections } = watch.server
    expect(connections).toBeLessThan(25)
    const tail = requests.slice(-12).map(({ path }) => path.replace(/^.*\/namespaces\/rec-main\//, ''))
    expect(new Set(tail)).toEqual(
      new Set(['clusters/mycluster', ...[1, 2, 3].map((n) => `pods/https:mycluster-${n}:8000/proxy/pg/status`)]),
    )
    await leave(watch)
  })

  test('make up for watches that are not permitted', async () => {
    const watch = await watching('', {
      prepare: ({ policy }) => ['pods', 'clusters'].forEach((resource) => policy.deny({ resource, verb: 'watch' })),
    })
    const { store, meta } = watch.server
    watch.change((status) => Object.assign(status, { phase: 'Failing over' }))
    store.remove(store.resource('Pod'), meta.namespace, 'mycluster-3')
    await eventually(() => expect(watch.host.output()).toContain('Status: Failing over (was'))
    await eventually(() => expect(watch.host.output()).toContain('\nmycluster-3: Status OK -> no pod\n'))
    await leave(watch)
  })

  test('tell of an instance that falls silent', async () => {
    const watch = await watching('--instance-timeout 2s')
    watch.server.setPod('rec-main', 'mycluster-2', silentPod)
    await eventually(() => expect(watch.host.output()).toContain('mycluster-2: Status OK -> not answering (timeout)'))
    await leave(watch)
  })
})

describe('the Cluster', () => {
  test('may be deleted and come back', async () => {
    const watch = await watching('', { terminal: { columns: 120, rows: 40 } })
    const { store, meta } = watch.server
    const type = store.resource('Cluster')
    const cluster = structuredClone(store.get(type, meta.namespace, meta.cluster)!)
    store.remove(type, meta.namespace, meta.cluster)
    await eventually(() => expect(watch.host.pictures.at(-1)).toContain('CLUSTER DELETED'))
    const { resourceVersion: _old, ...metadata } = cluster.metadata
    store.put({ ...cluster, metadata })
    await eventually(() => expect(watch.host.pictures.at(-1)?.split('\n')[0]).toMatch(/live$/))
    watch.host.press('q')
    await watch.ended
  })

  test('that is not there cannot be watched', async () => {
    const { server } = await play('healthy')
    const { cli } = await import('../helpers/cli.ts')
    const kubeconfig = server.kubeconfigFor('admin', { namespace: 'rec-main' })
    const { code, stderr } = await cli(`status nothing ${QUICK}`, { kubeconfig })
    expect(code).toBe(1)
    expect(stderr).toContain('cluster "nothing" not found')
  })
})

describe('flags', () => {
  test.each([
    ['-w --from x.json', '--watch and --from cannot be combined'],
    ['-w --save x.json', '--watch and --save cannot be combined'],
    ['-w --sort-by name', '--watch and --sort-by cannot be combined'],
    ['-w --interval 10ms', '--interval takes 200ms or more'],
    ['-w --interval never', 'it takes a duration'],
  ])('%s is refused', async (words, complaint) => {
    const { status } = await play('healthy')
    const { code, stdout, stderr } = await status(words)
    expect([code, stdout]).toEqual([2, ''])
    expect(stderr).toContain(complaint)
  })
})
