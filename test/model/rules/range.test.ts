import { describe, expect, it } from 'vitest'

import { alerts, formatRange, parseRange } from '../../../src/model/rules/range.ts'
import { formatQuantity, parseQuantity, type Unit } from '../../../src/model/rules/units.ts'

const MB = 1024 ** 2

// The table of the Monitoring Plugins guidelines, "Threshold and ranges".
describe.each([
  ['10', [-1, 10.1], [0, 10]],
  ['10:', [9.9, -5], [10, 1e12]],
  ['~:10', [10.1], [-1e12, 10]],
  ['10:20', [9, 21], [10, 20]],
  ['@10:20', [10, 15, 20], [9, 21]],
  ['@~:10', [-5, 10], [11]],
  ['@10:', [10, 11], [9]],
  ['0:10', [-1, 11], [0, 10]],
])('range %s', (text, bad, good) => {
  const range = parseRange(text, 'count')!
  it.each(bad)('alerts at %d', (value) => expect(alerts(range, value)).toBe(true))
  it.each(good)('is quiet at %d', (value) => expect(alerts(range, value)).toBe(false))
  it('is written as it means', () => expect(parseRange(formatRange(range), 'count')).toEqual(range))
})

describe('ranges with units', () => {
  it.each<[string, Unit, number | null, number | null]>([
    ['16MB', 'bytes', 0, 16 * MB],
    ['1.5GB:2GiB', 'bytes', 1536 * MB, 2048 * MB],
    ['~:512k', 'bytes', null, 512 * 1024],
    ['30s', 'seconds', 0, 30],
    ['1h30m:', 'seconds', 5400, null],
    ['7d', 'seconds', 0, 604800],
    ['6d:', 'days', 6, null],
    ['30:', 'days', 30, null],
    ['12h:', 'days', 0.5, null],
    ['85%', 'percent', 0, 85],
  ])('%s of %s', (text, unit, start, end) => expect(parseRange(text, unit)).toEqual({ start, end, inside: false }))

  it.each<[string, Unit]>([
    ['', 'count'],
    [':', 'count'],
    ['@', 'count'],
    ['20:10', 'count'],
    ['ten', 'count'],
    ['10MB', 'count'],
    ['10:~', 'count'],
    ['1:2:3', 'count'],
    ['5 apples', 'bytes'],
    ['10d', 'bytes'],
    ['16MB', 'seconds'],
  ])('refuses "%s" of %s', (text, unit) => expect(parseRange(text, unit)).toBeUndefined())

  it('writes bare numbers for performance data, units for people', () => {
    const range = parseRange('16MB', 'bytes')!
    expect(formatRange(range)).toBe('16777216')
    expect(formatRange(range, 'bytes')).toBe('16MB')
    expect(formatRange(parseRange('@~:90m', 'seconds')!, 'seconds')).toBe('@~:90m')
    expect(formatRange(parseRange('6d:', 'days')!, 'days')).toBe('6d:')
  })

  it.each<[number, Unit]>([
    [0, 'bytes'],
    [1500, 'bytes'],
    [3 * MB, 'bytes'],
    [0, 'seconds'],
    [90, 'seconds'],
    [0.5, 'days'],
    [85, 'percent'],
    [64, 'count'],
  ])('reads back what it wrote: %d %s', (value, unit) =>
    expect(parseQuantity(formatQuantity(value, unit), unit)).toBe(value),
  )
})
