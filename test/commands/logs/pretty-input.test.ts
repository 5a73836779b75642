import { describe, expect, test } from 'vitest'
import { Pipeline, type PipelineOptions } from '../../../src/commands/logs/pipeline.ts'
import { LineSplitter } from '../../../src/model/logs/lines.ts'
import { logStyle } from '../../../src/render/logs/style.ts'

const style = logStyle(0, { enabled: false, paint: (_tone, text) => text })
const wanted = { pods: [], loggers: [] }

/** What `logs pretty` makes of bytes that come in pieces of so many. */
function prettyIn(size: number, bytes: Uint8Array, options: Partial<PipelineOptions> = {}): string {
  const pipeline = new Pipeline({ wanted, form: { kind: 'text', style }, groupSize: 1000, ...options })
  const lines = new LineSplitter()
  let text = ''
  for (let at = 0; at < bytes.length; at += size) text += pipeline.push(lines.push(bytes.subarray(at, at + size)), at)
  return text + pipeline.push(lines.end(), 0) + pipeline.rest()
}

const blank = ' '.repeat(33)

/** A line of the log as it comes, and what is shown of it. */
const cases: readonly (readonly [string, string | Uint8Array, string])[] = [
  ['characters of several bytes', 'żółw 🐢 日本\n', 'żółw 🐢 日本\n'],
  ['CR LF', '{"msg":"windows"}\r\n', `${blank.padEnd(51)}windows\n`],
  ['a CR within', 'one\rtwo\n', 'one\\rtwo\n'],
  ['bytes that are no UTF-8', Uint8Array.of(0x61, 0xff, 0xc3, 0x0a), 'a\ufffd\ufffd\n'],
  ['a character that was cut off by the end of its line', Uint8Array.of(0x62, 0xe2, 0x82, 0x0a), 'b\ufffd\n'],
  ['NUL', 'nul \u0000 byte\n', 'nul \\x00 byte\n'],
  ['NUL in what would be a record', '{"msg":"nul \u0000 byte"}\n', '{"msg":"nul \\x00 byte"}\n'],
  ['an escape in a JSON escape', '{"msg":"\\u001b[31mred\\u0000"}\n', `${blank.padEnd(51)}\\x1b[31mred\\x00\n`],
  ['a DEL', '{"msg":"del\u007f"}\n', `${blank.padEnd(51)}del\\x7f\n`],
  ['half a surrogate pair', '{"msg":"half \\ud83d."}\n', `${blank.padEnd(51)}half \\ud83d.\n`],
  [
    'the same name twice',
    '{"msg":"first","logger":"a","logger":"b","msg":"last"}\n',
    `${blank} ${'b'.padEnd(16)} last\n`,
  ],
  ['an object as message', '{"msg":{"a":[1,"\\u001b"]}}\n', `${blank.padEnd(51)}{"a":[1,"\\u001b"]}\n`],
  ['a record that is a text', '{"msg":"record","record":"odd"}\n', `${blank.padEnd(51)}record\n`],
  ['JSON that is cut off', '{"msg":"cut\n', '{"msg":"cut\n'],
  ['something behind JSON', '{"msg":"x"} y\n', '{"msg":"x"} y\n'],
  ['a very long line', `{"msg":"${'long '.repeat(20_000)}"}\n`, `${blank.padEnd(51)}${'long '.repeat(60)}...\n`],
  ['no end', 'last', 'last\n'],
]

describe('bytes of a log', () => {
  const bytes = Buffer.concat(cases.map(([, input]) => Buffer.from(input as string)))

  test.each(cases)('%s', (_name, input, expected) => {
    expect(prettyIn(1_000_000, Buffer.from(input as string))).toBe(expected)
  })

  test.each([1, 2, 3, 5, 7, 64, 4096])('may come %i at a time', (size) => {
    expect(prettyIn(size, bytes)).toBe(cases.map(([, , expected]) => expected).join(''))
  })

  test('become objects, records as they were', () => {
    const lines = prettyIn(3, bytes, { form: { kind: 'json' } })
      .trimEnd()
      .split('\n')
    expect(lines).toHaveLength(cases.length)
    expect(lines.map((line) => typeof JSON.parse(line))).toEqual(cases.map(() => 'object'))
    expect(lines).toContain('{"msg":"\\u001b[31mred\\u0000"}')
  })
})

describe('names that are remembered', () => {
  test('are told apart, however many and long they are', () => {
    const names = Array.from({ length: 3000 }, (_, index) => `${'n'.repeat(index % 400)}${index % 1500}`)
    const text = names
      .map((name) => `{"msg":"m","logging_pod":"${name}","logger":"${name}","level":"${name}"}\n`)
      .join('')
    const shown = prettyIn(1000, Buffer.from(text), { groupSize: 0 }).trimEnd().split('\n')
    const expected = names.map(
      (name) => `${' '.repeat(24)}${name.toUpperCase().padEnd(8)} ${name} ${name.padEnd(16)} m`,
    )
    expect(shown).toEqual(expected)
  })

  test('keep the colour of their own level', () => {
    const painted = logStyle(0, { enabled: true, paint: (tone, word) => `<${tone}>${word}` })
    expect(painted.columns('bad', 'odd', '', '')).toContain('<bad>ODD')
    expect(painted.columns('label', 'odd', '', '')).toContain('<label>ODD')
  })
})
