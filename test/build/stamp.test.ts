import { expect, test } from 'vitest'
import { buildStamp } from '../../scripts/build/stamp.ts'

test('the date is that of SOURCE_DATE_EPOCH, where it is set', async () => {
  expect(await buildStamp({ SOURCE_DATE_EPOCH: '86400' })).toMatchObject({ date: '1970-01-02' })
})

test('without it, two builds of one commit say the same', async () => {
  const [first, second] = [await buildStamp({}), await buildStamp({})]
  expect(first).toEqual(second)
  expect(first.date).toMatch(/^\d{4}-\d\d-\d\d$/)
})
