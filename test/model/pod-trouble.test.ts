import { describe, expect, it } from 'vitest'
import type { KubeNode } from '../../src/api/objects.ts'
import type { Pod } from '../../src/api/pod.ts'
import { podTrouble } from '../../src/model/pod-trouble.ts'
import { isInstancePod } from '../../src/model/pods.ts'
import { whyNodeIsOut, whyNotAsked } from '../../src/snapshot/not-asked.ts'
import { recordedObjects, recordedStates } from '../helpers/recorded-snapshot.ts'
import { aPod } from '../snapshot/support/objects.ts'

type Facts = (pod: Pod) => void

const state = (facts: NonNullable<NonNullable<Pod['status']>['containerStatuses']>[number]['state']): Facts => {
  return (pod) => {
    pod.status!.containerStatuses = [{ name: 'postgres', ...(facts === undefined ? {} : { state: facts }) }]
  }
}

const NODE: KubeNode = {
  metadata: { name: 'node1' },
  status: { conditions: [{ type: 'Ready', status: 'Unknown', message: 'Kubelet stopped posting node status.' }] },
}

/** Two parts of the program say why a pod cannot answer: whoever does not ask it, and the model that tells. */
describe('a pod that is not asked is one that the model knows the trouble of', () => {
  it.each<[string, Facts]>([
    ['runs', () => undefined],
    ['is being deleted', (pod) => (pod.metadata.deletionTimestamp = '2026-11-23T06:00:00Z')],
    ['has failed', (pod) => Object.assign(pod.status!, { phase: 'Failed', reason: 'Evicted' })],
    ['has ended', (pod) => Object.assign(pod.status!, { phase: 'Succeeded' })],
    ['waits for an image', state({ waiting: { reason: 'ImagePullBackOff' } })],
    ['crashed', state({ terminated: { reason: 'Error', exitCode: 1 } })],
    ['says nothing of its container', state(undefined)],
    ['has no container yet', (pod) => delete pod.status!.containerStatuses],
    [
      'waits for a node',
      (pod) => {
        const conditions = [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable' }]
        pod.status = { phase: 'Pending', conditions }
      },
    ],
    [
      'initializes',
      (pod) => {
        const initContainerStatuses = [{ name: 'bootstrap-controller', ready: false, state: { running: {} } }]
        pod.status = { phase: 'Pending', initContainerStatuses }
      },
    ],
  ])('it %s', (_what, change) => {
    const pod = aPod('orders', 1)
    change(pod)
    expect(podTrouble(pod, undefined) === null).toBe(whyNotAsked(pod) === undefined)
  })

  it('its node is gone', () => {
    expect(podTrouble(aPod('orders', 1), [NODE])?.status).toBe('node not ready')
    expect(whyNodeIsOut(NODE)?.message).toContain('node1 NotReady')
  })

  it.each(recordedStates())('in %s', (name) => {
    const pods = recordedObjects<Pod>(name, 'Pod').filter(isInstancePod)
    for (const pod of pods) {
      const asked = whyNotAsked(pod) === undefined
      expect([pod.metadata.name, podTrouble(pod, undefined) === null]).toEqual([pod.metadata.name, asked])
    }
  })
})
