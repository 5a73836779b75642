import { describe, expect, it } from 'vitest'
import { Gate, type Place, type Rank } from '../../src/snapshot/gate.ts'
import { ManualClock, settle } from './support/manual-clock.ts'

const never = new AbortController().signal

function start(): { clock: ManualClock; gate: Gate; enter: (count: number, rank?: Rank) => Place[] } {
  const clock = new ManualClock()
  const gate = new Gate(clock)
  return {
    clock,
    gate,
    /** Those who have got in, in their order; it grows. */
    enter(count, rank = 'first') {
      const places: Place[] = []
      for (let each = 0; each < count; each++) void gate.enter(never, rank).then((place) => places.push(place))
      return places
    },
  }
}

describe('the gate before an API server', () => {
  it('lets twelve be under way, and the next one when one has left', async () => {
    const { enter } = start()
    const inside = enter(20)
    await settle()
    expect(inside).toHaveLength(12)
    inside[0]?.leave()
    inside[0]?.leave()
    await settle()
    expect(inside).toHaveLength(13)
  })

  it('lets as many be under way as may ever be, where all go over one connection', async () => {
    const inside: Place[] = []
    const gate = new Gate(new ManualClock(), { multiplexed: true })
    for (let each = 0; each < 40; each++) void gate.enter(never).then((place) => inside.push(place))
    await settle()
    expect(inside).toHaveLength(32)
    inside[0]?.leave()
    await settle()
    expect(inside).toHaveLength(33)
  })

  it('does not let those that hang hold the others up, but never lets in more than 32', async () => {
    const { clock, enter } = start()
    const inside = enter(100)
    await settle()
    await clock.advance(99)
    expect(inside).toHaveLength(12)
    await clock.advance(1)
    expect(inside).toHaveLength(24)
    await clock.advance(60_000)
    expect(inside).toHaveLength(32)
    expect(clock.pending).toBe(0)
    inside[31]?.leave()
    await settle()
    expect(inside).toHaveLength(33)
  })

  it('lets statuses in before pods that are not ready, and extras last', async () => {
    const { gate, enter } = start()
    const inside = enter(12)
    const order: string[] = []
    for (const rank of ['extra', 'later', 'first', 'extra', 'first'] as const)
      void gate.enter(never, rank).then(() => order.push(rank))
    await settle()
    for (const place of inside.slice(0, 5)) {
      place.leave()
      await settle()
    }
    expect(order).toEqual(['first', 'first', 'later', 'extra', 'extra'])
  })

  it('gives a place at once or not at all to who does not want to wait', async () => {
    const { gate, enter } = start()
    const inside = enter(12)
    await settle()
    expect(gate.tryEnter()).toBeUndefined()
    inside[0]?.leave()
    expect(gate.tryEnter()).toBeDefined()
    expect(gate.tryEnter()).toBeUndefined()
  })

  it('sends those away who wait when their time is up, and nobody else', async () => {
    const { gate, enter } = start()
    const inside = enter(12)
    await settle()
    const deadline = new AbortController()
    const outcomes: string[] = []
    const wait = (signal: AbortSignal, name: string): void =>
      void gate.enter(signal).then(
        () => outcomes.push(`${name} in`),
        (reason: Error) => outcomes.push(`${name} ${reason.message}`),
      )
    wait(deadline.signal, 'a')
    wait(never, 'b')
    wait(deadline.signal, 'c')
    deadline.abort(new Error('too late'))
    wait(deadline.signal, 'd')
    await settle()
    expect(outcomes.toSorted()).toEqual(['a too late', 'c too late', 'd too late'])
    inside[0]?.leave()
    await settle()
    expect(outcomes).toContain('b in')
  })
})
