import { describe, expect, it } from 'vitest'
import type { ClusterSnapshot } from '../../src/api/snapshot.ts'
import type { PersistentVolumeClaim } from '../../src/api/objects.ts'
import { goalOfDestroy } from '../../src/plan/destroy-goal.ts'
import { goalOfFencing } from '../../src/plan/fencing-goal.ts'
import { goalOfHibernation, goalOfWaking } from '../../src/plan/hibernation-goal.ts'
import { planHibernate } from '../../src/plan/hibernation.ts'
import { recordedSnapshot } from '../helpers/recorded-snapshot.ts'
import { answerOf, clusterOf } from '../helpers/snapshots.ts'

/** What must not pass for the outcome, although it looks like it. */

function withoutPod(state: string, name: string): ClusterSnapshot {
  const snapshot = recordedSnapshot(state)
  const { pods } = snapshot.objects
  if (pods.ok) pods.value = pods.value.filter(({ metadata }) => metadata.name !== name)
  snapshot.instances = snapshot.instances.filter(({ pod }) => pod !== name)
  return snapshot
}

describe('a fence that is taken off', () => {
  const judge = goalOfFencing({ on: false, instances: ['mycluster-3'], before: recordedSnapshot('fenced-one') })

  it('is not proved by a pod that vanished meanwhile', () => {
    expect(judge(withoutPod('healthy', 'mycluster-3'))).toMatchObject({
      verdict: 'running',
      reason: 'mycluster-3 has no pod',
    })
    expect(judge(recordedSnapshot('healthy')).verdict).toBe('proved')
  })

  it('needs no server where there was no pod before', () => {
    const gone = withoutPod('healthy', 'mycluster-3')
    expect(goalOfFencing({ on: false, instances: ['mycluster-3'], before: gone })(gone).verdict).toBe('proved')
  })
})

describe('what is waited for is said', () => {
  it('of a fence and of a hibernation that the operator has not seen yet', () => {
    const fenced = recordedSnapshot('healthy')
    clusterOf(fenced).metadata.annotations = { 'cnpg.io/fencedInstances': '["mycluster-3"]' }
    expect(goalOfFencing({ on: true, instances: ['mycluster-3'] })(fenced).reason).toBe(
      'PostgreSQL still runs on mycluster-3',
    )
    const asked = recordedSnapshot('healthy')
    clusterOf(asked).metadata.annotations = { 'cnpg.io/hibernation': 'on' }
    expect(goalOfHibernation(recordedSnapshot('healthy'))(asked).reason).toBe('the operator has not reacted yet')
  })
})

describe('a fence that is put on', () => {
  it('is not proved while the server is still shutting down, or starting', () => {
    for (const state of ['shutting down', 'starting up']) {
      const snapshot = recordedSnapshot('fenced-one')
      answerOf(snapshot, 'mycluster-3').mightBeUnavailableMaskedError =
        `failed to connect to \`user=postgres\`: server error: FATAL: the database system is ${state} (SQLSTATE 57P03)`
      expect(goalOfFencing({ on: true, instances: ['mycluster-3'] })(snapshot).verdict).toBe('running')
    }
    const snapshot = recordedSnapshot('fenced-one')
    expect(goalOfFencing({ on: true, instances: ['mycluster-3'] })(snapshot).verdict).toBe('proved')
  })
})

describe('a hibernation', () => {
  const forbidden = { ok: false, reason: 'forbidden', message: 'you may not list pods' } as const
  const unseen = (reason: 'forbidden' | 'timeout'): ClusterSnapshot => {
    const snapshot = recordedSnapshot('hibernated')
    return { ...snapshot, objects: { ...snapshot.objects, pods: { ...forbidden, reason } }, instances: [] }
  }

  it('is not proved by the word of the operator alone, when the pods cannot be seen', () => {
    const judge = goalOfHibernation(recordedSnapshot('healthy'))
    expect(judge(unseen('forbidden'))).toMatchObject({
      verdict: 'failed',
      reason: 'whether the pods are gone is not known: you may not list pods',
    })
    expect(judge(unseen('timeout')).verdict).toBe('running')
    expect(judge(recordedSnapshot('hibernated')).verdict).toBe('proved')
    expect(planHibernate(unseen('forbidden')).nothing).toBeNull()
    expect(planHibernate(recordedSnapshot('hibernated')).nothing).not.toBeNull()
  })

  it('is not over while the operator may still be deleting the pod that answers', () => {
    const snapshot = recordedSnapshot('healthy')
    expect(goalOfWaking()(snapshot).verdict).toBe('proved')
    clusterOf(snapshot).status.conditions?.push({
      type: 'cnpg.io/hibernation',
      status: 'False',
      reason: 'DeletingPods',
      message: 'Hibernation is in progress',
    })
    expect(goalOfWaking()(snapshot).verdict).toBe('running')
  })
})

describe('a destruction that keeps the volumes', () => {
  const claim = (change: Partial<PersistentVolumeClaim['metadata']>): PersistentVolumeClaim => ({
    metadata: {
      name: 'mycluster-3',
      namespace: 'rec-main',
      uid: 'u-3',
      labels: { 'cnpg.io/instanceName': 'mycluster-3' },
      ownerReferences: [
        { apiVersion: 'postgresql.cnpg.io/v1', kind: 'Cluster', name: 'mycluster', uid: UID, controller: true },
      ],
      ...change,
    },
    spec: {},
  })
  const UID = clusterOf(recordedSnapshot('healthy')).metadata.uid!
  const state = (snapshot: ClusterSnapshot, claims: PersistentVolumeClaim[]): ClusterSnapshot => {
    const part = <T>(value: T[]) => ({ ok: true, value, at: snapshot.takenAt, via: 'api' }) as const
    return {
      ...snapshot,
      objects: { ...snapshot.objects, persistentVolumeClaims: part(claims), jobs: part([]) },
    }
  }
  const judge = goalOfDestroy(state(recordedSnapshot('healthy'), [claim({})]), { instance: 'mycluster-3', keep: true })
  const after = (claims: PersistentVolumeClaim[]) => judge(state(withoutPod('healthy', 'mycluster-3'), claims))
  const detached = { annotations: { 'cnpg.io/pvcStatus': 'detached' }, ownerReferences: [] }

  it('is proved by volumes that are there and detached', () => {
    expect(after([claim(detached)]).verdict).toBe('proved')
    expect(after([claim({})]).verdict).toBe('running')
  })

  it('has failed when somebody deletes them, or another one stands in their place', () => {
    const reason = 'somebody deletes what was to be kept: volume mycluster-3'
    expect(after([])).toMatchObject({ verdict: 'failed', reason })
    expect(after([claim({ ...detached, deletionTimestamp: '2026-11-23T06:00:00Z' })])).toMatchObject({ reason })
    expect(after([claim({ ...detached, uid: 'another' })])).toMatchObject({ reason })
  })
})
