import { describe, expect, test } from 'vitest'
import { LogPosition } from '../../../src/model/logs/position.ts'

interface Line {
  time: string
  text: string
}

/** Lines of which several have one time, `perSecond` to a second. */
function log(count: number, perSecond: number): Line[] {
  return Array.from({ length: count }, (_, index) => {
    const moment = Math.floor(index / 3) * 3 * (1000 / perSecond)
    return {
      time: new Date(Date.UTC(2026, 0, 1) + moment).toISOString().replace('Z', '000000Z'),
      text: `line ${index}`,
    }
  })
}

/** What is new of the lines that a server gives out from the position's second on. */
function readOn(position: LogPosition, lines: readonly Line[]): string[] {
  const since = position.since
  position.reopen()
  return lines
    .filter(({ time }) => since === undefined || Date.parse(time) >= Date.parse(since))
    .filter(({ time, text }) => position.isNew(time, text))
    .map(({ text }) => text)
}

describe('the position in a log', () => {
  test.each([1, 2, 7, 40, 1000])(
    'loses and repeats nothing wherever the connection breaks, at %i lines a second',
    (rate) => {
      const lines = log(120, rate)
      for (const cut of [1, 2, 3, 4, 5, 59, 60, 61, 119]) {
        const position = new LogPosition()
        const seen = [
          ...readOn(position, lines.slice(0, cut)),
          ...readOn(position, lines.slice(0, 90)),
          ...readOn(position, lines),
        ]
        expect(seen).toEqual(lines.map(({ text }) => text))
      }
    },
  )

  test('begun with a tail, what stands before in the same moment stays out', () => {
    const lines = log(30, 30)
    for (const tail of [1, 2, 3, 4, 10]) {
      const position = new LogPosition()
      const first = lines.slice(20 - tail, 20)
      const seen = [...readOn(position, first), ...readOn(position, lines)]
      expect(seen).toEqual(lines.slice(20 - tail).map(({ text }) => text))
    }
  })

  test('begins two seconds with lines back, in UTC', () => {
    const position = new LogPosition()
    expect(position.since).toBeUndefined()
    position.isNew('2026-01-01T02:00:01.500000000+02:00', 'a')
    expect(position.since).toBe('2026-01-01T00:00:01Z')
    position.isNew('2026-01-01T02:00:07.100000000+02:00', 'b')
    expect(position.since).toBe('2026-01-01T00:00:01Z')
    position.isNew('2026-01-01T02:00:08.000000000+02:00', 'c')
    expect(position.since).toBe('2026-01-01T00:00:07Z')
  })

  test('a clock that was set back costs no line', () => {
    const position = new LogPosition()
    const lines = [
      { time: '2026-01-01T00:00:09.000000000Z', text: 'a' },
      { time: '2026-01-01T00:00:05.000000000Z', text: 'b' },
      { time: '2026-01-01T00:00:06.000000000Z', text: 'c' },
    ]
    expect([...readOn(position, lines.slice(0, 2)), ...readOn(position, lines)]).toEqual(['a', 'b', 'c'])
  })

  test('what the kubelet itself says is told once in a row', () => {
    const position = new LogPosition()
    const said = ['failed to open log', 'failed to open log', 'other'].map((text) => position.isNew('', text))
    expect(said).toEqual([true, false, true])
  })
})
