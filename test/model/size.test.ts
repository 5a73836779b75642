import { expect, it } from 'vitest'

import { parsePrettySize, prettyLag, prettySize } from '../../src/model/size.ts'

// Answers of PostgreSQL's own pg_size_pretty(bigint).
it.each([
  [0, '0 bytes'],
  [10239, '10239 bytes'],
  [10240, '10 kB'],
  [10751, '10 kB'],
  [10752, '11 kB'],
  [10485247, '10239 kB'],
  [10485248, '10 MB'],
  [10737418239, '10 GB'],
  [10736893951, '10239 MB'],
  [10736893952, '10 GB'],
  [10994579406847, '10239 GB'],
  [10994579406848, '10 TB'],
  [-10240, '-10 kB'],
  [115687760, '110 MB'],
])('%d bytes is %s', (bytes, text) => {
  expect(prettySize(bytes)).toBe(text)
})

it('shortens the unit of small lags only', () => {
  expect(prettyLag(0)).toBe('0 B')
  expect(prettyLag(851443712)).toBe('812 MB')
})

it('reads its own text back, as coarse as it is', () => {
  expect(parsePrettySize('33 MB')).toBe(33 * 1024 ** 2)
  expect(parsePrettySize('7 bytes')).toBe(7)
  expect(parsePrettySize('302 GB')).toBe(302 * 1024 ** 3)
  expect(parsePrettySize('126M')).toBeUndefined()
  expect(parsePrettySize('')).toBeUndefined()
  expect(parsePrettySize(undefined)).toBeUndefined()
})
