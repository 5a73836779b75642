import { describe, expect, test } from 'vitest'
import { readSources, type SourceFile } from './helpers/imports.ts'
import { root } from './helpers/process.ts'

/*
 * The rules of the house. A part is a folder of src/, or one of its single files. Left may import right:
 *
 *   entry → main → cli → commands → plan → model → api
 *                          ├→ snapshot → kube, postgres → api
 *                          ├→ x509 → api
 *                          └→ render → model
 *
 * Leaves, which every part may import and which import only each other: api/, errors/ and host/types.ts.
 * cli/command.ts is the shape of a command: types only, so that commands/ may import it although cli/ imports commands/.
 * Only entry.ts imports the real host/. Only plan/apply.ts reaches from plan/ to kube/.
 */
const LEAVES = ['api', 'errors', 'host/types.ts']

const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  'entry.ts': ['main.ts', 'host'],
  'main.ts': ['cli', 'cli/command.ts', 'commands'],
  cli: ['cli/command.ts', 'commands', 'kube'],
  'cli/command.ts': ['kube'],
  commands: ['cli/command.ts', 'plan', 'plan/apply.ts', 'snapshot', 'model', 'render', 'kube', 'postgres', 'x509'],
  plan: ['model'],
  'plan/apply.ts': ['plan', 'model', 'kube'],
  snapshot: ['kube', 'postgres'],
  render: ['model'],
  model: [],
  kube: [],
  postgres: [],
  x509: [],
  host: [],
  api: [],
  errors: [],
  'host/types.ts': [],
}

/** The one folder that may import a package. */
const PACKAGE_HOMES: Readonly<Record<string, readonly string[]>> = {
  commander: ['cli'],
  '@kubernetes/client-node': ['kube'],
  ws: ['kube'],
  'js-yaml': ['kube', 'render'],
  pg: ['postgres'],
  chalk: ['host'],
  ora: ['host'],
  'cli-table3': ['render'],
  croner: ['model'],
  '@peculiar/x509': ['x509'],
  'reflect-metadata': ['x509'],
}

const sources = readSources(`${root}src`)

function partOf(path: string): string {
  if (path in MAY_IMPORT) return path
  return path.split('/')[0] ?? path
}

/** Lines of the form `from → to` for what a check found wrong. */
function breaches(check: (source: SourceFile) => readonly string[]): string[] {
  return sources.flatMap((source) => check(source).map((what) => `${source.path} → ${what}`))
}

/** What a program holds besides comments. */
function codeOf(source: SourceFile): string {
  return source.text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|\s)\/\/.*$/gm, '')
}

describe('imports', () => {
  test('there is something to check, and every part has its rule', () => {
    expect(sources.length).toBeGreaterThan(30)
    expect(sources.flatMap((source) => source.imports).length).toBeGreaterThan(100)
    expect(sources.filter((source) => !(partOf(source.path) in MAY_IMPORT)).map((source) => source.path)).toEqual([])
  })

  test('go in the allowed directions only', () => {
    const wrong = breaches(({ path, imports }) => {
      const from = partOf(path)
      const allowed = new Set([from, ...LEAVES, ...(MAY_IMPORT[from] ?? [])])
      return imports.filter((target) => !allowed.has(partOf(target)))
    })
    expect(wrong).toEqual([])
  })

  test('form no cycle, types included', () => {
    expect(cycleIn(new Map(sources.map((source) => [source.path, source.imports])))).toBeUndefined()
  })

  test('of packages stay in the one folder of each', () => {
    const wrong = breaches(({ path, packages }) =>
      packages.filter((name) => PACKAGE_HOMES[name]?.includes(partOf(path)) !== true),
    )
    expect(wrong).toEqual([])
  })

  test('of js-yaml stay in one file per folder', () => {
    const users = sources.filter((source) => source.packages.includes('js-yaml')).map((source) => partOf(source.path))
    expect(users).toEqual([...new Set(users)])
  })

  test('keep model/ and render/ free of Node', () => {
    expect(breaches(({ path, builtins }) => (/^(model|render)\//.test(path) ? builtins : []))).toEqual([])
  })

  test('keep cli/command.ts free of anything that runs', () => {
    expect(sources.find((source) => source.path === 'cli/command.ts')?.runtimeImports).toEqual([])
  })
})

describe('files', () => {
  test('hold at most 350 lines', () => {
    const long = sources.filter((source) => source.text.split('\n').length > 351).map((source) => source.path)
    expect(long).toEqual([])
  })

  test('touch process and console only in host/ and entry.ts', () => {
    const outside = sources.filter(({ path }) => !path.startsWith('host/') && path !== 'entry.ts')
    const wrong = outside.filter((source) => /(?<![.\w'"])(process|console)\./.test(codeOf(source)))
    expect(wrong.map((source) => source.path)).toEqual([])
  })

  test('read the clock only in host/', () => {
    const outside = sources.filter(({ path }) => !path.startsWith('host/'))
    const wrong = outside.filter((source) => /\bDate\.now\(|\bnew Date\(\)|\bperformance\.now\(/.test(codeOf(source)))
    expect(wrong.map((source) => source.path)).toEqual([])
  })
})

/** The files of one cycle, in their order; nothing when there is none. */
function cycleIn(graph: ReadonlyMap<string, readonly string[]>): string[] | undefined {
  const done = new Set<string>()
  const visit = (path: string, trail: readonly string[]): string[] | undefined => {
    const start = trail.indexOf(path)
    if (start !== -1) return [...trail.slice(start), path]
    if (done.has(path)) return undefined
    for (const next of graph.get(path) ?? []) {
      const cycle = visit(next, [...trail, path])
      if (cycle !== undefined) return cycle
    }
    done.add(path)
    return undefined
  }
  for (const path of graph.keys()) {
    const cycle = visit(path, [])
    if (cycle !== undefined) return cycle
  }
  return undefined
}

test('the check for cycles finds one', () => {
  const graph = new Map([
    ['a', ['b']],
    ['b', ['c', 'd']],
    ['d', ['b']],
  ])
  expect(cycleIn(graph)).toEqual(['b', 'd', 'b'])
})
