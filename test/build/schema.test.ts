import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { generateSchema, type Schema } from '../../scripts/schema/generate.ts'

let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'schema-test-'))
})

afterAll(() => rm(folder, { recursive: true, force: true }))

/** The schema of the type `Report` that this source declares. */
async function schemaOf(source: string, isOpen = true): Promise<Schema> {
  const file = join(folder, 'report.ts')
  await writeFile(file, source)
  const compilerOptions = { strict: true, exactOptionalPropertyTypes: true, lib: ['lib.es5.d.ts'], types: [] }
  return generateSchema({ file, type: 'Report', head: { title: 'Report' }, compilerOptions, isOpen: () => isOpen })
}

const KINDS: readonly (readonly [string, Schema])[] = [
  ['string', { type: 'string' }],
  ['boolean | null', { type: ['boolean', 'null'] }],
  ['null | string | number', { type: ['number', 'string', 'null'] }],
  ["'b' | 'a'", { enum: ['a', 'b'] }],
  ["'a' | 'b' | null", { enum: ['a', 'b', null] }],
  ['1', { const: 1 }],
  ['true', { const: true }],
  ['unknown', {}],
  ['object', { type: 'object' }],
  ['readonly string[]', { type: 'array', items: { type: 'string' } }],
  ['Record<string, number>', { type: 'object', additionalProperties: { type: 'number' } }],
  ['Record<string, never>', { type: 'object', additionalProperties: { not: {} } }],
  [
    '{ a: string } & { b?: number }',
    { type: 'object', properties: { a: { type: 'string' }, b: { type: 'number' } }, required: ['a'] },
  ],
  ['string[] | null', { anyOf: [{ type: 'array', items: { type: 'string' } }, { type: 'null' }] }],
]

test('every kind of type has its schema', async () => {
  const members = KINDS.map(([type], index) => `m${index}: ${type}`)
  const { properties } = await schemaOf(`export interface Report { ${members.join('; ')} }`)
  const schemas = Object.values(properties as Record<string, Schema>)
  expect(KINDS.map(([type], index) => [type, schemas[index]])).toEqual(KINDS)
})

const NAMED = `
/** All of it. */
export interface Report extends Base { tree: Tree; many: Box<Tree>; odd?: Box<string> }
interface Base {
  /** Since {@link Tree} (spec/a.md 1). */
  version: 1
}
/** Branches. */
interface Tree { branches: Tree[] }
interface Box<T> { content: T | null }
`

test('types with names stand once, with their comments, and may hold themselves', async () => {
  expect(await schemaOf(NAMED, false)).toEqual({
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'Report',
    description: 'All of it.',
    type: 'object',
    properties: {
      tree: { $ref: '#/$defs/Tree' },
      many: { $ref: '#/$defs/BoxOfTree' },
      odd: { $ref: '#/$defs/BoxOfstring' },
      version: { description: 'Since Tree.', const: 1 },
    },
    required: ['tree', 'many', 'version'],
    additionalProperties: false,
    $defs: {
      BoxOfTree: {
        type: 'object',
        properties: { content: { anyOf: [{ $ref: '#/$defs/Tree' }, { type: 'null' }] } },
        required: ['content'],
        additionalProperties: false,
      },
      BoxOfstring: {
        type: 'object',
        properties: { content: { type: ['string', 'null'] } },
        required: ['content'],
        additionalProperties: false,
      },
      Tree: {
        description: 'Branches.',
        type: 'object',
        properties: { branches: { type: 'array', items: { $ref: '#/$defs/Tree' } } },
        required: ['branches'],
        additionalProperties: false,
      },
    },
  })
})

test('open types may have other members', async () => {
  expect(JSON.stringify(await schemaOf(NAMED, true))).not.toContain('additionalProperties')
})

test.each([
  ['export interface Report { it: Missing }', 'Missing'],
  ['export interface Report { it: bigint }', 'JSON holds nothing like bigint'],
  ['export interface Report { it: () => void }', 'JSON holds no function () => void'],
  ['interface Report { it: string }\nexport {}', 'exports no type Report'],
])('refuses %s', async (source, message) => {
  await expect(schemaOf(source)).rejects.toThrow(message)
})
