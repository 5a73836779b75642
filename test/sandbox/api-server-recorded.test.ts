import { readFile, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { RecordedPod } from './recorded/recorded-pod.ts'
import { startRecordedState } from './recorded/state.ts'
import type { RecordedState, RecordedStateOverrides } from './recorded/state.ts'
import { rawClient } from './raw-client.ts'
import type { RawAnswer, RawClient } from './raw-client.ts'

const STATES = join(import.meta.dirname, '../fixtures/states')
const names = (await readdir(STATES)).sort()

let state: RecordedState
let admin: RawClient

async function open(name: string, overrides: RecordedStateOverrides = {}): Promise<void> {
  state = await startRecordedState(join(STATES, name), overrides)
  admin = rawClient(state, 'admin')
}
afterEach(async () => {
  admin.close()
  await state.close()
})

function status(pod: string, scheme = 'https'): Promise<RawAnswer> {
  return admin.get(`/api/v1/namespaces/${state.meta.namespace}/pods/${scheme}:${pod}:8000/proxy/pg/status`)
}

test.each(names)('%s: its objects are served and its instances answer as they did', async (name) => {
  await open(name)
  const { namespace, cluster } = state.meta
  const path = `/apis/postgresql.cnpg.io/v1/namespaces/${namespace}/clusters/${cluster}`
  expect((await admin.get(path)).json()).toMatchObject({ kind: 'Cluster', metadata: { name: cluster } })
  const folder = join(STATES, name, 'pgstatus')
  const files = await readdir(folder).catch(() => [])
  for (const file of files.filter((each) => !each.endsWith('.error.json'))) {
    const answer = await status(file.replace('.json', ''))
    expect([file, answer.status, answer.text]).toEqual([file, 200, await readFile(join(folder, file), 'utf8')])
  }
})

describe('failures are played back', () => {
  test.each([
    ['bad-image', 'mycluster-3', 503, 'connect: connection refused'],
    ['instance-missing', 'mycluster-3', 400, 'address not allowed'],
    ['hibernation-waking', 'mycluster-1', 503, 'remote error: tls: unrecognized name'],
    ['scaled-down-running', 'mycluster-3', 503, 'connect: connection refused'],
  ])('%s %s', async (name, pod, code, message) => {
    await open(name)
    const answer = await status(pod)
    expect(answer.status).toBe(code)
    expect(answer.json<{ message: string }>().message).toContain(message)
  })

  test('a black-holed instance is silent for as long as it was', async () => {
    await open('instance-blackholed')
    const silent = status('mycluster-3').then(
      () => 'answered',
      () => 'broken',
    )
    expect(await Promise.race([silent, status('mycluster-1').then(() => 'the other')])).toBe('the other')
  })

  test('or answers at once when told so', async () => {
    await open('instance-blackholed', { pod: { delayFromSeconds: Infinity } })
    const answer = await status('mycluster-3')
    expect([answer.status, answer.json<{ message: string }>().message]).toEqual([
      503,
      'error trying to reach service: dial tcp 10.244.0.108:8000: i/o timeout',
    ])
  })
})

test('the metrics of a pod', async () => {
  await open('healthy')
  const answer = await admin.get('/api/v1/namespaces/rec-main/pods/http:mycluster-1:9187/proxy/metrics')
  expect(answer.headers['content-type']).toContain('text/plain')
  expect(answer.text).toContain('cnpg_collector_up')
})

test('ages relate to the time of the recording', async () => {
  await open('healthy')
  const answer = await admin.get('/apis/postgresql.cnpg.io/v1/namespaces/rec-main/clusters', {
    accept: 'application/json;as=Table;v=v1;g=meta.k8s.io',
  })
  const cells = ['mycluster', '7m', 3, 3, 'Cluster in healthy state', 'mycluster-1']
  expect(answer.json<{ rows: { cells: unknown[] }[] }>().rows[0]?.cells).toEqual(cells)
})

test('objects and pods can be changed for a test', async () => {
  const folder = join(STATES, 'fenced-one')
  await open('healthy', {
    object: (object) => (object.kind === 'Pooler' ? undefined : object),
    extra: [{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'more', namespace: 'rec-main' } }],
    pods: { 'mycluster-2': new RecordedPod(folder, 'mycluster-3') },
  })
  const poolers = await admin.get('/apis/postgresql.cnpg.io/v1/namespaces/rec-main/poolers')
  expect(poolers.json<{ items: unknown[] }>().items).toEqual([])
  expect((await admin.get('/api/v1/namespaces/rec-main/configmaps/more')).status).toBe(200)
  expect((await status('mycluster-2')).text).toBe(await readFile(join(folder, 'pgstatus/mycluster-3.json'), 'utf8'))
})
