import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Metafile } from 'esbuild'
import { bunVersion } from '../build/bun.ts'
import { root } from '../build/bundle.ts'

/** Folders of the packages that are in the bundle, by esbuild's account of it, such as `node_modules/ora/node_modules/chalk`. */
export function bundledPackages({ inputs }: Metafile): string[] {
  return [...new Set(Object.keys(inputs).flatMap((path) => packageFolder(path) ?? []))].sort()
}

/** `node_modules/a/node_modules/@b/c` of a file in it; undefined for our own. */
function packageFolder(path: string): string | undefined {
  const marker = 'node_modules/'
  const inside = path.lastIndexOf(marker)
  if (inside === -1) return undefined
  const [first = '', second = ''] = path.slice(inside + marker.length).split('/')
  return (
    path.slice(path.indexOf(marker), inside + marker.length) + (first.startsWith('@') ? `${first}/${second}` : first)
  )
}

const LINE = '-'.repeat(80)

/** The licenses that everything in the executable and the bundle is under, which have to go wherever these go. */
export async function thirdPartyLicenses(metafile: Metafile): Promise<string> {
  const sections = await Promise.all(bundledPackages(metafile).map((folder) => licenseOf(join(root, folder))))
  return [
    'kubectl-cnpg contains the packages below, under the license that follows the name of each.',
    `Its executables also contain Bun ${await bunVersion()} (MIT), which links JavaScriptCore and parts of WebKit (LGPL-2)`,
    'and the libraries that https://bun.com/docs/project/license lists with their licenses. They are made of an unchanged',
    'Bun by `bun build --compile`; with the bundle, which the npm package holds, anybody can make them of another one.',
    '',
    ...[...new Set(sections)].map((section) => `${LINE}\n${section}`),
  ].join('\n')
}

interface Manifest {
  name: string
  version: string
  license?: string
  author?: string | { name: string }
}

async function licenseOf(folder: string): Promise<string> {
  const text = await readFile(join(folder, 'package.json'), 'utf8')
  const { name, version, license, author } = JSON.parse(text) as Manifest
  if (license === undefined) throw new Error(`${name} names no license`)
  const files = (await readdir(folder)).filter((file) => /^(licen[cs]e|copying|notice)\b/i.test(file)).sort()
  const texts = await Promise.all(files.map((file) => readFile(join(folder, file), 'utf8')))
  // Some packages name their license only.
  const by = typeof author === 'object' ? author.name : author
  const bodies = texts.length > 0 ? texts.map((body) => body.trim()) : [`Copyright ${by ?? `the authors of ${name}`}`]
  return `${name} ${version} (${license})\n\n${bodies.join('\n\n')}\n`
}
