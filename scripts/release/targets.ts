/** A system the program is released for. */
export interface Target {
  /** As the names of the official archives have it. */
  os: 'linux' | 'darwin' | 'windows'
  arch: 'x86_64' | 'arm64'
  musl?: true
  /** The npm package that brings the runtime; its version is Bun's. */
  runtime: string
}

export const targets: readonly Target[] = [
  // Needs no AVX2: since 1.4 the package is the one that was called "baseline".
  { os: 'linux', arch: 'x86_64', runtime: '@oven/bun-linux-x64' },
  { os: 'linux', arch: 'arm64', runtime: '@oven/bun-linux-aarch64' },
  { os: 'linux', arch: 'x86_64', musl: true, runtime: '@oven/bun-linux-x64-musl' },
  { os: 'linux', arch: 'arm64', musl: true, runtime: '@oven/bun-linux-aarch64-musl' },
  { os: 'darwin', arch: 'x86_64', runtime: '@oven/bun-darwin-x64' },
  { os: 'darwin', arch: 'arm64', runtime: '@oven/bun-darwin-aarch64' },
  { os: 'windows', arch: 'x86_64', runtime: '@oven/bun-windows-x64' },
]

/** `linux_x86_64`, `linux_arm64_musl`. */
export function nameOf({ os, arch, musl }: Target): string {
  return `${os}_${arch}${musl === true ? '_musl' : ''}`
}

/** File name of the archive, as the official releases name theirs (musl has none there). */
export function archiveName(version: string, target: Target): string {
  return `kubectl-cnpg_${version}_${nameOf(target)}.tar.gz`
}

export function checksumsName(version: string): string {
  return `cnpg-${version}-checksums.txt`
}

/** Name of the executable on the target. */
export function programName({ os }: Target): string {
  return os === 'windows' ? 'kubectl-cnpg.exe' : 'kubectl-cnpg'
}

/** Name of the program that kubectl asks for completion on the target. */
export function shimName({ os }: Target): string {
  return os === 'windows' ? 'kubectl_complete-cnpg.cmd' : 'kubectl_complete-cnpg'
}

/** The target of this machine; undefined when there is none for it. */
export function hostTarget(): Target | undefined {
  const arch = process.arch === 'arm64' ? 'arm64' : 'x86_64'
  const os = process.platform === 'win32' ? 'windows' : process.platform
  const musl = os === 'linux' && !hasGlibc()
  return targets.find((target) => target.os === os && target.arch === arch && (target.musl ?? false) === musl)
}

function hasGlibc(): boolean {
  const { header } = process.report.getReport() as { header: { glibcVersionRuntime?: string } }
  return header.glibcVersionRuntime !== undefined
}
