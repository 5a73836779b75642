import { readFileSync } from 'node:fs'

import { describe, expect, it, test } from 'vitest'

import { CliError } from '../../../src/errors/cli-error.ts'
import { renderTemplate } from '../../../src/render/jsonpath/evaluate.ts'
import { parseTemplate } from '../../../src/render/jsonpath/parse.ts'

interface Recorded {
  object: unknown
  cases: { template: string; output?: string; error?: string }[]
}

const { object, cases } = JSON.parse(
  readFileSync(new URL('../../fixtures/jsonpath/kubectl.json', import.meta.url), 'utf8'),
) as Recorded

/** Where kubectl says something else, and why ours is better. */
const DIFFERENT: Readonly<Record<string, { own: string; why: string }>> = {
  '{.metadata.annotations["plain"]}': { own: 'yes', why: 'both kinds of quotes work' },
  '{.rows[?(@.tags[0]=="a")].name}': { own: 'one', why: 'an item without tags does not match, instead of ending all' },
  '{.metadata[?(@.name=="sample")]}': { own: '', why: 'there is no list to filter' },
  '{.rows[2:1].name}': { own: '', why: 'a slice of nothing is nothing' },
  '{.rows[5:].name}': { own: '', why: 'likewise' },
  '{.rows[0:9].name}': { own: 'one two three', why: 'a slice ends where the list ends' },
  '{.rows[?(@.lag>1.5)].name}': { own: 'one two', why: 'whole numbers and fractions compare' },
  '{.rows[?(@.tags[*]=="b")].name}': { own: 'one', why: 'one of several is enough' },
  '{range .rows[*]}x': { own: 'error', why: 'kubectl prints the text once more without a word' },
  "{.metadata.annotations['example.org/role']}": { own: 'primary', why: 'in quotes a dot is a dot' },
}

function fill(template: string, value: unknown = object): string {
  return renderTemplate(parseTemplate(template), value)
}

function outcome(template: string): string {
  try {
    return fill(template)
  } catch (error) {
    if (error instanceof CliError) return 'error'
    throw error
  }
}

/** kubectl sorts the members of an object and escapes for HTML. */
function normal(text: string): string {
  return text.replaceAll('\\u003c', '<').replaceAll('\\u003e', '>').replaceAll('\\u0026', '&')
}

describe('as kubectl does', () => {
  const sorted = sortKeys(object)
  test.each(cases.map((each) => [each.template, each] as const))('%s', (template, { output, error }) => {
    const expected = DIFFERENT[template]?.own ?? (error === undefined ? normal(output ?? '') : 'error')
    if (template === '{.spec.*}') return expect(fill(template).split(' ').sort()).toEqual(expected.split(' ').sort())
    const own = outcome(template)
    expect(own === 'error' ? own : renderTemplate(parseTemplate(template), sorted)).toBe(expected)
  })

  it('lists no difference that is none', () => {
    const needless = cases.filter(
      ({ template, output }) => template in DIFFERENT && DIFFERENT[template]?.own === output,
    )
    expect(needless).toEqual([])
    expect(Object.keys(DIFFERENT).filter((template) => !cases.some((each) => each.template === template))).toEqual([])
  })
})

describe('a template that makes no sense', () => {
  test.each([
    ['{.kind', 'an action is not closed with "}", at character 7', /For example/],
    ['{kind}', '"kind" is no path', /\{\.kind\}/],
    ['{end}', 'this {end} has no {range}', /For example/],
    ['{range .rows[*]}x', 'a {range} has no {end}', /For example/],
    ['{.rows[?(@.a==1 && @.b==2)]}', 'a filter compares once only', /For example/],
    ['{.rows[a]}', 'an index, a name in quotes or * is missing', /For example/],
    ['{"open}', 'a quoted text is not closed', /For example/],
    ['{.rows[?(@.a==)]}', 'a path such as @.name, a number or a quoted text is missing', /For example/],
  ])('%s', (template, message, hint) => {
    const error = caught(() => parseTemplate(template))
    expect(error).toMatchObject({ kind: 'usage', exitCode: 2 })
    expect(error.message).toContain(message)
    expect(error.hint).toMatch(hint)
  })

  it('compares no text with a number', () => {
    expect(caught(() => fill('{.rows[?(@.lag=="10")].name}'))).toMatchObject({
      kind: 'usage',
      message: 'the template compares 10 with "10"',
    })
  })

  it('tells of an index beyond the end', () => {
    expect(caught(() => fill('{.rows[9].name}')).message).toBe('the template asks for item 9 of a list of 3')
  })
})

describe('our own values', () => {
  it('are null where nothing is known, and compare with null', () => {
    const value = {
      instances: [
        { name: 'a', via: null },
        { name: 'b', via: 'exec' },
      ],
    }
    expect(fill('{.instances[*].via}', value)).toBe('null exec')
    expect(fill('{.instances[?(@.via==null)].name}', value)).toBe('a')
    expect(fill('{.instances[?(@.via!=null)].name}', value)).toBe('b')
    expect(fill('{.instances[?(@.via=="exec")].name}', value)).toBe('b')
  })

  it('never obey the terminal, while the text of the template is as typed', () => {
    expect(fill('{.text}{"\\u001b"}', { text: 'a\u001b[2J\tb\nc' })).toBe('a\\x1b[2J\tb\nc\u001b')
  })

  it('have own members only', () => {
    expect(fill('{.constructor}{.__proto__}{.rows.length}{.kind.length}')).toBe('')
  })
})

function caught(act: () => unknown): CliError {
  try {
    act()
  } catch (error) {
    if (error instanceof CliError) return error
  }
  throw new Error('nothing was thrown')
}

function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortKeys)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
  return Object.fromEntries(entries.map(([key, member]) => [key, sortKeys(member)]))
}
