import { describe, expect, test } from 'vitest'
import { visible } from '../../../src/api/visible-text.ts'
import { short, shortStatement, shown, whole } from '../../../src/render/logs/text.ts'

describe('a text of a log', () => {
  test('is as safe when it is long', () => {
    // Of odd length, so that whatever it is cut at falls on every character of it.
    const evil = 'a\u001b[2Jb\u0000\u202e🐢\u{e0041}\ud83d.\tż'
    const text = evil.repeat(20_000)
    expect(shown(text)).toBe(visible(text.replaceAll('\t', '    ')))
    expect(shown(`${text}\r`)).toBe(shown(text))
    expect(shown(`\r${'x'.repeat(70_000)}\r\r`)).toBe(`\\r${'x'.repeat(70_000)}\\r`)
  })

  test.each([
    ['shorter than the limit', 'x'.repeat(300), 'x'.repeat(300)],
    ['longer', 'x'.repeat(301), `${'x'.repeat(300)}...`],
    ['much longer', 'x'.repeat(1_000_000), `${'x'.repeat(300)}...`],
    ['long in its first line', `${'x'.repeat(50_000)}\nmore`, `${'x'.repeat(300)}...`],
    ['long in its second', `first\n${'x'.repeat(50_000)}`, 'first...'],
    ['of one line with its end', 'first\n \n', 'first'],
    ['cut at a character of two', `${'x'.repeat(299)}🐢🐢`, `${'x'.repeat(299)}...`],
    ['cut behind one', `${'x'.repeat(298)}🐢🐢`, `${'x'.repeat(298)}🐢...`],
    ['cut behind half of one', `${'x'.repeat(299)}\ud83d.`, `${'x'.repeat(299)}\\ud83d...`],
  ])('in short, %s', (_name, text, expected) => expect(short(text)).toBe(expected))

  test('in short, a statement', () => {
    expect(shortStatement('SELECT\n  1,\t2 ')).toBe('SELECT 1, 2')
    expect(shortStatement(`SELECT ${'1,\n  '.repeat(100_000)}`)).toBe(
      `${`SELECT ${'1, '.repeat(100)}`.slice(0, 300)}...`,
    )
  })

  test('in full, has no line that could pass for a record', () => {
    expect(whole('one\ntwo\r\n\u001bthree\n\n')).toBe('one\n    two\n    \\x1bthree')
  })
})
