import { expect, it } from 'vitest'
import { outageOf } from '../../src/plan/outage.ts'
import type { Sample } from '../../src/plan/outage.ts'

/** `a+ 0-10`: asked at 0, answered at 10 ms, as the primary. */
function samples(...texts: string[]): Sample[] {
  return texts.map((text) => {
    const [, instance = '', sign, askedAt, answeredAt] = /^(\w+)([+-]) (\d+)-(\d+)$/.exec(text) ?? []
    return { instance, primary: sign === '+', askedAt: Number(askedAt), answeredAt: Number(answeredAt) }
  })
}

it('is the time from the last answer of the old primary to the first of the new one', () => {
  const outage = outageOf(
    samples('a+ 0-10', 'b- 0-10', 'a+ 60-70', 'b- 60-70', 'a- 120-130', 'b- 120-130', 'b- 1000-1010', 'b+ 1060-1070'),
    1100,
  )
  expect(outage).toEqual({ seconds: 1, accuracySeconds: 0.12, ongoing: false })
})

it('is the sum when the same primary goes away twice', () => {
  const texts = ['a+ 0-10', 'a- 50-60', 'a+ 100-110', 'a+ 150-160', 'a- 200-210', 'a+ 400-410', 'a+ 450-460']
  expect(outageOf(samples(...texts), 500)?.seconds).toBeCloseTo(0.35)
})

it('is none when no question failed, however far apart the answers are', () => {
  expect(outageOf(samples('a+ 0-10', 'b- 0-10', 'a+ 5000-5010'), 6000)).toEqual({
    seconds: 0,
    accuracySeconds: 0,
    ongoing: false,
  })
})

it('is not known when nobody ever answered as the primary', () => {
  expect(outageOf(samples('a- 0-10', 'b- 0-10'), 100)).toBeNull()
})

it('counts a question that was never answered as asked', () => {
  const outage = outageOf(
    samples('a+ 0-10', 'a- 60-1060', 'b- 60-70', 'b- 500-510', 'b+ 560-570', 'a- 1100-1110'),
    1200,
  )
  expect(outage).toEqual({ seconds: 0.56, accuracySeconds: 0.12, ongoing: false })
})

it('goes on to the end when nobody answers again', () => {
  const outage = outageOf(samples('a+ 0-10', 'a- 60-70', 'b- 60-70', 'b- 500-510'), 1010)
  expect(outage).toEqual({ seconds: 1, accuracySeconds: 0.05, ongoing: true })
})
