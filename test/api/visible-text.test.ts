import { describe, expect, test } from 'vitest'
import { visible } from '../../src/api/visible-text.ts'

describe('visible', () => {
  test.each([
    ['a colour code', '\u001b[31mred\u001b[0m', '\\x1b[31mred\\x1b[0m'],
    ['a window title', '\u001b]0;owned\u0007', '\\x1b]0;owned\\x07'],
    ['an eight-bit control', 'a\u009b31m', 'a\\x9b31m'],
    ['delete and backspace', 'ab\b\u007f', 'ab\\x08\\x7f'],
    ['line ends and tabs', 'a\r\nb\tc', 'a\\r\\nb\\tc'],
    ['text turned around', 'user\u202egnp.exe\u2069', 'user\\u202egnp.exe\\u2069'],
    ['zero-width letters', 'ad\u200bmin\ufeff', 'ad\\u200bmin\\ufeff'],
    ['a line separator', 'a\u2028b', 'a\\u2028b'],
    ['tag characters', 'a\u{e0041}', 'a\\u{e0041}'],
    ['half a character', 'a\ud800', 'a\\ud800'],
  ])('shows %s', (_what, raw, shown) => {
    expect(visible(raw)).toBe(shown)
  })

  test('leaves letters of every script, accents and emoji alone', () => {
    const text = 'Ünïcødé 日本語 עברית русский 😀 e\u0301'
    expect(visible(text)).toBe(text)
  })

  test('keeps line feeds when told to, and drops the carriage return before one', () => {
    expect(visible('a\r\nb\nc\rd\u001b', { newlines: 'keep' })).toBe('a\nb\nc\\rd\\x1b')
  })
})
