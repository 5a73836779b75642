import { expect, test } from 'vitest'
import { splitStatements } from '../../src/postgres/split-statements.ts'

test.each<[string, string[]]>([
  ['', []],
  [' ; ;\n', []],
  ['select 1', ['select 1']],
  ['select 1; select 2;', ['select 1;', ' select 2;']],
  ["select ';', 'it''s;'; b", ["select ';', 'it''s;';", ' b']],
  [String.raw`select E'\';', e'\\'; b`, [String.raw`select E'\';', e'\\';`, ' b']],
  [String.raw`select E'a''\';'; b`, [String.raw`select E'a''\';';`, ' b']],
  [String.raw`select 'a\'; b`, [String.raw`select 'a\';`, ' b']],
  [String.raw`select type'\'; b`, [String.raw`select type'\';`, ' b']],
  ['select "a;""b"; c', ['select "a;""b";', ' c']],
  ['do $$ a; $x$ b; $$; c', ['do $$ a; $x$ b; $$;', ' c']],
  ['do $ä1$ a; $$ b; $ä1$; c', ['do $ä1$ a; $$ b; $ä1$;', ' c']],
  ['select a$b$; c$b$; d', ['select a$b$;', ' c$b$;', ' d']],
  ['select $1; $2', ['select $1;', ' $2']],
  ["a -- ; '\n; b", ["a -- ; '\n;", ' b']],
  ['a /* ; /* ; */ ; */; b', ['a /* ; /* ; */ ; */;', ' b']],
  ['a (b; c); d', ['a (b; c);', ' d']],
  ['a ); b', ['a );', ' b']],
  ["a 'open; b", ["a 'open; b"]],
  ['a /* open; b', ['a /* open; b']],
  ['a $$ open; b', ['a $$ open; b']],
])('%j', (text, parts) => {
  const found = splitStatements(text)
  expect(found.map((part) => part.text)).toEqual(parts)
  for (const { text: part, at } of found) expect(text.slice(at, at + part.length)).toBe(part)
})

test('long texts are no trouble', () => {
  const text = `select '${'x;'.repeat(2_000_000)}', $$${'y;'.repeat(2_000_000)}$$; ${'select 1; '.repeat(10_000)}`
  expect(splitStatements(text)).toHaveLength(10_001)
})
