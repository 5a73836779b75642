import { expect, test } from 'vitest'
import { nearest } from '../../src/errors/nearest.ts'

const verbs = ['status', 'restart', 'reload', 'report', 'promote', 'psql', 'logs']

test.each([
  ['statu', 'status'],
  ['sttaus', 'status'],
  ['STATUS', 'status'],
  ['reoprt', 'report'],
  ['prom', 'promote'],
  ['psq', 'psql'],
  ['log', 'logs'],
])('%s is meant to be %s', (typed, meant) => {
  expect(nearest(typed, verbs)).toBe(meant)
})

test.each(['bogus', 'x', '', 'mycluster'])('nothing is near to "%s"', (typed) => {
  expect(nearest(typed, verbs)).toBeUndefined()
})
