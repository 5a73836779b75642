import { describe, expect, test } from 'vitest'
import { visible } from '../../../src/api/visible-text.ts'
import { parseLine } from '../../../src/model/logs/record.ts'
import { otherFields } from '../../../src/render/logs/fields.ts'

/** The block of one line of a log. */
function fieldsOf(line: string): string {
  const record = parseLine(line)
  if (record.kind === 'text') throw new Error(`no record: ${line}`)
  return otherFields(record)
}

/** The same by JSON.stringify, of members whose names are sorted already. */
function stringified(members: object): string {
  const text = visible(JSON.stringify(members, null, 2), { newlines: 'keep' })
  return text.replace(/^/gm, '    ') + '\n'
}

describe('other members of a record', () => {
  test.each([
    ['texts', { a: '', b: 'plain', c: 'two\nlines\r\n\ttab', d: '"quoted" \\ back', e: 'żółw 🐢' }],
    ['numbers and words', { a: 0, b: -1.5e-7, c: 1.5e300, d: true, e: false, f: null }],
    ['objects and arrays', { a: {}, b: [], c: [1, [2, { d: [] }], {}], e: { f: { g: { h: 'deep' } } } }],
    [
      'what a terminal would obey',
      { a: '\u001b[2J\u0000\u007f\u009b', b: '\u202e\u200b\ufeff\ud800', '\u001b]0;x\u0007': 1 },
    ],
    ['names of all kinds', { '': 1, 'with "quotes"': 2, __proto__x: 3, 'wi\\th': 4, constructor: 5, ż: 6 }],
  ])('are written as JSON.stringify writes them: %s', (_name, members) => {
    const sorted = Object.fromEntries(Object.entries(members).sort(([a], [b]) => (a < b ? -1 : 1)))
    expect(fieldsOf(JSON.stringify({ msg: 'x', ...members }))).toBe(stringified(sorted))
  })

  test('are sorted at every depth, those of PostgreSQL in "record"', () => {
    const line =
      '{"z":{"b":1,"a":2},"msg":"record","record":{"query_id":"7","message":"m","audit":{"y":1,"x":2}},"a":1}'
    expect(fieldsOf(line)).toBe(
      stringified({ a: 1, record: { audit: { x: 2, y: 1 }, query_id: '7' }, z: { a: 2, b: 1 } }),
    )
  })

  test('are none where all are shown elsewhere', () => {
    expect(fieldsOf('{"level":"info","ts":"t","msg":"m","logger":"l","logging_pod":"p","record":1}')).toBe('')
    expect(fieldsOf('{"msg":"record","record":{"message":"m"}}')).toBe(stringified({ record: {} }))
  })

  test('end at a depth that no log has', () => {
    const text = fieldsOf(`{"msg":"m","a":${'['.repeat(5000)}${']'.repeat(5000)}}`)
    expect(text.match(/\[/g)).toHaveLength(50)
    expect(text).toContain('"..."')
  })
})
