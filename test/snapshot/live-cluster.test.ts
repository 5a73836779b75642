import { expect, test } from 'vitest'
import type { Pod } from '../../src/api/pod.ts'
import { LiveCluster } from '../../src/snapshot/live-cluster.ts'
import { recordedSnapshot } from '../helpers/recorded-snapshot.ts'
import { answerOf, podOf, readingOf } from '../helpers/snapshots.ts'

const NOW = '2026-11-23T06:00:00Z'

function presence(live: LiveCluster): Record<string, string> {
  const { instances } = live.at(NOW)
  return Object.fromEntries(instances.map(({ pod, status }) => [pod, status.ok ? 'answered' : status.message]))
}

function changed(pod: Pod, change: (pod: Pod) => void): Pod {
  const copy = structuredClone(pod)
  copy.metadata.resourceVersion = String(Number(pod.metadata.resourceVersion) + 1)
  change(copy)
  return copy
}

test('a pod that is being deleted has no answer any more, one made anew of the same name has not yet one', () => {
  const first = recordedSnapshot('healthy')
  const live = new LiveCluster(first)
  const pod = podOf(first, 'mycluster-3')
  live.setPod(changed(pod, ({ metadata }) => (metadata.deletionTimestamp = NOW)))
  expect(presence(live)['mycluster-3']).toBe(`pod being deleted since ${NOW}`)
  live.removePod(pod)
  expect(Object.keys(presence(live))).toEqual(['mycluster-1', 'mycluster-2'])
  live.setPod(changed(pod, ({ metadata }) => (metadata.uid = 'another')))
  expect(Object.keys(presence(live))).toEqual(['mycluster-1', 'mycluster-2'])
  live.setReadings(live.instancePods, first.instances)
  expect(presence(live)['mycluster-3']).toBe('answered')
})

test('that a pod was not asked is forgotten as soon as it can be asked', () => {
  const first = recordedSnapshot('healthy')
  const pod = podOf(first, 'mycluster-3')
  const { phase } = pod.status!
  pod.status!.phase = 'Pending'
  const live = new LiveCluster(first)
  expect(presence(live)['mycluster-3']).toMatch(/^pod Pending/)
  live.setPod(changed(pod, ({ status }) => (status!.phase = phase!)))
  expect(presence(live)['mycluster-3']).toBeUndefined()
})

test('news of pods that came while all was read again is not undone by it', () => {
  const first = recordedSnapshot('healthy')
  const live = new LiveCluster(first)
  const { podNews } = live
  live.removePod(podOf(first, 'mycluster-3'))
  live.replace(recordedSnapshot('healthy'), podNews)
  expect(Object.keys(presence(live))).toEqual(['mycluster-1', 'mycluster-2'])
  live.replace(recordedSnapshot('healthy'), live.podNews)
  expect(Object.keys(presence(live))).toEqual(['mycluster-1', 'mycluster-2', 'mycluster-3'])
})

test('an older Cluster does not replace a newer one', () => {
  const first = recordedSnapshot('healthy')
  const live = new LiveCluster(first)
  const version = Number(first.cluster.metadata.resourceVersion)
  const at = (resourceVersion: number, phase: string) => ({
    ...first.cluster,
    metadata: { ...first.cluster.metadata, resourceVersion: String(resourceVersion) },
    status: { ...first.cluster.status, phase },
  })
  live.setCluster(at(version + 2, 'new'))
  live.setCluster(at(version + 1, 'old'))
  expect(live.at(NOW).cluster.status?.phase).toBe('new')
})

test('sections that could not be reached stay; those that are forbidden now go', () => {
  const live = new LiveCluster(recordedSnapshot('healthy'))
  const next = recordedSnapshot('healthy')
  next.objects.backups = { ok: false, reason: 'timeout', message: 'too slow' }
  next.objects.poolers = { ok: false, reason: 'forbidden', message: 'no' }
  live.replace(next, live.podNews)
  const { backups, poolers } = live.at(NOW).objects
  expect([backups.ok, poolers.ok]).toEqual([true, false])
})

test('figures that are asked for less often stay with the pod', () => {
  const first = recordedSnapshot('healthy')
  const live = new LiveCluster(first)
  const answers = structuredClone(first.instances).map((reading) => ({
    ...reading,
    metrics: { ok: false, reason: 'missing', message: 'not asked' } as const,
  }))
  const again = { ...first, instances: answers }
  answerOf(again, 'mycluster-1').currentLsn = '7/0'
  live.setReadings(live.instancePods, again.instances)
  const now = live.at(NOW)
  expect(answerOf(now, 'mycluster-1').currentLsn).toBe('7/0')
  expect(readingOf(now, 'mycluster-1').metrics).toEqual(readingOf(first, 'mycluster-1').metrics)
})
