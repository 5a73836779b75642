/*
 * npm run release -- --version X [--base-url URL] [--targets linux_x86_64,darwin_arm64] [--out DIR]
 *   [--maintainer 'NAME <ADDRESS>'] [--no-system-packages]
 *
 * Builds a release into dist/release. The same sources, tools and SOURCE_DATE_EPOCH (by default the time of the commit)
 * give the same files. Takes GNU tar, npm, and for deb and rpm nFPM or Go; the network only for runtimes not yet cached.
 */
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Metafile } from 'esbuild'
import { bundle, root } from './build/bundle.ts'
import { compileBinary } from './build/compile.ts'
import { bundleParts, type Program } from './build/parts.ts'
import { hasChanges, sourceEpoch } from './build/stamp.ts'
import { packFolder, requireTar, sha256Of } from './release/archive.ts'
import { thirdPartyLicenses } from './release/bundled.ts'
import { signExecutable } from './release/code-signature.ts'
import { installerFor } from './release/installer.ts'
import { manPage } from './release/man-page.ts'
import { homebrewFormula, krewManifest, type Released } from './release/manifests.ts'
import { findNfpm } from './release/nfpm.ts'
import { packNpm } from './release/npm-package.ts'
import { releaseOptions, type ReleaseOptions } from './release/options.ts'
import { writeExtras } from './release/package-extras.ts'
import { replaceFolder } from './release/replace-folder.ts'
import { runtimeFor } from './release/runtimes.ts'
import { billOfMaterials } from './release/sbom.ts'
import { FORMATS, hasSystemPackages, NO_MAINTAINER, packSystem, systemPackageName } from './release/system-packages.ts'
import { archiveName, checksumsName, nameOf, programName, shimName, type Target } from './release/targets.ts'

const LICENSES = 'THIRD-PARTY-LICENSES'

process.umask(0o022)
try {
  await main(releaseOptions(process.argv.slice(2), process.env))
} catch (error) {
  console.error(`Error: ${error instanceof Error ? error.message : String(error)}`)
  process.exitCode = 1
}

async function main(options: ReleaseOptions): Promise<void> {
  await requireTar()
  const nfpm = options.systemPackages ? await findNfpm() : undefined
  // All that could be missing is here before the long work begins.
  for (const target of options.targets) await runtimeFor(target)
  const files = await replaceFolder(options.out, (out, work) => release(options, nfpm, out, work))
  console.log(`${options.out}: ${files} files`)
  if (nfpm !== undefined && options.maintainer === NO_MAINTAINER) {
    console.log("The deb and rpm name nobody who could be written to: --maintainer 'NAME <ADDRESS>'")
  }
  if (await hasChanges()) {
    console.log('The checkout has changes that no commit holds: nobody else can build this release.')
  }
}

/** Fills `out`; `work` is for what lies between. Returns how many files there are. */
async function release(options: ReleaseOptions, nfpm: string | undefined, out: string, work: string): Promise<number> {
  const { version, baseUrl, maintainer } = options
  const epoch = await sourceEpoch()
  const bundled = join(work, 'cli.cjs')
  const { metafile } = await bundle({ outfile: bundled, version })
  const program = await bundleParts(join(work, 'parts'), version)
  const documents = join(work, 'documents')
  const extras = join(work, 'extras')
  await writeDocuments(documents, { page: await manPage(version, epoch), metafile })
  await writeExtras(extras, documents)
  const released: Released[] = []
  const files: string[] = []
  const keep = (name: string): string => {
    files.push(name)
    return join(out, name)
  }
  for (const target of options.targets) {
    const content = join(work, nameOf(target))
    await lay(content, { target, program, documents })
    const archive = archiveName(version, target)
    const packed = [packFolder(content, keep(archive), epoch)]
    if (nfpm !== undefined && hasSystemPackages(target)) {
      for (const format of FORMATS) {
        const outfile = keep(systemPackageName(version, target, format))
        packed.push(packSystem(nfpm, { version, target, maintainer, content, extras, format, outfile, epoch }))
      }
    }
    await Promise.all(packed)
    released.push({ target, sha256: await sha256Of(join(out, archive)) })
    await rm(content, { recursive: true })
    console.log(nameOf(target))
  }
  await packNpm(version, bundled, join(documents, LICENSES), keep(`kubectl-cnpg-${version}.tgz`))
  await writeFile(keep(`kubectl-cnpg_${version}.spdx.json`), await billOfMaterials(version, epoch, metafile))
  await writeFile(keep('cnpg.yaml'), krewManifest(version, released, baseUrl))
  await writeFile(keep('kubectl-cnpg.rb'), homebrewFormula(version, released, baseUrl))
  await cp(join(documents, 'kubectl-cnpg.1'), keep('kubectl-cnpg.1'))
  await cp(join(root, 'packaging', 'k9s-plugin.yaml'), keep('k9s-plugin.yaml'))
  const installer = installerFor(await readFile(join(root, 'install.sh'), 'utf8'), baseUrl)
  await writeFile(keep('install.sh'), installer, { mode: 0o755 })
  await writeFile(keep('latest.txt'), `${version}\n`)
  const sums = await Promise.all(files.sort().map(async (name) => `${await sha256Of(join(out, name))}  ${name}\n`))
  await writeFile(join(out, checksumsName(version)), sums.join(''))
  return files.length + 1
}

/** What every archive has beside the program. */
async function writeDocuments(folder: string, { page, metafile }: { page: string; metafile: Metafile }): Promise<void> {
  await mkdir(folder)
  for (const name of ['LICENSE', 'README.md', 'CHANGELOG.md']) await cp(join(root, name), join(folder, name))
  await writeFile(join(folder, 'kubectl-cnpg.1'), page)
  await writeFile(join(folder, LICENSES), await thirdPartyLicenses(metafile))
}

interface Parts {
  target: Target
  program: Program
  documents: string
}

/** Fills a folder with what the archive of a target holds. */
async function lay(content: string, { target, program, documents }: Parts): Promise<void> {
  await cp(documents, content, { recursive: true })
  const runtime = await runtimeFor(target)
  const system = target.runtime.split('/')[1]!
  const executable = join(content, programName(target))
  await compileBinary({ program, outfile: executable, runtime, system })
  if (target.os === 'darwin') await signExecutable(executable, 'kubectl-cnpg')
  await cp(join(root, 'bin', shimName(target)), join(content, shimName(target)))
}
