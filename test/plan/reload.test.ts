import { describe, expect, it } from 'vitest'
import type { ClusterSnapshot, LiveSetting } from '../../src/api/snapshot.ts'
import { planReload } from '../../src/plan/reload.ts'
import { goalOfReload } from '../../src/plan/reload-goal.ts'
import { recordedSnapshot } from '../helpers/recorded-snapshot.ts'
import { clusterOf, readingOf, silence } from '../helpers/snapshots.ts'

const AT = new Date('2026-11-23T05:57:03.302Z')
const INSTANCES = ['mycluster-1', 'mycluster-2', 'mycluster-3']

/** Three instances that run with these values; `spec` is what the Cluster asks for. */
function state(
  spec: Record<string, string>,
  live: Record<string, Partial<LiveSetting>>,
  change?: (snapshot: ClusterSnapshot) => void,
): ClusterSnapshot {
  const snapshot = recordedSnapshot('healthy')
  clusterOf(snapshot).spec.postgresql!.parameters = spec
  for (const pod of INSTANCES) {
    const settings = Object.entries(live).map(([name, members]) => ({ ...LIVE, name, ...members }))
    readingOf(snapshot, pod).details = { ok: true, value: { settings }, at: snapshot.takenAt, via: 'sql' }
  }
  change?.(snapshot)
  return snapshot
}

const LIVE: LiveSetting = {
  name: '',
  setting: null,
  unit: 'kB',
  type: 'integer',
  shown: null,
  pendingRestart: false,
  source: 'configuration file',
  inFile: null,
  file: '/var/lib/postgresql/data/pgdata/custom.conf',
  error: null,
  loaded: true,
}
const old = { setting: '4096', shown: '4MB', inFile: '4MB' }
const fresh = { setting: '8192', shown: '8MB', inFile: '8MB' }
const spec = { work_mem: '8MB' }

it('the request is the annotation, with microseconds', () => {
  const { steps, checks, facts } = planReload(state(spec, { work_mem: old }), AT)
  expect(steps.map(({ request }) => request)).toEqual([
    {
      method: 'PATCH',
      object: { kind: 'clusters', namespace: 'rec-main', name: 'mycluster' },
      contentType: 'application/merge-patch+json',
      body: { metadata: { annotations: { 'cnpg.io/reloadedAt': '2026-11-23T05:57:03.302000Z' } } },
    },
  ])
  expect(checks).toEqual([])
  expect(facts.map(({ label, text }) => [label, text]).slice(0, 2)).toEqual([
    ['parameters', '1 in the spec'],
    ['not live', 'mycluster-1: work_mem is 4MB, not 8MB'],
  ])
})

it('a hibernated cluster has nothing to reload', () => {
  expect(planReload(recordedSnapshot('hibernated'), AT).checks).toMatchObject([{ id: 'hibernated', forcible: false }])
})

describe('the proof of a reload', () => {
  const judge = goalOfReload(state(spec, { work_mem: old }))

  it('is the live value on every instance', () => {
    expect(judge(state(spec, { work_mem: old }))).toMatchObject({
      verdict: 'running',
      reason: 'work_mem is 4MB, not 8MB (mycluster-1, mycluster-2, mycluster-3)',
    })
    expect(judge(state(spec, { work_mem: fresh }))).toMatchObject({
      verdict: 'proved',
      reason: '1 parameter of the spec live on mycluster-1, mycluster-2, mycluster-3',
    })
  })

  it('does not come from an instance that does not tell', () => {
    const silent = state(spec, { work_mem: fresh }, (snapshot) => {
      silence(snapshot, 'mycluster-3')
      delete readingOf(snapshot, 'mycluster-3').details
    })
    expect(judge(silent)).toMatchObject({ verdict: 'running', reason: 'mycluster-3: no answer to SQL' })
  })

  it('does not ask a fenced instance', () => {
    const fenced = state(spec, { work_mem: fresh }, (snapshot) => {
      clusterOf(snapshot).metadata.annotations = { 'cnpg.io/fencedInstances': '["mycluster-3"]' }
      delete readingOf(snapshot, 'mycluster-3').details
    })
    expect(judge(fenced)).toMatchObject({ verdict: 'proved' })
    expect(planReload(fenced, AT).warnings).toEqual([
      'mycluster-3 is fenced: it reads the configuration when started again',
    ])
  })

  it('names what waits for a restart, and does not count it as live', () => {
    const two = { ...spec, max_connections: '60' }
    const waits = { setting: '50', shown: '50', unit: null, inFile: '60', pendingRestart: true }
    expect(judge(state(two, { work_mem: fresh, max_connections: waits }))).toMatchObject({
      verdict: 'proved',
      reason:
        '1 of 2 parameters of the spec live on mycluster-1, mycluster-2, mycluster-3; ' +
        'waiting for a restart: max_connections 50 -> 60 (mycluster-1, mycluster-2, mycluster-3)',
    })
  })

  it('fails with the word of the server on a value that it refuses', () => {
    const banana = { ...old, inFile: 'banana', error: 'setting could not be applied' }
    expect(judge(state({ work_mem: 'banana' }, { work_mem: banana }))).toMatchObject({
      verdict: 'failed',
      reason: 'work_mem = banana: setting could not be applied (mycluster-1, mycluster-2, mycluster-3)',
    })
  })

  it('does not take a value for refused that needs a restart and was not read yet', () => {
    const unread = { ...old, inFile: '8MB', error: 'setting could not be applied', loaded: false }
    expect(judge(state(spec, { work_mem: unread }))).toMatchObject({ verdict: 'running' })
  })

  it('fails where ALTER SYSTEM wins', () => {
    const auto = { ...old, file: '/var/lib/postgresql/data/pgdata/postgresql.auto.conf' }
    expect(judge(state(spec, { work_mem: auto })).reason).toContain('work_mem is 4MB by ALTER SYSTEM, not 8MB')
  })

  it('fails at once without the right to ask', () => {
    const barred = state(spec, { work_mem: fresh }, (snapshot) => {
      readingOf(snapshot, 'mycluster-2').details = { ok: false, reason: 'forbidden', message: 'may not exec' }
    })
    expect(judge(barred)).toMatchObject({
      verdict: 'failed',
      reason: 'the live values cannot be read: may not exec',
    })
  })

  it('says that nothing had to change', () => {
    const again = goalOfReload(state(spec, { work_mem: fresh }))
    expect(again(state(spec, { work_mem: fresh }))).toEqual({
      phases: [],
      verdict: 'proved',
      reason: 'nothing had to change: 1 parameter of the spec live on mycluster-1, mycluster-2, mycluster-3',
    })
  })

  it('leaves out a list that the operator completes by itself', () => {
    const libraries = { ...spec, shared_preload_libraries: '' }
    expect(judge(state(libraries, { work_mem: fresh }))).toMatchObject({ verdict: 'proved' })
  })
})
