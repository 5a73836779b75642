import { expect, it } from 'vitest'

import { fencingOf, isFenced } from '../../src/model/fencing.ts'

const ALL = ['c-10', 'c-2', 'c-1']

it('is off without the annotation', () => {
  expect(fencingOf(undefined, ALL, 'c-1')).toEqual({ all: false, instances: [], primaryFenced: false, error: null })
})

it('lists names once and in order', () => {
  const fencing = fencingOf('["c-10","c-2","c-2"]', ALL, 'c-1')
  expect(fencing).toEqual({ all: false, instances: ['c-2', 'c-10'], primaryFenced: false, error: null })
  expect(isFenced(fencing, 'c-2')).toBe(true)
  expect(isFenced(fencing, 'c-1')).toBe(false)
})

it('knows a fenced primary', () => {
  expect(fencingOf('["c-1"]', ALL, 'c-1').primaryFenced).toBe(true)
})

it('takes the star for every instance, known by name or not', () => {
  const fencing = fencingOf('["*"]', ALL, 'c-1')
  expect(fencing).toEqual({ all: true, instances: ['c-1', 'c-2', 'c-10'], primaryFenced: true, error: null })
  expect(isFenced(fencing, 'c-99')).toBe(true)
})

it.each(['c-1', '{"c-1":true}', '[1]', ''])('says that %j is unreadable instead of "none"', (annotation) => {
  const fencing = fencingOf(annotation, ALL, 'c-1')
  expect(fencing.instances).toEqual([])
  expect(fencing.error).toMatch(/no JSON list/)
})
