/*
 * npm run release -- --version X [--base-url URL] [--targets linux_x86_64,darwin_arm64] [--out DIR]
 *   [--maintainer 'NAME <ADDRESS>'] [--no-system-packages]
 *
 * Builds a release into dist/release. The same sources, tools and SOURCE_DATE_EPOCH (by default the time of the commit)
 * give the same files. Takes GNU tar, npm, and for deb and rpm nFPM or Go; the network only for runtimes not yet cached.
 */
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import type { Metafile } from 'esbuild'
import { bundle, root } from './build/bundle.ts'
import { compileBinary } from './build/compile.ts'
import { bundleParts, type Program } from './build/parts.ts'
import { sourceEpoch } from './build/stamp.ts'
import { packFolder, sha256Of } from './release/archive.ts'
import { thirdPartyLicenses } from './release/bundled.ts'
import { signExecutable } from './release/code-signature.ts'
import { installerFor } from './release/installer.ts'
import { manPage } from './release/man-page.ts'
import { homebrewFormula, krewManifest, type Released } from './release/manifests.ts'
import { findNfpm } from './release/nfpm.ts'
import { packNpm } from './release/npm-package.ts'
import { writeExtras } from './release/package-extras.ts'
import { runtimeFor } from './release/runtimes.ts'
import { billOfMaterials } from './release/sbom.ts'
import { FORMATS, hasSystemPackages, NO_MAINTAINER, packSystem, systemPackageName } from './release/system-packages.ts'
import { archiveName, checksumsName, nameOf, programName, shimName, type Target, targets } from './release/targets.ts'

const { values } = parseArgs({
  options: {
    version: { type: 'string' },
    'base-url': { type: 'string' },
    targets: { type: 'string' },
    out: { type: 'string', default: join(root, 'dist', 'release') },
    maintainer: { type: 'string', default: process.env['KUBECTL_CNPG_MAINTAINER'] ?? NO_MAINTAINER },
    'no-system-packages': { type: 'boolean', default: false },
  },
})
const version = versionGiven()
const baseUrl = values['base-url']?.replace(/\/+$/, '')
const out = resolve(values.out)
const maintainer = maintainerGiven()
const epoch = await sourceEpoch()
const chosen = targetsGiven()
const nfpm = values['no-system-packages'] ? undefined : await findNfpm()

const LICENSES = 'THIRD-PARTY-LICENSES'

const work = await mkdtemp(join(tmpdir(), 'kubectl-cnpg-release-'))
try {
  await rm(out, { recursive: true, force: true })
  await mkdir(out, { recursive: true })
  await release()
} finally {
  await rm(work, { recursive: true, force: true })
}

async function release(): Promise<void> {
  const bundled = join(work, 'cli.cjs')
  const { metafile } = await bundle({ outfile: bundled, version })
  const program = await bundleParts(join(work, 'parts'), version)
  const documents = join(work, 'documents')
  const extras = join(work, 'extras')
  await writeDocuments(documents, metafile)
  await writeExtras(extras, documents)
  const released: Released[] = []
  const files: string[] = []
  const keep = (name: string): string => {
    files.push(name)
    return join(out, name)
  }
  for (const target of chosen) {
    const content = await lay(target, program, documents)
    const archive = archiveName(version, target)
    await packFolder(content, keep(archive), epoch)
    released.push({ target, sha256: await sha256Of(join(out, archive)) })
    if (nfpm !== undefined && hasSystemPackages(target)) {
      for (const format of FORMATS) {
        const outfile = keep(systemPackageName(version, target, format))
        await packSystem(nfpm, { version, target, maintainer, content, extras, format, outfile, epoch })
      }
    }
    await rm(content, { recursive: true })
    console.log(nameOf(target))
  }
  await packNpm(version, bundled, join(documents, LICENSES), keep(`kubectl-cnpg-${version}.tgz`))
  await writeFile(keep(`kubectl-cnpg_${version}.spdx.json`), await billOfMaterials(version, epoch, metafile))
  await writeFile(keep('cnpg.yaml'), krewManifest(version, released, baseUrl))
  await writeFile(keep('kubectl-cnpg.rb'), homebrewFormula(version, released, baseUrl))
  await cp(join(documents, 'kubectl-cnpg.1'), keep('kubectl-cnpg.1'))
  await cp(join(root, 'packaging', 'k9s-plugin.yaml'), keep('k9s-plugin.yaml'))
  await writeFile(keep('install.sh'), installerFor(await readFile(join(root, 'install.sh'), 'utf8'), baseUrl), {
    mode: 0o755,
  })
  await writeFile(keep('latest.txt'), `${version}\n`)
  const sums = await Promise.all(files.sort().map(async (name) => `${await sha256Of(join(out, name))}  ${name}\n`))
  await writeFile(join(out, checksumsName(version)), sums.join(''))
  console.log(`${out}: ${files.length + 1} files`)
  if (nfpm !== undefined && maintainer === NO_MAINTAINER) {
    console.log(
      "Nobody can be written to about the deb and rpm: --maintainer 'NAME <ADDRESS>' names who looks after them",
    )
  }
}

/** What every archive has beside the program. */
async function writeDocuments(folder: string, metafile: Metafile): Promise<void> {
  await mkdir(folder)
  for (const name of ['LICENSE', 'README.md', 'CHANGELOG.md']) await cp(join(root, name), join(folder, name))
  await writeFile(join(folder, 'kubectl-cnpg.1'), await manPage(version, epoch))
  await writeFile(join(folder, LICENSES), await thirdPartyLicenses(metafile))
}

/** The folder with what the archive of a target holds. */
async function lay(target: Target, program: Program, documents: string): Promise<string> {
  const content = join(work, nameOf(target))
  await cp(documents, content, { recursive: true })
  const runtime = await runtimeFor(target)
  const system = target.runtime.split('/')[1]!
  const executable = join(content, programName(target))
  await compileBinary({ program, outfile: executable, runtime, system })
  if (target.os === 'darwin') await signExecutable(executable, 'kubectl-cnpg')
  await cp(join(root, 'bin', shimName(target)), join(content, shimName(target)))
  return content
}

function versionGiven(): string {
  const text = values.version?.replace(/^v/, '') ?? ''
  if (/^\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?$/.test(text)) return text
  throw new Error('--version is missing, or no version like 1.2.3')
}

function maintainerGiven(): string {
  if (/^[^<>\s][^<>\n]* <[^<>@\s]+@[^<>@\s]+>$/.test(values.maintainer)) return values.maintainer
  throw new Error(`--maintainer ${values.maintainer} is not of the form NAME <ADDRESS>`)
}

function targetsGiven(): readonly Target[] {
  if (values.targets === undefined) return targets
  return values.targets.split(',').map((name) => {
    const target = targets.find((each) => nameOf(each) === name)
    if (target === undefined) throw new Error(`there is no target ${name}: ${targets.map(nameOf).join(', ')}`)
    return target
  })
}
