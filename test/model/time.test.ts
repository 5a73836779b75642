import { describe, expect, it } from 'vitest'

import { age, duration, goTime, intervalSeconds, secondsBetween, toUtc } from '../../src/model/time.ts'

describe('toUtc', () => {
  it.each([
    ['2026-11-23T05:35:37Z', '2026-11-23T05:35:37Z'],
    ['2026-11-23T05:49:14.198170Z', '2026-11-23T05:49:14.198170Z'],
    ['2026-11-23T15:43:04.950256+09:00', '2026-11-23T06:43:04.950256Z'],
    ['2026-11-23 15:43:04.95+09', '2026-11-23T06:43:04.95Z'],
    ['2026-01-01 00:10:00-03:30', '2026-01-01T03:40:00Z'],
    ['2022-09-21 01:14:15 +0000 UTC', '2022-09-21T01:14:15Z'],
    ['2025-11-20 10:00:00 +0100 CET', '2025-11-20T09:00:00Z'],
    ['2025-11-20 10:00:00 +0200 +0200', '2025-11-20T08:00:00Z'],
    ['2025-11-20 10:00:00.5 +0000 UTC m=+0.5', '2025-11-20T10:00:00.5Z'],
    ['2024-02-29 23:59:59+14', '2024-02-29T09:59:59Z'],
  ])('%s', (text, utc) => {
    expect(toUtc(text)).toBe(utc)
  })

  it.each(['-infinity', '', 'yesterday', '2026-02-30T00:00:00Z', '2026-11-23T05:35:37', null, undefined])(
    'takes %j for no time',
    (text) => {
      expect(toUtc(text)).toBeUndefined()
    },
  )
})

it('prints moments as Go does, rounded to the second', () => {
  expect(goTime('2026-11-23T05:49:14.198170Z')).toBe('2026-11-23 05:49:14 +0000 UTC')
  expect(goTime('2026-12-31T23:59:59.5Z')).toBe('2027-01-01 00:00:00 +0000 UTC')
})

it.each([
  [0.4, '0s'],
  [14, '14s'],
  [59.6, '1m0s'],
  [760, '12m40s'],
  [93849, '26h4m9s'],
  [172799, '47h59m59s'],
  [273600, '3d4h'],
  [-5, '-5s'],
])('prints %d seconds as %s', (seconds, text) => {
  expect(duration(seconds)).toBe(text)
})

it('knows ages, never negative ones', () => {
  expect(age('2026-11-23T05:00:00Z', '2026-11-23T05:12:40Z')).toBe('12m40s')
  expect(age('2026-11-23T05:00:10Z', '2026-11-23T05:00:00Z')).toBe('0s')
  expect(age(null, '2026-11-23T05:00:00Z')).toBeNull()
  expect(secondsBetween('2026-11-23T05:00:00Z', 'never')).toBeNull()
})

it.each([
  ['00:00:00', 0],
  ['00:00:00.004461', 0.004461],
  ['01:02:03.5', 3723.5],
  ['1 day 02:00:00', 93600],
  ['3 days', 259200],
  ['-00:00:01', -1],
])('reads the interval %s', (text, seconds) => {
  expect(intervalSeconds(text)).toBeCloseTo(seconds, 6)
})

it('reads nothing else as an interval', () => {
  expect(intervalSeconds('')).toBeUndefined()
  expect(intervalSeconds(null)).toBeUndefined()
  expect(intervalSeconds('soon')).toBeUndefined()
})
