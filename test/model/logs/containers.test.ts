import { describe, expect, test } from 'vitest'
import type { ContainerStatus, Pod } from '../../../src/api/pod.ts'
import { logSources } from '../../../src/model/logs/containers.ts'

const running: ContainerStatus['state'] = { running: {} }

function pod(
  status: Partial<ContainerStatus>,
  facts: { init?: Pod['spec']['initContainers']; labels?: Record<string, string> } = {},
): Pod {
  return {
    metadata: { name: 'db-1', namespace: 'shop', uid: 'u', labels: facts.labels ?? {} },
    spec: { containers: [{ name: 'postgres' }], ...(facts.init === undefined ? {} : { initContainers: facts.init }) },
    status: { phase: 'Running', containerStatuses: [{ name: 'postgres', ...status }] },
  }
}

const all = { pods: [], containers: [] }

describe('the logs of a pod', () => {
  test.each<[string, Partial<ContainerStatus>, object]>([
    ['runs', { state: running }, { run: 0, state: 'running', hasPrevious: false }],
    [
      'was restarted',
      { state: running, restartCount: 2, lastState: { terminated: {} } },
      { run: 2, state: 'running', hasPrevious: true },
    ],
    ['has ended', { state: { terminated: { exitCode: 0 } } }, { state: 'ended', hasPrevious: false }],
    // The kubelet gives out the last run's log then; what it calls the previous one is that same.
    [
      'crashes in a loop',
      { state: { waiting: { reason: 'CrashLoopBackOff' } }, restartCount: 4, lastState: { terminated: {} } },
      { run: 4, state: 'ended', hasPrevious: false },
    ],
    [
      'cannot start',
      { state: { waiting: { reason: 'ImagePullBackOff' } } },
      { state: 'none', reason: 'ImagePullBackOff' },
    ],
  ])('of a container that %s', (_name, status, expected) => {
    expect(logSources([pod(status)], all)).toMatchObject([{ pod: 'db-1', container: 'postgres', ...expected }])
  })

  test('sidecars among the init containers belong to them, those that have done their work only by name', () => {
    const many = pod({ state: running }, { init: [{ name: 'bootstrap' }, { name: 'plugin', restartPolicy: 'Always' }] })
    many.status!.initContainerStatuses = [
      { name: 'bootstrap', state: { terminated: { exitCode: 0 } } },
      { name: 'plugin', state: running },
    ]
    const names = (containers: string[]) =>
      logSources([many], { pods: [], containers }).map(({ container }) => container)
    expect(names([])).toEqual(['plugin', 'postgres'])
    expect(names(['bootstrap'])).toEqual(['bootstrap'])
  })

  test('a pod is found by its name and by that of its job', () => {
    const join = pod({ state: running }, { labels: { 'batch.kubernetes.io/job-name': 'db-1-join' } })
    const found = (name: string) => logSources([join], { pods: [name], containers: [] }).length
    expect(['db-1', 'db-1-join', 'db-2'].map(found)).toEqual([1, 1, 0])
  })
})
