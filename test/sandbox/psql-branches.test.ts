import { describe, expect, test } from 'vitest'
import { Branches } from './instance/psql-branches.ts'

const SCRIPT = ['a', '\\if :new', 'b', '\\if off', 'c', '\\endif', '\\elif :old', 'd', '\\else', 'e', '\\endif', 'f']

describe('conditions of the stand-in for psql', () => {
  test.each<[Record<string, string>, string]>([
    [{ new: 't', old: 't' }, 'abf'],
    [{ new: 'f', old: 'on' }, 'adf'],
    [{ new: 'f', old: 'f' }, 'aef'],
    [{}, 'aef'],
  ])('with %o run %s', (variables, expected) => {
    const branches = new Branches(variables)
    const run = SCRIPT.filter((statement) => !branches.take(statement) && branches.running)
    expect(run.join('')).toBe(expected)
  })
})
