import { execFile } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { nameOf, type Target } from './targets.ts'

/** For a release whose maker has no address for the public: .invalid is nobody's, by RFC 2606. */
export const NO_MAINTAINER = 'kubectl-cnpg authors <kubectl-cnpg@maintainer.invalid>'

export const FORMATS = ['deb', 'rpm'] as const
export type Format = (typeof FORMATS)[number]

export interface SystemPackage {
  version: string
  target: Target
  /** `NAME <ADDRESS>`. */
  maintainer: string
  /** The folder with what the archive of the target holds. */
  content: string
  /** The folder that {@link writeExtras} filled. */
  extras: string
  format: Format
  outfile: string
  epoch: number
}

const DOCUMENTS = '/usr/share/doc/kubectl-cnpg'
const LICENSES = '/usr/share/licenses/kubectl-cnpg'
const MANUAL = '/usr/share/man/man1'
const COMPLETIONS = {
  bash: '/usr/share/bash-completion/completions',
  fish: '/usr/share/fish/vendor_completions.d',
  zsh: { deb: '/usr/share/zsh/vendor-completions', rpm: '/usr/share/zsh/site-functions' },
}
const SUMMARY = 'kubectl plugin that manages CloudNativePG clusters'
const DESCRIPTION = [
  'It shows what a PostgreSQL cluster on Kubernetes is doing, finds what is wrong',
  'with it, and changes it: switchover, restart, fencing, backup, sessions, logs.',
  'kubectl runs it as "kubectl cnpg" and completes its lines.',
].join('\n')
/** What the runtime of Linux asks of it, by the symbols it needs; older than everything that is still looked after. */
const GLIBC = '2.17'

/** Makes one package with nFPM; nothing of it runs when it is installed or removed. */
export async function packSystem(nfpm: string, pack: SystemPackage): Promise<void> {
  const { version, maintainer, format, extras, outfile, epoch } = pack
  const date = new Date(epoch * 1000).toISOString()
  const changes = [{ note: `Release ${version}` }]
  const deb = { urgency: 'medium', distributions: ['unstable'] }
  const changelog = [{ semver: `${version}-1`, date, packager: maintainer, deb, changes }]
  // YAML takes JSON as it is.
  await writeFile(changelogOf(pack), JSON.stringify(changelog))
  const place = join(extras, `nfpm-${format}.yaml`)
  await writeFile(place, JSON.stringify(configOf(pack)))
  const env = { ...process.env, SOURCE_DATE_EPOCH: String(epoch) }
  const argv = ['package', '--config', place, '--packager', format, '--target', outfile]
  await promisify(execFile)(nfpm, argv, { env })
}

function changelogOf({ extras, format }: SystemPackage): string {
  return join(extras, `changelog-${format}.yaml`)
}

/** What nFPM makes the package by (nfpm.goreleaser.com/docs/configuration). */
export function configOf(pack: SystemPackage) {
  const { version, target, maintainer, format, epoch } = pack
  const isDeb = format === 'deb'
  return {
    name: 'kubectl-cnpg',
    arch: target.arch === 'x86_64' ? 'amd64' : 'arm64',
    platform: 'linux',
    version,
    release: '1',
    section: 'database',
    priority: 'optional',
    maintainer,
    // The first line of a deb's is its summary.
    description: isDeb ? `${SUMMARY}\n${DESCRIPTION}` : DESCRIPTION,
    license: 'Apache-2.0',
    mtime: new Date(epoch * 1000).toISOString(),
    changelog: changelogOf(pack),
    contents: [...contentsOf(pack), ...(isDeb ? onlyDeb(pack) : onlyRpm(pack))],
    depends: [isDeb ? `libc6 (>= ${GLIBC})` : `glibc >= ${GLIBC}`],
    recommends: [isDeb ? 'kubectl | kubernetes-client' : 'kubectl'],
    // xz would take minutes for each.
    deb: { compression: 'gzip' },
    rpm: {
      compression: 'gzip',
      buildhost: 'localhost',
      group: 'Applications/Databases',
      summary: SUMMARY.replace('k', 'K'),
    },
  }
}

interface Content {
  src?: string
  dst: string
  type?: 'dir' | 'doc' | 'license' | 'symlink'
  file_info: { mode: number }
}

function contentsOf({ content, extras }: SystemPackage): Content[] {
  return [
    file(join(content, 'kubectl-cnpg'), '/usr/bin/kubectl-cnpg', 0o755),
    file(join(content, 'kubectl_complete-cnpg'), '/usr/bin/kubectl_complete-cnpg', 0o755),
    file(join(extras, 'kubectl-cnpg.bash'), `${COMPLETIONS.bash}/kubectl-cnpg`),
    file(join(extras, 'kubectl-cnpg.fish'), `${COMPLETIONS.fish}/kubectl-cnpg.fish`),
    {
      src: 'kubectl-cnpg.1.gz',
      dst: `${MANUAL}/kubectl_complete-cnpg.1.gz`,
      type: 'symlink',
      file_info: { mode: 0o777 },
    },
  ]
}

function onlyDeb({ extras }: SystemPackage): Content[] {
  return [
    file(join(extras, 'kubectl-cnpg.zsh'), `${COMPLETIONS.zsh.deb}/_kubectl-cnpg`),
    file(join(extras, 'kubectl-cnpg.1.gz'), `${MANUAL}/kubectl-cnpg.1.gz`),
    file(join(extras, 'copyright'), `${DOCUMENTS}/copyright`),
    file(join(extras, 'changelog.gz'), `${DOCUMENTS}/changelog.gz`),
    file(join(extras, 'THIRD-PARTY-LICENSES.gz'), `${DOCUMENTS}/THIRD-PARTY-LICENSES.gz`),
    file(join(extras, 'lintian-overrides'), '/usr/share/lintian/overrides/kubectl-cnpg'),
  ]
}

/** rpm keeps account of documents and licenses, and removes no folder that the package does not own. */
function onlyRpm({ content, extras }: SystemPackage): Content[] {
  return [
    file(join(extras, 'kubectl-cnpg.zsh'), `${COMPLETIONS.zsh.rpm}/_kubectl-cnpg`),
    { ...file(join(extras, 'kubectl-cnpg.1.gz'), `${MANUAL}/kubectl-cnpg.1.gz`), type: 'doc' },
    folder(DOCUMENTS),
    { ...file(join(content, 'CHANGELOG.md'), `${DOCUMENTS}/CHANGELOG.md`), type: 'doc' },
    folder(LICENSES),
    { ...file(join(content, 'LICENSE'), `${LICENSES}/LICENSE`), type: 'license' },
    { ...file(join(content, 'THIRD-PARTY-LICENSES'), `${LICENSES}/THIRD-PARTY-LICENSES`), type: 'license' },
  ]
}

function file(src: string, dst: string, mode = 0o644): Content {
  return { src, dst, file_info: { mode } }
}

function folder(dst: string): Content {
  return { dst, type: 'dir', file_info: { mode: 0o755 } }
}

/** The targets that get system packages. */
export function hasSystemPackages({ os, musl }: Target): boolean {
  return os === 'linux' && musl === undefined
}

/** As the official ones are called. */
export function systemPackageName(version: string, target: Target, format: Format): string {
  return `kubectl-cnpg_${version}_${nameOf(target)}.${format}`
}
