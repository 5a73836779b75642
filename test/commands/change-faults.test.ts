import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { afterEach, describe, expect, it } from 'vitest'
import { cli } from '../helpers/cli.ts'
import type { CliOptions, CliResult } from '../helpers/cli.ts'
import { at } from '../sandbox/api-server/objects.ts'
import type { StoredObject } from '../sandbox/api-server/objects.ts'
import { startRecordedState } from '../sandbox/recorded/state.ts'
import type { RecordedState } from '../sandbox/recorded/state.ts'

const HEALTHY = join(import.meta.dirname, '../fixtures/states/healthy')
const NAMESPACE = 'rec-main'
const NOW = '2026-11-23T06:01:36.321Z'

/** Every change, with the annotations that the Cluster has before, and the paths of its requests. */
const CHANGES: readonly { line: string; before?: Record<string, string>; writes: readonly string[] }[] = [
  { line: 'promote mycluster 2', writes: ['PATCH clusters/mycluster/status'] },
  { line: 'restart mycluster', writes: ['PATCH clusters/mycluster'] },
  { line: 'restart mycluster 1', writes: ['PATCH clusters/mycluster/status'] },
  { line: 'restart mycluster 2', writes: ['DELETE pods/mycluster-2'] },
  { line: 'reload mycluster', writes: ['PATCH clusters/mycluster'] },
  { line: 'fencing on mycluster 2', writes: ['PATCH clusters/mycluster'] },
  {
    line: 'fencing off mycluster *',
    before: { 'cnpg.io/fencedInstances': '["*"]' },
    writes: ['PATCH clusters/mycluster'],
  },
  { line: 'hibernate on mycluster', writes: ['PATCH clusters/mycluster'] },
  { line: 'hibernate off mycluster', before: { 'cnpg.io/hibernation': 'on' }, writes: ['PATCH clusters/mycluster'] },
  { line: 'maintenance set mycluster --reusePVC=false', writes: ['PATCH clusters/mycluster'] },
  { line: 'maintenance unset --reusePVC', writes: ['PATCH clusters/mycluster'] },
  {
    line: 'destroy mycluster 3',
    writes: ['DELETE persistentvolumeclaims/mycluster-3', 'DELETE pods/mycluster-3', 'DELETE jobs/mycluster-3-join'],
  },
  {
    line: 'destroy mycluster 3 --keep-pvc',
    writes: ['PUT persistentvolumeclaims/mycluster-3', 'DELETE pods/mycluster-3', 'DELETE jobs/mycluster-3-join'],
  },
]

let server: RecordedState
afterEach(() => server.close())

/** A cluster without an operator: what the program writes stays as it was written. */
async function begin(before: Record<string, string> = {}): Promise<void> {
  await server?.close()
  server = await startRecordedState(HEALTHY, {
    object: (object) => {
      if (object.kind === 'Cluster') object.metadata.annotations = { ...object.metadata.annotations, ...before }
      return object
    },
  })
  const owner = stored('Cluster').find(({ metadata }) => metadata.name === 'mycluster')!.metadata
  server.store.put({
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: {
      name: 'mycluster-3-join',
      namespace: NAMESPACE,
      labels: { 'cnpg.io/cluster': 'mycluster', 'cnpg.io/instanceName': 'mycluster-3' },
      ownerReferences: [
        { apiVersion: 'postgresql.cnpg.io/v1', kind: 'Cluster', name: owner.name, uid: owner.uid!, controller: true },
      ],
    },
  })
}

function run(line: string, options: CliOptions = {}): Promise<CliResult> {
  const kubeconfig = server.kubeconfigFor('admin', { namespace: NAMESPACE })
  return cli(`${line} --yes --force --no-wait`, { kubeconfig, now: NOW, ...options })
}

function stored(kind: string): StoredObject[] {
  return server.store.list(server.store.resource(kind), NAMESPACE)
}

/** What a change could have changed, without versions. */
function outcome(): unknown[] {
  return ['Cluster', 'Pod', 'PersistentVolumeClaim', 'Job'].flatMap((kind) =>
    stored(kind).map((object) => {
      const { name, annotations, labels, ownerReferences } = object.metadata
      const going = object.metadata.deletionTimestamp !== undefined
      const status = kind === 'Cluster' ? at(object, 'status') : null
      return { kind, name, annotations, labels, ownerReferences, going, spec: at(object, 'spec'), status }
    }),
  )
}

const sent = () => server.requests.filter(({ method }) => method !== 'GET')
const shortPath = (path: string) => path.replace(/^.*\/namespaces\/[^/]+\//, '')
const lines = (text: string) => text.split('\n').filter((line) => line !== '')
/** The record of what was changed. */
const record = ({ stderr }: CliResult) =>
  lines(stderr).filter((line) => /\((PATCH|PUT|DELETE) [a-z]+\/\S+\)$/.test(line))

describe.each(CHANGES)('$line', ({ line, before, writes }) => {
  it('is made once and said, whatever the connection does to any of its requests', async () => {
    await begin(before)
    const untouched = outcome()
    const clean = await run(line)
    const wanted = outcome()
    expect(clean.code).toBe(0)
    expect(sent().map(({ method, path }) => `${method} ${shortPath(path)}`)).toEqual(writes)
    expect(record(clean)).toHaveLength(writes.length)
    expect(wanted).not.toEqual(untouched)

    for (const write of writes) {
      const [method = '', path = ''] = write.split(' ')
      for (const cut of ['before', 'during', 'after'] as const) {
        await begin(before)
        server.faults.add({ method, path: new RegExp(`/${path}(\\?|$)`), cut, times: 1 })
        const result = await run(line)
        expect([write, cut, result.code, result.stdout]).toEqual([write, cut, 0, clean.stdout])
        expect(outcome()).toEqual(wanted)
        expect(record(result)).toEqual(record(clean))
        const said = result.stderr.includes('The connection broke before the answer came, but the change was made.')
        expect([write, cut, said]).toEqual([write, cut, cut !== 'before'])
      }
    }
  }, 30_000)

  it('reads on when every request that reads is cut once', async () => {
    await begin(before)
    const clean = await run(line)
    const paths = new Set(server.requests.filter(({ method }) => method === 'GET').map(({ path }) => path))
    await begin(before)
    for (const path of paths) server.faults.add({ method: 'GET', path, cut: 'during', times: 1 })
    const flaky = await run(line)
    expect([flaky.code, flaky.stdout]).toEqual([0, clean.stdout])
    expect(record(flaky)).toEqual(record(clean))
  }, 30_000)

  it('that never gets through ends with 1, says so and changes nothing', async () => {
    await begin(before)
    const untouched = outcome()
    server.faults.add({ method: writes[0]!.split(' ')[0]!, cut: 'before' })
    const { code, stdout, stderr } = await run(line)
    expect([code, stdout]).toEqual([1, ''])
    expect(stderr).toContain(`Error: ${writes[0]} got no answer, and it had not been carried out when we looked: `)
    expect(stderr).toContain('To look: kubectl get ')
    expect(stderr).toContain('Nothing was changed before it.')
    expect(outcome()).toEqual(untouched)
  }, 30_000)

  it('that is interrupted while a request is under way says at once what, and how to look and to undo it', async () => {
    await begin(before)
    let host: Parameters<NonNullable<CliOptions['onHost']>>[0] | undefined
    let saidAtOnce = ''
    server.faults.add({ method: writes[0]!.split(' ')[0]!, cut: 'after' })
    server.writer.onAdmission(() => {
      host?.raise('SIGINT')
      saidAtOnce = host?.errors() ?? ''
    })
    const { code, stderr } = await run(line, { onHost: (each) => (host = each) })
    expect(code).toBe(130)
    // A second Ctrl-C could end the program here: this is what was said by then.
    expect(saidAtOnce).toContain('Interrupted while this was being sent: ')
    expect(saidAtOnce).toContain(`(${writes[0]}); looking whether it was carried out …\nTo look: kubectl get `)
    expect(saidAtOnce.includes('To undo, if it was: kubectl cnpg ')).toBe(isUndone(line))
    expect(stderr).toContain(`while ${writes[0]} was to be sent: it was carried out\n`)
    expect(stderr.includes('\nTo undo: kubectl cnpg ')).toBe(isUndone(line))
    expect(sent()).toHaveLength(1)
  }, 30_000)
})

/** A restart, a reload and a destruction cannot be taken back. */
function isUndone(line: string): boolean {
  return !/^(restart|reload|destroy)/.test(line)
}

it('an interruption right behind the answer, before anything is waited for, is told the same', async () => {
  await begin()
  const kubeconfig = server.kubeconfigFor('admin', { namespace: NAMESPACE })
  const { code, stderr } = await cli('fencing on mycluster 2', {
    kubeconfig,
    onHost: ({ stderr, raise }) => {
      const write = stderr.write.bind(stderr)
      stderr.write = async (data) => {
        await write(data)
        if (String(data).includes('requested (PATCH')) raise('SIGINT')
      }
    },
  })
  expect(code).toBe(130)
  expect(stderr).toContain('Interrupted. Already accepted: fencing of mycluster-2 requested.\n')
  expect(stderr).toContain('To undo it: kubectl cnpg fencing off mycluster mycluster-2 -n rec-main\n')
})

it('a conflict that an interruption ends says that it was not carried out', async () => {
  await begin()
  let host: Parameters<NonNullable<CliOptions['onHost']>>[0] | undefined
  server.faults.add({ method: 'PATCH', answer: { code: 409, reason: 'Conflict', message: 'changed' } })
  const { code, stderr } = await run('fencing on mycluster 2', {
    onHost: (each) => {
      host = each
    },
    // The pause after the conflict.
    sleep: async (ms, signal) => {
      if (sent().length > 0 && ms < 100) host?.raise('SIGINT')
      await pause(ms, undefined, signal === undefined ? {} : { signal, ref: false })
    },
  })
  expect(code).toBe(130)
  expect(stderr).toContain('another write had come first, so it was not carried out')
  expect(sent()).toHaveLength(1)
})

it('an interruption before anything is sent says so at once', async () => {
  await begin()
  server.faults.add({ method: 'GET', resource: 'clusters', latencyMs: 200 })
  const { code, stdout, stderr } = await run('promote mycluster 2', {
    onHost: (host) => {
      const timer = setInterval(() => {
        if (server.requests.length === 0) return
        clearInterval(timer)
        host.raise('SIGINT')
      }, 5)
    },
  })
  expect([code, stdout, stderr]).toEqual([130, '', 'Interrupted. Nothing was sent.\nError: interrupted by SIGINT\n'])
  expect(sent()).toEqual([])
})
