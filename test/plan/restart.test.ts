import { describe, expect, it } from 'vitest'
import { premiseChanges } from '../../src/plan/plan.ts'
import { planRestart } from '../../src/plan/restart.ts'
import type { RestartIntent } from '../../src/plan/restart.ts'
import { goalOfRestart } from '../../src/plan/restart-goal.ts'
import type { ClusterSnapshot } from '../../src/api/snapshot.ts'
import { recordedSnapshot } from '../helpers/recorded-snapshot.ts'
import { answerOf, clusterOf, podOf, readingOf, silence } from '../helpers/snapshots.ts'

const AT = new Date('2026-11-23T06:09:53.321Z')
const ALL: RestartIntent = { kind: 'cluster' }
const PENDING: RestartIntent = { kind: 'pending' }
const one = (instance: string): RestartIntent => ({ kind: 'instance', instance })

function plan(state: string, intent: RestartIntent, change?: (snapshot: ClusterSnapshot) => void) {
  const snapshot = recordedSnapshot(state)
  change?.(snapshot)
  return planRestart(snapshot, intent, AT)
}

describe('the requests', () => {
  it('for all: the annotation, in whole seconds', () => {
    expect(plan('healthy', ALL).steps.map(({ request }) => request)).toEqual([
      {
        method: 'PATCH',
        object: { kind: 'clusters', namespace: 'rec-main', name: 'mycluster' },
        contentType: 'application/merge-patch+json',
        body: { metadata: { annotations: { 'kubectl.kubernetes.io/restartedAt': '2026-11-23T06:09:53Z' } } },
      },
    ])
  })

  it('for all, twice in one second: the next second, for the same would be no change', () => {
    const again = plan('healthy', ALL, (snapshot) => {
      clusterOf(snapshot).metadata.annotations = { 'kubectl.kubernetes.io/restartedAt': '2026-11-23T06:09:53Z' }
    })
    expect(again.steps[0]?.request.body).toEqual({
      metadata: { annotations: { 'kubectl.kubernetes.io/restartedAt': '2026-11-23T06:09:54Z' } },
    })
  })

  it('for a standby: its pod is deleted, and only this very pod', () => {
    const [step] = plan('healthy', one('mycluster-2')).steps
    const { uid, resourceVersion } = podOf(recordedSnapshot('healthy'), 'mycluster-2').metadata
    expect(step?.request).toEqual({
      method: 'DELETE',
      object: { kind: 'pods', namespace: 'rec-main', name: 'mycluster-2' },
      body: { kind: 'DeleteOptions', apiVersion: 'v1', preconditions: { uid, resourceVersion } },
    })
  })

  it('for the primary: the phase of a restart in place', () => {
    expect(plan('healthy', one('mycluster-1')).steps[0]?.request).toMatchObject({
      method: 'PATCH',
      object: { subresource: 'status' },
      body: {
        status: {
          phase: 'Primary instance is being restarted in-place',
          phaseReason: 'Requested by the user',
        },
      },
    })
  })
})

it('the plan stays the one that was agreed to when only the order of the standbys by their lag changes', () => {
  const before = plan('healthy', ALL)
  const snapshot = recordedSnapshot('healthy')
  const { receivedLsn } = answerOf(snapshot, 'mycluster-2')
  Object.assign(answerOf(snapshot, 'mycluster-2'), { receivedLsn: '0/1', replayLsn: '0/1' })
  expect(receivedLsn).not.toBe('0/1')
  const now = planRestart(snapshot, ALL, AT)
  expect(now.instances).toEqual(before.instances)
  expect(premiseChanges(before, now)).toEqual([])
})

describe('restart --pending', () => {
  it('restarts what waits, the primary first where a value was lowered, one after the other', () => {
    const { instances, staged, steps, facts } = plan('pending-restart', PENDING)
    expect(staged).toBe(true)
    expect(instances).toEqual(['mycluster-1', 'mycluster-2', 'mycluster-3'])
    expect(steps.map(({ instance, request }) => [instance, request.method])).toEqual([
      ['mycluster-1', 'PATCH'],
      ['mycluster-2', 'DELETE'],
      ['mycluster-3', 'DELETE'],
    ])
    expect(facts[0]?.text).toContain('waits for a restart: max_connections 50 -> 40')
  })

  it('restarts the standbys first where nothing was lowered, and nobody else', () => {
    const { instances } = plan('healthy', PENDING, (snapshot) => {
      answerOf(snapshot, 'mycluster-1').pendingRestart = true
      answerOf(snapshot, 'mycluster-3').pendingRestart = true
    })
    expect(instances).toEqual(['mycluster-3', 'mycluster-1'])
  })

  it('has nothing to do, or does not know', () => {
    expect(plan('healthy', PENDING).nothing).toBe('no instance of rec-main/mycluster waits for a restart')
    expect(plan('instance-blackholed', PENDING).nothing).toContain('waits for a restart')
    expect(plan('rbac-no-proxy', PENDING)).toMatchObject({ nothing: null, checks: [{ id: 'instances-not-known' }] })
  })
})

describe('what stands in the way', () => {
  it.each([
    ['hibernated', ALL, 'hibernated', false],
    ['hibernated', one('mycluster-1'), 'hibernated', false],
    ['two-clusters-one-namespace', one('ab-1'), 'unknown-instance', false],
    ['hibernation-waking', one('mycluster-2'), 'no-pod', false],
    ['rbac-cluster-only', one('mycluster-2'), 'pods-not-known', false],
    ['failover-running-a', one('mycluster-1'), 'failover-running', true],
    ['fenced-all', one('mycluster-2'), 'fenced', true],
  ] as const)('%s, %o: %s', (state, intent, id, forcible) => {
    expect(plan(state, intent).checks).toContainEqual(expect.objectContaining({ id, forcible }))
  })

  it('the last synchronous standby', () => {
    const needed = (snapshot: ClusterSnapshot) => {
      clusterOf(snapshot).spec.postgresql!.synchronous = { method: 'any', number: 2, dataDurability: 'required' }
    }
    expect(plan('healthy-sync', one('mycluster-2'), needed).checks).toMatchObject([
      { id: 'last-sync-standby', forcible: true },
    ])
    expect(plan('healthy-sync', one('mycluster-2')).checks).toEqual([])
  })

  it('says that the primary goes down, or is left to the user', () => {
    expect(plan('healthy', one('mycluster-1')).warnings[0]).toContain('the primary is down for a moment')
    expect(plan('healthy', one('mycluster-2')).warnings).toEqual([])
    expect(plan('rollout-supervised', ALL).warnings[0]).toContain('the operator leaves the primary to you')
  })
})

describe('the proof of a restart', () => {
  const START = '2026-11-23T06:00:00Z'
  const LATER = '2026-11-23T06:10:00Z'
  const started = (snapshot: ClusterSnapshot, pod: string, at: string) => {
    const details = { serverVersion: '15.18', postmasterStartedAt: at }
    readingOf(snapshot, pod).details = { ok: true, value: details, at: snapshot.takenAt, via: 'sql' }
  }
  const state = (times: Record<string, string>, change?: (snapshot: ClusterSnapshot) => void) => {
    const snapshot = recordedSnapshot('healthy')
    for (const [pod, at] of Object.entries(times)) started(snapshot, pod, at)
    change?.(snapshot)
    return snapshot
  }
  const before = state({ 'mycluster-1': START, 'mycluster-2': START })
  const judge = goalOfRestart({ instances: ['mycluster-1', 'mycluster-2'], before, byOperator: true })

  it('is a later start time of every server concerned', () => {
    expect(judge(before)).toMatchObject({ verdict: 'running', reason: 'mycluster-1: not restarted yet' })
    const half = judge(state({ 'mycluster-1': START, 'mycluster-2': LATER }))
    expect(half).toMatchObject({ verdict: 'running', phases: [{ text: 'mycluster-2 restarted' }] })
    expect(judge(state({ 'mycluster-1': LATER, 'mycluster-2': LATER }))).toMatchObject({ verdict: 'proved' })
  })

  it('is another start time, also by the clock of a node that is behind', () => {
    const behind = state({ 'mycluster-1': '2026-11-23T05:50:00Z', 'mycluster-2': '2026-11-23T05:51:00Z' })
    expect(judge(behind).verdict).toBe('proved')
  })

  it('of a server that had not answered is its age, for its clock may not be ours', () => {
    const unknown = state({ 'mycluster-1': START })
    const judgeUnknown = goalOfRestart({ instances: ['mycluster-2'], before: unknown, byOperator: false })
    const seconds = (count: number) => new Date(Date.parse(unknown.takenAt) + count * 1000).toISOString()
    /** What is seen 30 s later of a server that has run for this long. */
    const aged = (age: number | undefined, at: string) =>
      state({ 'mycluster-1': START, 'mycluster-2': at }, (snapshot) => {
        snapshot.takenAt = seconds(30)
        const { details } = readingOf(snapshot, 'mycluster-2')
        if (details?.ok && age !== undefined) details.value.postmasterAgeSeconds = age
      })
    // It ran before by its age, though its clock, an hour ahead, says that it started after we looked.
    expect(judgeUnknown(aged(600, seconds(3600))).verdict).toBe('running')
    // And the other way round.
    expect(judgeUnknown(aged(5, seconds(-3600))).verdict).toBe('proved')
    expect(judgeUnknown(aged(undefined, seconds(10))).verdict).toBe('running')
  })

  it('needs the primary to be one again', () => {
    const standby = state({ 'mycluster-1': LATER, 'mycluster-2': LATER }, (snapshot) => {
      answerOf(snapshot, 'mycluster-1').isPrimary = false
    })
    expect(judge(standby)).toMatchObject({ verdict: 'running', reason: 'mycluster-1: it is not the primary again yet' })
  })

  it('needs a standby to stream again', () => {
    const cut = state({ 'mycluster-1': LATER, 'mycluster-2': LATER }, (snapshot) => {
      answerOf(snapshot, 'mycluster-1').replicationInfo = []
    })
    expect(judge(cut)).toMatchObject({ verdict: 'running', reason: 'mycluster-2: it does not stream yet' })
  })

  it('shows which server is down', () => {
    const down = state({ 'mycluster-1': START }, (snapshot) => silence(snapshot, 'mycluster-2'))
    expect(judge(down).phases.map(({ text }) => text)).toEqual(['mycluster-2 stopped'])
  })

  it('does not come when the operator leaves the primary to the user', () => {
    const waits = state({ 'mycluster-1': START, 'mycluster-2': LATER }, (snapshot) => {
      clusterOf(snapshot).spec.primaryUpdateStrategy = 'supervised'
      clusterOf(snapshot).status.phase = 'Waiting for user action'
    })
    expect(judge(waits)).toMatchObject({ verdict: 'failed' })
    expect(judge(waits).reason).toContain('kubectl cnpg restart mycluster mycluster-1')
  })

  it('cannot come without the right to ask by SQL, which is said at once', () => {
    const barred = state({ 'mycluster-2': LATER }, (snapshot) => {
      const details = { ok: false, reason: 'forbidden', message: 'may not exec' } as const
      readingOf(snapshot, 'mycluster-1').details = details
    })
    expect(judge(barred)).toMatchObject({
      verdict: 'failed',
      reason: 'the start of the server cannot be read: may not exec',
    })
  })
})
