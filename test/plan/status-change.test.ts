import { expect, it } from 'vitest'
import type { Cluster } from '../../src/api/cluster.ts'
import { annotationPatch, microseconds, statusPatch, wholeSeconds } from '../../src/plan/status-change.ts'

const others = [
  {
    lastTransitionTime: '2026-11-23T05:45:16Z',
    message: 'Cluster has been bootstrapped',
    reason: 'BootstrapCompleted',
    status: 'True',
    type: 'Initialized',
  },
  {
    lastTransitionTime: '2026-11-23T05:45:25Z',
    message: 'A single, unique system ID was found across reporting instances.',
    reason: 'Unique',
    status: 'True',
    type: 'ConsistentSystemID',
  },
]
const ready = {
  lastTransitionTime: '2026-11-23T05:46:08Z',
  message: 'Cluster is Ready',
  reason: 'ClusterIsReady',
  status: 'True',
  type: 'Ready',
}
const notReady = {
  lastTransitionTime: '2026-11-23T06:01:36Z',
  message: 'Cluster Is Not Ready',
  reason: 'ClusterIsNotReady',
  status: 'False',
  type: 'Ready',
}

/** The Cluster as it was when the official plugin was recorded. */
function demo(status: Record<string, unknown>, resourceVersion = '10832'): Cluster {
  return {
    metadata: { name: 'demo', namespace: 'cmd-a', resourceVersion },
    spec: {},
    status: {
      phase: 'Cluster in healthy state',
      targetPrimary: 'demo-1',
      targetPrimaryTimestamp: '2026-11-23T05:45:15.433426Z',
      conditions: [...others, ready],
      ...status,
    },
  }
}

const at = new Date('2026-11-23T06:01:36.321Z')
const switchover = (target: string, when: Date) => ({
  targetPrimary: target,
  targetPrimaryTimestamp: microseconds(when),
  phase: 'Switchover in progress',
  phaseReason: `Switching over to ${target}`,
})

it('the patch of a promotion is the recorded one', () => {
  const { body, contentType, object } = statusPatch(demo({}), switchover('demo-2', at), at)
  expect(contentType).toBe('application/merge-patch+json')
  expect(object).toEqual({ kind: 'clusters', namespace: 'cmd-a', name: 'demo', subresource: 'status' })
  expect(JSON.stringify(body)).toBe(
    JSON.stringify({
      metadata: { resourceVersion: '10832' },
      status: {
        conditions: [...others, notReady],
        phase: 'Switchover in progress',
        phaseReason: 'Switching over to demo-2',
        targetPrimary: 'demo-2',
        targetPrimaryTimestamp: '2026-11-23T06:01:36.321000Z',
      },
    }),
  )
})

it('the patch of another promotion while one is under way names what differs only, as recorded', () => {
  const later = new Date('2026-11-23T06:01:40.736Z')
  const running = { ...switchover('demo-2', at), conditions: [...others, notReady] }
  expect(statusPatch(demo(running, '13119'), switchover('demo-3', later), later).body).toEqual({
    metadata: { resourceVersion: '13119' },
    status: {
      phaseReason: 'Switching over to demo-3',
      targetPrimary: 'demo-3',
      targetPrimaryTimestamp: '2026-11-23T06:01:40.736000Z',
    },
  })
})

it('the patch of a restart in place is the recorded one', () => {
  const change = { phase: 'Primary instance is being restarted in-place', phaseReason: 'Requested by the user' }
  expect(statusPatch(demo({}, '18288'), change, at).body).toEqual({
    metadata: { resourceVersion: '18288' },
    status: {
      conditions: [...others, notReady],
      phase: 'Primary instance is being restarted in-place',
      phaseReason: 'Requested by the user',
    },
  })
})

it('a Ready condition that says so already keeps its time, one that is missing is added', () => {
  const change = { phase: 'Switchover in progress', phaseReason: 'x' }
  const waiting = { ...notReady, reason: 'Other', lastTransitionTime: '2026-11-23T05:00:00Z' }
  const kept = statusPatch(demo({ conditions: [waiting] }), change, at).body as { status: { conditions: unknown[] } }
  expect(kept.status.conditions).toEqual([{ ...notReady, lastTransitionTime: '2026-11-23T05:00:00Z' }])
  const added = statusPatch(demo({ conditions: others }), change, at).body as { status: { conditions: unknown[] } }
  expect(added.status.conditions).toEqual([...others, notReady])
})

it('annotations are patched as recorded, without a lock', () => {
  const patch = annotationPatch(demo({}), 'kubectl.kubernetes.io/restartedAt', wholeSeconds(at))
  expect(patch).toEqual({
    method: 'PATCH',
    object: { kind: 'clusters', namespace: 'cmd-a', name: 'demo' },
    contentType: 'application/merge-patch+json',
    body: { metadata: { annotations: { 'kubectl.kubernetes.io/restartedAt': '2026-11-23T06:01:36Z' } } },
  })
})
