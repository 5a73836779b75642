import { expect, it } from 'vitest'

import type { Cluster } from '../../src/api/cluster.ts'
import { findPrimary, timelineOf } from '../../src/model/primary.ts'

function cluster(currentPrimary?: string, targetPrimary = currentPrimary): Cluster {
  const names = { ...(currentPrimary && { currentPrimary }), ...(targetPrimary && { targetPrimary }) }
  return { metadata: { name: 'c' }, spec: {}, status: names }
}

const answer = (name: string, status: object) => ({ name, status })

it('takes the one that says so', () => {
  const answers = [answer('c-1', { isPrimary: false }), answer('c-2', { isPrimary: true })]
  expect(findPrimary(cluster('c-2'), answers, false)?.name).toBe('c-2')
})

it('takes the one that says so although the Cluster still names another', () => {
  const answers = [answer('c-1', { isPrimary: false }), answer('c-2', { isPrimary: true })]
  expect(findPrimary(cluster('c-1'), answers, false)?.name).toBe('c-2')
})

it('never takes a fenced instance for the primary, though it says isPrimary', () => {
  const answers = [answer('c-1', { isPrimary: true, mightBeUnavailable: true })]
  expect(findPrimary(cluster('c-1'), answers, false)).toBeUndefined()
})

it('of two believes the one that the Cluster names, else the target, else the higher timeline', () => {
  const answers = [
    answer('c-1', { isPrimary: true, timeLineID: 2 }),
    answer('c-2', { isPrimary: true, currentWAL: '000000030000000000000001', timeLineID: 1 }),
  ]
  expect(findPrimary(cluster('c-1'), answers, false)?.name).toBe('c-1')
  expect(findPrimary(cluster('c-9', 'c-2'), answers, false)?.name).toBe('c-2')
  expect(findPrimary(cluster('c-9'), answers, false)?.name).toBe('c-2')
})

it('in a replica cluster takes the designated primary, which is a standby', () => {
  const answers = [answer('dr-1', { isPrimary: false }), answer('dr-2', { isPrimary: false })]
  expect(findPrimary(cluster('dr-2'), answers, true)?.name).toBe('dr-2')
  expect(findPrimary(cluster('dr-9'), answers, true)).toBeUndefined()
})

it('believes the WAL file more than the last checkpoint, which is stale after a promotion', () => {
  expect(timelineOf({ currentWAL: '0000000A0000000000000001', timeLineID: 9 })).toBe(10)
  expect(timelineOf({ timeLineID: 9 })).toBe(9)
  expect(timelineOf({})).toBe(0)
})
