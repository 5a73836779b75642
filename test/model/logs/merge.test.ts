import { describe, expect, test } from 'vitest'
import { MergeQueue } from '../../../src/model/logs/merge.ts'

const entries = (...keys: string[]) => keys.map((key) => ({ key, value: key }))

describe('merged sources', () => {
  test('come in the order of time, each in its own order', () => {
    const queue = new MergeQueue<string>(0)
    const [a, b] = [queue.open(0), queue.open(0)]
    queue.push(a, entries('1', '4', '3', '6'), 0)
    queue.push(b, entries('2', '5'), 0)
    // Behind 5 something older than 6 may come.
    expect(queue.take(0).values).toEqual(['1', '2', '4', '3', '5'])
    queue.close(b)
    expect(queue.take(0)).toMatchObject({ values: ['6'], over: false })
    queue.close(a)
    expect(queue.take(0)).toEqual({ values: [], waitMs: undefined, over: true })
  })

  test('wait for a source that has just been opened, and not for ever', () => {
    const queue = new MergeQueue<string>(0)
    const [a, b] = [queue.open(0), queue.open(0)]
    queue.push(a, entries('2'), 10)
    const { values, waitMs } = queue.take(10)
    expect(values).toEqual([])
    expect(waitMs).toBeGreaterThan(0)
    expect(queue.take(10 + (waitMs ?? 0)).values).toEqual(['2'])
    queue.push(b, entries('1'), 5000)
    expect(queue.take(10_000).values).toEqual(['1'])
  })

  test('that are followed wait for each other for a moment only', () => {
    const queue = new MergeQueue<string>(200)
    const [a, b] = [queue.open(0), queue.open(0)]
    queue.push(a, entries('1'), 0)
    queue.push(b, entries('2'), 0)
    expect(queue.take(5000).values).toEqual(['1', '2'])
    queue.push(a, entries('4'), 5000)
    expect(queue.take(5000)).toEqual({ values: [], waitMs: 200, over: false })
    queue.push(b, entries('3'), 5100)
    expect(queue.take(5200).values).toEqual(['3', '4'])
  })
})
