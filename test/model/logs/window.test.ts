import { describe, expect, test } from 'vitest'
import { type Held, SortWindow } from '../../../src/model/logs/window.ts'

const line = (key: string, text = key): Held => ({ key, pod: '', text: `${text}\n`, at: 0 })
const MIB = 2 ** 20

describe('lines that wait for their place', () => {
  test('are the last ones, however many have gone before', () => {
    const window = new SortWindow(2, true)
    const keys = Array.from({ length: 50 }, (_, index) => String(100 + index))
    const swapped = keys.map((_, index) => keys[index ^ 1] ?? '')
    const text = swapped.map((key) => window.push(line(key))).join('')
    expect(window.length).toBe(2)
    expect(text + window.rest()).toBe(`${keys.join('\n')}\n`)
    expect(window.length).toBe(0)
  })

  test('are few when they are long', () => {
    const window = new SortWindow(1000, true)
    const long = 'x'.repeat(MIB)
    const due = Array.from({ length: 40 }, (_, index) => window.push(line(String(100 + index), long)))
    expect(window.length).toBeGreaterThan(2)
    expect(window.length * MIB).toBeLessThan(20 * MIB)
    expect(due.join('').length + window.rest().length).toBe(40 * (MIB + 1))
    // What has gone counts no more.
    expect(window.push(line('200'))).toBe('')
    expect(window.length).toBe(1)
  })

  test('may be one that is longer than all that may wait', () => {
    const window = new SortWindow(1000, true)
    expect(window.push(line('1', 'first'))).toBe('')
    expect(window.push(line('2', 'x'.repeat(17 * MIB))).slice(0, 8)).toBe('first\nxx')
    expect(window.push(line('1', 'late')) + window.rest()).toBe('---\nlate\n')
  })

  test('go by the time at which they came, with what stands before them', () => {
    const window = new SortWindow(10, true)
    window.push({ ...line('2'), at: 100 })
    window.push({ ...line('1'), at: 300 })
    window.push({ ...line('3'), at: 200 })
    expect(window.before(99)).toBe('')
    expect(window.before(100)).toBe('1\n2\n')
    expect(window.before(199)).toBe('')
    expect(window.before(200)).toBe('3\n')
  })
})
