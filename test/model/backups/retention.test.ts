import { describe, expect, it } from 'vitest'
import { recoveryBase } from '../../../src/model/backups/base.ts'
import { quantityBytes } from '../../../src/model/backups/quantity.ts'
import { retentionOf, retentionSeconds } from '../../../src/model/backups/retention.ts'
import { walRange } from '../../../src/model/backups/wal-range.ts'

const now = '2026-11-30T00:00:00Z'
const ended = (name: string, day: number) => ({ name, stoppedAt: `2026-11-${String(day).padStart(2, '0')}T00:00:00Z` })

describe('a recovery window', () => {
  it.each([
    ['30d', 30],
    ['4w', 28],
    ['3m', 93],
  ])('%s has %d days', (policy, days) => {
    expect(retentionSeconds(policy)).toBe(days * 86_400)
  })

  it.each([null, undefined, '', '0d', '30', 'd', '30 days', '-1d'])('is not %s', (policy) => {
    expect(retentionSeconds(policy)).toBeNull()
  })

  it('keeps the newest backup before it: from that one its beginning is recovered', () => {
    const verdicts = retentionOf([ended('a', 2), ended('d', 29), ended('b', 10), ended('c', 22)], '10d', now)
    expect(Object.fromEntries(verdicts)).toEqual({ d: 'within', c: 'within', b: 'needed', a: 'obsolete' })
  })

  it('says nothing without a policy', () => {
    expect(retentionOf([ended('a', 2)], null, now).size).toBe(0)
  })
})

describe('the base of a recovery', () => {
  const backup = (name: string, day: number, endLsn: string, phase = 'completed') => ({
    ...ended(name, day),
    endLsn,
    phase,
  })
  const all = [
    backup('b', 10, '0/5000000'),
    backup('c', 20, '1/0'),
    backup('x', 21, '1/1', 'failed'),
    backup('a', 5, '0/3000000'),
  ]

  it.each([
    [undefined, 'c'],
    [{ time: '2026-11-19T23:59:59Z' }, 'b'],
    [{ time: '2026-11-20T00:00:00Z' }, 'c'],
    [{ time: '2026-11-04T00:00:00Z' }, undefined],
    [{ lsn: '0/FFFFFFFF' }, 'b'],
    [{ lsn: '0/4000000' }, 'a'],
    [{ lsn: '0/1' }, undefined],
  ])('up to %o is %s', (limit, name) => {
    expect(recoveryBase(all, limit)?.name).toBe(name)
  })
})

it('a WAL range repeats only what differs', () => {
  expect(walRange('00000004000000000000000C', '00000004000000000000000C')).toBe('00000004000000000000000C')
  expect(walRange('00000004000000000000000C', '00000004000000000000000E')).toBe('00000004000000000000000C-0E')
  expect(walRange('0000000400000000000000FE', '000000040000000100000001')).toBe('0000000400000000000000FE-100000001')
  expect(walRange('00000004000000000000000C', '00000005000000000000000E')).toBe(
    '00000004000000000000000C-5000000000000000E',
  )
  expect(walRange('00000004000000000000000C', null)).toBe('00000004000000000000000C')
  expect(walRange(null, null)).toBeNull()
})

it('sizes of Kubernetes are bytes', () => {
  expect(['5Gi', '1.5Gi', '500M', '1073741824', '1Ki', '', 'x', undefined].map(quantityBytes)).toEqual([
    5 * 2 ** 30,
    1.5 * 2 ** 30,
    5e8,
    2 ** 30,
    1024,
    null,
    null,
    null,
  ])
})
