import { expect, it } from 'vitest'
import { byName } from '../../src/api/by-name.ts'

it.each([
  [['c-10', 'c-2', 'c-1']],
  [['db-2', 'db', 'db-10-1', 'db-2-1']],
  [['b2-1', 'a-3', 'b10-1', '']],
  [['x-01', 'x-1', 'x-1-join']],
])('orders %j as a collator with numbers does', (names) => {
  const collator = new Intl.Collator('en', { numeric: true })
  const expected = [...names].sort((a, b) => collator.compare(a, b) || (a < b ? -1 : 1))
  expect([...names].sort(byName)).toEqual(expected)
  expect([...names].reverse().sort(byName)).toEqual(expected)
})
