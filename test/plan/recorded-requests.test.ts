import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { Cluster } from '../../src/api/cluster.ts'
import type { Job, PersistentVolumeClaim } from '../../src/api/objects.ts'
import type { Pod } from '../../src/api/pod.ts'
import { planDestroy } from '../../src/plan/destroy.ts'
import { planFencing } from '../../src/plan/fencing.ts'
import { planHibernate, planWake } from '../../src/plan/hibernation.ts'
import { planMaintenance } from '../../src/plan/maintenance.ts'
import type { MaintenanceIntent } from '../../src/plan/maintenance-window.ts'
import { pathOfRequest } from '../../src/plan/apply.ts'
import type { Plan } from '../../src/plan/plan.ts'
import { demo, snapshotOf } from './support/demo.ts'

/** What the official plugin 1.30.0 sent to a real cluster: test/fixtures/commands/changes.json. */
interface Recorded {
  id: string
  argv: string[]
  sent: { method: string; path: string; contentType: string; body?: Record<string, unknown>; strings?: string[] }[]
}

const file = new URL('../fixtures/commands/changes.json', import.meta.url)
const recorded = JSON.parse(readFileSync(file, 'utf8')) as Recorded[]

function recordedAs(id: string): Recorded['sent'] {
  const found = recorded.find((each) => each.id === id)
  if (found === undefined) throw new Error(`nothing is recorded as ${id}`)
  return found.sent
}

/** What a plan would send, but for the lock, which the official does not have. */
function sentBy(plan: Plan) {
  return plan.steps.map(({ request }) => {
    const body = structuredClone(request.body) as { metadata?: Record<string, unknown> }
    delete body.metadata?.['resourceVersion']
    if (Object.keys(body.metadata ?? {}).length === 0) delete body.metadata
    return { method: request.method, path: pathOfRequest(request), contentType: request.contentType, body }
  })
}

const fenced = (...names: string[]): Cluster =>
  demo({ annotations: { 'cnpg.io/fencedInstances': JSON.stringify(names) } })

describe('fencing sends what the official sends', () => {
  it.each([
    ['fencing.on-replica-number', demo(), true, 'demo-3'],
    ['fencing.on-full-name-second', fenced('demo-3'), true, 'demo-2'],
    ['fencing.off-first', fenced('demo-2', 'demo-3'), false, 'demo-2'],
    ['fencing.off-last', fenced('demo-3'), false, 'demo-3'],
    ['fencing.on-all', demo(), true, '*'],
    ['fencing.off-all', fenced('*'), false, '*'],
    ['fencing.on-primary', demo(), true, 'demo-1'],
    ['fencing.off-primary', fenced('demo-1'), false, 'demo-1'],
  ] as const)('%s', (id, cluster, on, instance) => {
    expect(sentBy(planFencing(snapshotOf(cluster), { on, instance }))).toEqual(recordedAs(id))
  })
})

describe('hibernation sends what the official sends', () => {
  const named = (plan: Plan) => JSON.parse(JSON.stringify(sentBy(plan)).replaceAll('demo', 'victim')) as unknown
  it('on', () => {
    expect(named(planHibernate(snapshotOf(demo())))).toEqual(recordedAs('hibernate.on'))
  })
  it('off', () => {
    const asleep = demo({ annotations: { 'cnpg.io/hibernation': 'on' } })
    expect(named(planWake(snapshotOf(asleep)))).toEqual(recordedAs('hibernate.off'))
  })
})

describe('maintenance sends what the official sends', () => {
  const plan = (
    intent: Pick<MaintenanceIntent, 'open' | 'reusePVC'>,
    window: Cluster['spec']['nodeMaintenanceWindow'],
  ) =>
    planMaintenance(
      {
        takenAt: '2026-11-23T06:05:00Z',
        namespace: 'cmd-a',
        clusters: [demo({ window })],
        budgets: { ok: true, value: [], at: '2026-11-23T06:05:00Z', via: 'api' },
        barred: [],
      },
      { ...intent, scope: { kind: 'cluster', name: 'demo' } },
    )
  /** Of several clusters the record changes, the first one is demo. */
  const first = (id: string) => recordedAs(id).slice(0, 1)

  it.each([
    // reusePVC is given here: the official overwrites it unasked (spec, weakness 7).
    ['maintenance-set.no-arguments', { open: true, reusePVC: false }, undefined],
    ['maintenance-unset.no-arguments', { open: false, reusePVC: null }, { inProgress: true, reusePVC: false }],
    ['maintenance.set-one', { open: true, reusePVC: null }, { reusePVC: false }],
    ['maintenance.set-reuse', { open: true, reusePVC: true }, { inProgress: true, reusePVC: false }],
    ['maintenance.unset-one', { open: false, reusePVC: false }, { inProgress: true, reusePVC: true }],
    ['maintenance.unset-namespace-reuse', { open: false, reusePVC: true }, { reusePVC: false }],
    ['maintenance.unset-all-limited', { open: false, reusePVC: true }, { inProgress: true, reusePVC: false }],
  ] as const)('%s', (id, intent, window) => {
    expect(sentBy(plan(intent, window))).toEqual(first(id))
  })

  it('and nothing where it sends an empty patch', () => {
    expect(recordedAs('maintenance.set-again')[0]?.body).toEqual({})
    expect(plan({ open: true, reusePVC: null }, { inProgress: true, reusePVC: false }).steps).toEqual([])
  })

  it('leaves reusePVC alone unless it is given', () => {
    const bodies = plan({ open: true, reusePVC: null }, undefined).steps.map(({ request }) => request.body)
    expect(bodies).toMatchObject([{ spec: { nodeMaintenanceWindow: { inProgress: true } } }])
    expect(JSON.stringify(bodies)).not.toContain('reusePVC')
  })
})

describe('destroy deletes what the official deletes', () => {
  const owner = { apiVersion: 'postgresql.cnpg.io/v1', kind: 'Cluster', name: 'demo', uid: 'u-demo', controller: true }
  const labels = (name: string) => ({ 'cnpg.io/cluster': 'demo', 'cnpg.io/instanceName': name })
  const meta = (name: string, instance = name) => ({
    name,
    namespace: 'cmd-a',
    uid: `u-${name}`,
    resourceVersion: '7',
    labels: labels(instance),
    ownerReferences: [owner],
  })
  const pod = (name: string) => ({ metadata: meta(name), spec: { containers: [] } }) satisfies Pod
  const claim = (name: string): PersistentVolumeClaim => ({
    metadata: { ...meta(name), annotations: { 'cnpg.io/pvcStatus': 'ready' } },
    spec: { volumeName: `pv-${name}` },
  })
  const job = (instance: string): Job => ({ metadata: meta(`${instance}-join`, instance) })
  const paths = (plan: Plan) => plan.steps.map(({ request }) => `${request.method} ${pathOfRequest(request)}`)

  it('of a standby: the same deletions, volumes first', () => {
    const plan = planDestroy(snapshotOf(demo(), { pods: [pod('demo-3')], claims: [claim('demo-3')] }), {
      instance: 'demo-3',
      keep: false,
    })
    const sent = recordedAs('destroy.replica-name').map(({ method, path }) => `${method} ${path}`)
    expect(paths(plan).toSorted()).toEqual(sent.toSorted())
    expect(paths(plan)[0]).toContain('persistentvolumeclaims')
    expect(plan.steps.map(({ request }) => request.body)).toMatchObject([
      { preconditions: { uid: 'u-demo-3', resourceVersion: '7' } },
      { preconditions: { uid: 'u-demo-3', resourceVersion: '7' } },
    ])
  })

  it('of the jobs: in the background', () => {
    const detached = claim('demo-1')
    detached.metadata = { ...detached.metadata, annotations: { 'cnpg.io/pvcStatus': 'detached' }, ownerReferences: [] }
    const plan = planDestroy(snapshotOf(demo(), { pods: [], claims: [detached], jobs: [job('demo-1')] }), {
      instance: 'demo-1',
      keep: false,
    })
    const sent = recordedAs('destroy.detached')
    expect(paths(plan).toSorted()).toEqual(sent.map(({ method, path }) => `${method} ${path}`).toSorted())
    const recordedJob = sent.find(({ path }) => path.includes('/jobs/'))
    expect(recordedJob?.strings).toContain('Background')
    expect(plan.steps.find(({ id }) => id.startsWith('jobs/'))?.request.body).toMatchObject({
      propagationPolicy: 'Background',
    })
  })

  it('and detaches as it does: the whole object without its owner, marked and labelled', () => {
    const plan = planDestroy(snapshotOf(demo(), { pods: [pod('demo-1')], claims: [claim('demo-1')] }), {
      instance: 'demo-1',
      keep: true,
    })
    const sent = recordedAs('destroy.keep-pvc').map(({ method, path }) => `${method} ${path}`)
    expect(paths(plan).toSorted()).toEqual(sent.toSorted())
    const { ownerReferences: _, ...metadata } = meta('demo-1')
    expect(plan.steps[0]?.request.body).toEqual({
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { ...metadata, annotations: { 'cnpg.io/pvcStatus': 'detached' } },
      spec: { volumeName: 'pv-demo-1' },
    })
  })

  it('but nothing that another Cluster controls, whatever its name and labels', () => {
    const foreign = { ...owner, name: 'victim', uid: 'u-victim' }
    const theirs = <T extends Pod | PersistentVolumeClaim>(object: T): T => ({
      ...object,
      metadata: { ...object.metadata, ownerReferences: [foreign] },
    })
    const plan = planDestroy(
      snapshotOf(demo(), { pods: [theirs(pod('victim-1'))], claims: [theirs(claim('victim-1'))] }),
      { instance: 'victim-1', keep: false },
    )
    expect(plan.steps).toEqual([])
    expect(plan.checks).toMatchObject([{ id: 'unknown-instance', forcible: false }])
    expect(recordedAs('destroy.foreign')).not.toEqual([])
  })
})
