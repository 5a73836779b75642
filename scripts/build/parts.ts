import { build, type Metafile, transform } from 'esbuild'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { buildOptions } from './bundle.ts'
import { BUILTIN_HELPER, loadBuiltinsLate } from './lazy-builtins.ts'

/** A program in several files, of which the first is run and loads the others when it needs something of them. */
export interface Program {
  folder: string
  files: readonly string[]
}

/** What `--help` and `status` import when they run; a test tells when one is missing. */
const QUICK = [
  'src/cli/interpret.ts',
  'src/commands/status.ts',
  'src/kube/open-session.ts',
  'src/kube/transport-fetch.ts',
  'src/snapshot/gather.ts',
  'src/model/status.ts',
  'src/model/rules/assess.ts',
  'src/render/views/status/index.ts',
  'src/render/text.ts',
  'node_modules/@kubernetes/client-node/dist/config.js',
  'node_modules/chalk/source/index.js',
]

const FILES = ['program.cjs', 'quick.cjs', 'rest.cjs'] as const
type File = (typeof FILES)[number]

/**
 * The form of the program that goes into the executable. Bun reads a file of code whole before it runs the first line of
 * it, so that most of one in one piece would be read for nothing: three files hold what starts the program, what its
 * quickest commands need, and everything else. Each is made of esbuild's chunks, as functions that run once.
 */
export async function bundleParts(folder: string, version?: string): Promise<Program> {
  const { metafile, outputFiles } = await build({
    ...(await buildOptions(version)),
    outdir: folder,
    format: 'esm',
    splitting: true,
  })
  const chunks = inFiles(metafile)
  const texts = new Map(outputFiles.map(({ path, text }) => [nameOf(path), text]))
  const functions: Record<File, string> = { 'program.cjs': '', 'quick.cjs': '', 'rest.cjs': '' }
  for (const [index, { name, file }] of chunks.entries()) {
    const code = await asFunction(texts.get(name) ?? '', (imported) =>
      chunks.findIndex((each) => each.name === imported),
    )
    functions[file] += `${index}(module,exports){${code}},`
  }
  const rest = chunks.findIndex(({ file }) => file === 'rest.cjs')
  await mkdir(folder, { recursive: true })
  for (const file of FILES) {
    const head = file === 'program.cjs' ? `${BUILTIN_HELPER}${loader(rest)}` : ''
    const code =
      head === ''
        ? `exports.parts=(__part,__builtin)=>({${functions[file]}})`
        : `__parts={${functions[file]}};__part(0)`
    await writeFile(join(folder, file), `"use strict";${head}${code}`)
  }
  return { folder, files: FILES }
}

/** Runs a part once and returns its exports; parts from number `rest` on are in the last file. */
function loader(rest: number): string {
  return (
    'var __parts,__done={};function __part(number){var known=__done[number];if(known)return known.exports;' +
    `if(!__parts[number])Object.assign(__parts,(number<${rest}?require("./quick.cjs"):require("./rest.cjs")).parts(__part,__builtin));` +
    'var module=__done[number]={exports:{}};__parts[number](module,module.exports);return module.exports}'
  )
}

/** The chunks in the order of their files, the one to start with first. */
function inFiles({ outputs }: Metafile): { name: string; file: File }[] {
  const files = new Map<string, File>()
  const put = (path: string, file: File): void => {
    if (files.has(path)) return
    files.set(path, file)
    for (const { kind, path: imported } of outputs[path]?.imports ?? []) {
      if (kind === 'import-statement' && imported in outputs) put(imported, file)
    }
  }
  const startingAt = (module: string): string => {
    const found = Object.keys(outputs).find((path) => outputs[path]?.entryPoint === module)
    if (found === undefined)
      throw new Error(`scripts/build/parts.ts names ${module}, which nothing imports dynamically`)
    return found
  }
  put(startingAt('src/entry.ts'), 'program.cjs')
  for (const module of QUICK) put(startingAt(module), 'quick.cjs')
  for (const path of Object.keys(outputs)) put(path, 'rest.cjs')
  const all = [...files].map(([path, file]) => ({ name: nameOf(path), file }))
  return FILES.flatMap((file) => all.filter((each) => each.file === file))
}

/** The text of a chunk, an ES module, as the body of a function of `module` and `exports`. */
async function asFunction(text: string, numberOf: (chunk: string) => number): Promise<string> {
  const { code } = await transform(text, {
    format: 'cjs',
    platform: 'node',
    target: 'node20',
    supported: { 'dynamic-import': false },
    legalComments: 'inline',
    minifyWhitespace: true,
    minifySyntax: true,
  })
  const late = loadBuiltinsLate(code)
  return late.replace(/\brequire\("\.\/([\w.-]+)"\)/g, (whole, chunk: string) => {
    const number = numberOf(chunk)
    return number < 0 ? whole : `__part(${number})`
  })
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1)
}
