import { expect, test } from 'vitest'
import { formatDuration, parseDuration } from '../../src/api/duration.ts'

test.each([
  ['10', 10_000],
  ['0', 0],
  ['1.5', 1500],
  ['10s', 10_000],
  ['1h30m', 5_400_000],
  ['1h15m30.918s', 4_530_918],
  ['500ms', 500],
  ['.5m', 30_000],
  ['2d', 172_800_000],
  ['1d12h', 129_600_000],
  ['250us', 0.25],
  ['250µs', 0.25],
  ['-5s', -5000],
  ['+5s', 5000],
])('%s is %d ms', (text, ms) => {
  expect(parseDuration(text)).toBeCloseTo(ms, 6)
})

test.each(['', 'soon', '5x', '5 s', 's', '1h30', '--5s', '.', '1e3', 'NaN'])('"%s" is no duration', (text) => {
  expect(parseDuration(text)).toBeUndefined()
})

test.each([
  [10_000, '10s'],
  [90_000, '1m30s'],
  [3_600_000, '1h'],
  [500, '500ms'],
  [2500, '2.5s'],
  [59_960, '1m'],
])('%d ms are written %s', (ms, text) => {
  expect(formatDuration(ms)).toBe(text)
})
