import { expect, it } from 'vitest'

import { compareLsn, lsnDifference, lsnLag, parseLsn } from '../../src/model/lsn.ts'
import { formatLsn } from '../helpers/lsn.ts'

it.each([
  ['0/0', 0n],
  ['0/80020A8', 0x80020a8n],
  ['2/7a0148d8', 0x27a0148d8n],
  ['FFFFFFFF/FFFFFFFF', 0xffffffffffffffffn],
])('reads %s', (text, position) => {
  expect(parseLsn(text)).toBe(position)
})

it.each(['', '0', '0/', '/0', '0/G', '123456789/0', '0/123456789', ' 0/0', '0/0\n', null, undefined])(
  'does not take %j for an LSN',
  (text) => {
    expect(parseLsn(text)).toBeUndefined()
  },
)

it('writes what PostgreSQL writes', () => {
  expect(formatLsn(0n)).toBe('0/0')
  expect(formatLsn(0x27a0148d8n)).toBe('2/7A0148D8')
  expect(formatLsn(0xffffffffffffffffn)).toBe('FFFFFFFF/FFFFFFFF')
})

it('subtracts exactly over 64 bits', () => {
  expect(lsnDifference('FFFFFFFF/FFFFFFFF', '0/0')).toBe(18446744073709551615n)
  expect(lsnDifference('80000000/1', '80000000/0')).toBe(1n)
  expect(lsnDifference('1/0', '0/FFFFFFFF')).toBe(1n)
  expect(lsnDifference('0/0', '1/0')).toBe(-4294967296n)
  expect(lsnDifference('0/0', 'nonsense')).toBeUndefined()
})

it('knows no lag below zero, and none from what is unknown', () => {
  expect(lsnLag('0/3EE5F510', '0/3800B3C0')).toBe(115687760)
  expect(lsnLag('0/1', '0/2')).toBe(0)
  expect(lsnLag('0/1', undefined)).toBeNull()
  expect(lsnLag(null, '0/1')).toBeNull()
})

it('orders by position, not by text, the unknown first', () => {
  expect(['0/9', '0/10', 'A/0', '', '0/0'].sort(compareLsn)).toEqual(['', '0/0', '0/9', '0/10', 'A/0'])
})
