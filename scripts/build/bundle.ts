import { build, type BuildOptions, type Metafile, type Plugin } from 'esbuild'
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { BUILTIN_HELPER, loadBuiltinsLate } from './lazy-builtins.ts'
import { buildStamp } from './stamp.ts'
import { shortNames } from './short-names.ts'
import { stubs } from './stubs.ts'

/** The root of the project, with a trailing slash. */
export const root = fileURLToPath(new URL('../../', import.meta.url))

export interface BundleOptions {
  outfile: string
  /** Run before the stubs; a test looks into the build with one. */
  plugins?: Plugin[]
  /** What the program calls itself, where that is not the version of package.json. */
  version?: string
}

/** How the program is built, in whatever form; the texts are handed over and not written. */
export async function buildOptions(version?: string): Promise<BuildOptions & { write: false; metafile: true }> {
  return {
    absWorkingDir: root,
    entryPoints: ['src/entry.ts'],
    bundle: true,
    platform: 'node',
    target: 'node20',
    define: { KUBECTL_CNPG_BUILD: JSON.stringify(await buildStamp(process.env, version)) },
    plugins: [stubs, shortNames],
    legalComments: 'inline',
    // A third smaller; for names see shortNames.
    minifyWhitespace: true,
    minifySyntax: true,
    logLevel: 'warning',
    metafile: true,
    write: false,
  }
}

/**
 * Bundles the program into one CommonJS file, the one that Node runs. Modules that are imported dynamically stay unevaluated
 * inside it until their import runs, which is what keeps `version` and `--help` quick.
 */
export async function bundle({ outfile, plugins = [], version }: BundleOptions): Promise<{ metafile: Metafile }> {
  const options = await buildOptions(version)
  const { metafile, outputFiles } = await build({
    ...options,
    outfile,
    format: 'cjs',
    plugins: [...plugins, ...(options.plugins ?? [])],
    banner: { js: `"use strict";${BUILTIN_HELPER}` },
  })
  await mkdir(dirname(outfile), { recursive: true })
  for (const { path, text } of outputFiles) await writeFile(path, loadBuiltinsLate(text))
  return { metafile }
}
