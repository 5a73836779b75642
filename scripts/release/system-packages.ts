import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { cache } from './runtimes.ts'
import { nameOf, type Target } from './targets.ts'

const run = promisify(execFile)
/** nFPM makes both formats without the tools of either; the Go module proxy has it at this version. */
const NFPM = 'v2.45.2'

class MissingTool extends Error {}

/** Path of nFPM: the one on PATH, else built by Go and kept. Throws MissingTool when there is neither. */
export async function findNfpm(): Promise<string> {
  if (await works('nfpm', ['--version'])) return 'nfpm'
  const folder = join(cache, `nfpm-${NFPM}`)
  const program = join(folder, 'nfpm')
  if (existsSync(program)) return program
  if (!(await works('go', ['version']))) {
    throw new MissingTool('deb and rpm take nFPM (https://nfpm.goreleaser.com) on PATH, or Go to build it')
  }
  await mkdir(folder, { recursive: true })
  const env = { ...process.env, GOBIN: folder, CGO_ENABLED: '0' }
  await run('go', ['install', `github.com/goreleaser/nfpm/v2/cmd/nfpm@${NFPM}`], { env })
  return program
}

async function works(program: string, argv: string[]): Promise<boolean> {
  return run(program, argv).then(
    () => true,
    () => false,
  )
}

export interface SystemPackage {
  version: string
  target: Target
  /** The folder with what the archive of the target holds. */
  content: string
  outfile: string
  epoch: number
}

/** Makes one deb or rpm, by the ending of its name. */
export async function packSystem(
  nfpm: string,
  { version, target, content, outfile, epoch }: SystemPackage,
): Promise<void> {
  const mtime = new Date(epoch * 1000).toISOString()
  const file = (name: string, dst: string, mode: number) => ({
    src: join(content, name),
    dst,
    file_info: { mode, owner: 'root', group: 'root', mtime },
  })
  // YAML takes JSON as it is.
  const config = {
    name: 'kubectl-cnpg',
    arch: target.arch === 'x86_64' ? 'amd64' : 'arm64',
    platform: 'linux',
    version,
    section: 'database',
    priority: 'optional',
    maintainer: 'The kubectl-cnpg authors <noreply@localhost>',
    description:
      'kubectl plugin that manages CloudNativePG clusters\nShows what a PostgreSQL cluster on Kubernetes is doing, and changes it.',
    license: 'Apache-2.0',
    mtime,
    contents: [
      file('kubectl-cnpg', '/usr/bin/kubectl-cnpg', 0o755),
      file('kubectl_complete-cnpg', '/usr/bin/kubectl_complete-cnpg', 0o755),
      file('kubectl-cnpg.1', '/usr/share/man/man1/kubectl-cnpg.1', 0o644),
      file('LICENSE', '/usr/share/doc/kubectl-cnpg/copyright', 0o644),
    ],
    recommends: ['kubectl'],
    // xz would take minutes for each.
    deb: { compression: 'gzip' },
    rpm: { compression: 'gzip', buildhost: 'localhost' },
  }
  const format = outfile.endsWith('.rpm') ? 'rpm' : 'deb'
  const place = join(content, '..', 'nfpm.yaml')
  await writeFile(place, JSON.stringify(config))
  const env = { ...process.env, SOURCE_DATE_EPOCH: String(epoch) }
  await run(nfpm, ['package', '--config', place, '--packager', format, '--target', outfile], { env })
}

/** The targets that get system packages. */
export function hasSystemPackages({ os, musl }: Target): boolean {
  return os === 'linux' && musl === undefined
}

/** As the official ones are called. */
export function systemPackageName(version: string, target: Target, format: 'deb' | 'rpm'): string {
  return `kubectl-cnpg_${version}_${nameOf(target)}.${format}`
}
