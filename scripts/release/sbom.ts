import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { promisify } from 'node:util'
import type { Metafile } from 'esbuild'
import { bunVersion } from '../build/bun.ts'
import { root } from '../build/bundle.ts'
import { bundledPackages } from './bundled.ts'

interface SpdxPackage {
  name: string
  SPDXID: string
  versionInfo: string
  packageFileName?: string
  [member: string]: unknown
}

interface Spdx {
  name: string
  documentNamespace: string
  creationInfo: { created: string; creators: string[] }
  packages: SpdxPackage[]
  relationships: { spdxElementId: string; relatedSpdxElement: string; relationshipType: string }[]
}

/**
 * The bill of materials as SPDX 2.3: npm's, reduced to the packages that are in the bundle (by esbuild's account of it),
 * and the runtime of the executables. npm's own `--omit=dev` misses packages that something else needs for development too.
 */
export async function billOfMaterials(version: string, epoch: number, metafile: Metafile): Promise<string> {
  const argv = ['sbom', '--sbom-format=spdx', '--package-lock-only', '--sbom-type=application']
  const { stdout } = await promisify(execFile)('npm', argv, { cwd: root, maxBuffer: 1 << 26 })
  const spdx = JSON.parse(stdout) as Spdx
  const folders = new Set(bundledPackages(metafile))
  spdx.packages = spdx.packages.filter(
    ({ packageFileName }, index) => index === 0 || folders.has(packageFileName ?? ''),
  )
  if (spdx.packages.length !== folders.size + 1) throw new Error('npm sbom does not know every package of the bundle')
  const ids = new Set(spdx.packages.map(({ SPDXID }) => SPDXID).concat('SPDXRef-DOCUMENT'))
  const isKept = ({ spdxElementId, relatedSpdxElement }: Spdx['relationships'][number]) =>
    ids.has(spdxElementId) && ids.has(relatedSpdxElement)
  spdx.relationships = spdx.relationships.filter(isKept)
  const own = spdx.packages[0]
  if (own === undefined) throw new Error('npm sbom lists nothing')
  own.versionInfo = version
  spdx.name = `kubectl-cnpg@${version}`
  const bun = await bunVersion()
  spdx.packages.push({
    name: 'bun',
    SPDXID: `SPDXRef-Package-bun-${bun}`,
    versionInfo: bun,
    downloadLocation: 'NOASSERTION',
    filesAnalyzed: false,
    licenseDeclared: 'MIT',
    externalRefs: [
      { referenceCategory: 'PACKAGE-MANAGER', referenceType: 'purl', referenceLocator: `pkg:npm/bun@${bun}` },
    ],
  })
  spdx.relationships.push({
    spdxElementId: own.SPDXID,
    relatedSpdxElement: `SPDXRef-Package-bun-${bun}`,
    relationshipType: 'DEPENDS_ON',
  })
  // npm puts the time and a random number here.
  spdx.creationInfo.created = new Date(epoch * 1000).toISOString().replace(/\.\d+Z$/, 'Z')
  const digest = createHash('sha256').update(JSON.stringify(spdx.packages)).digest('hex').slice(0, 32)
  spdx.documentNamespace = `https://spdx.org/spdxdocs/kubectl-cnpg-${version}-${digest}`
  return `${JSON.stringify(spdx, null, 2)}\n`
}
