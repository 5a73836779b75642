import { dump } from 'js-yaml'
import { archiveName, programName, type Target } from './targets.ts'

/** An archive of the release. */
export interface Released {
  target: Target
  sha256: string
}

const ABOUT = 'Shows and manages CloudNativePG clusters: PostgreSQL on Kubernetes.'
const WITHOUT_ADDRESS = '# Made without --base-url: put the address of the archives before their names.\n'

/** Address of a file of the release; its bare name when nobody said where the release will be. */
function addressOf(baseUrl: string | undefined, version: string, file: string): string {
  return baseUrl === undefined ? file : `${baseUrl.replaceAll('{version}', version)}/${file}`
}

/** The krew manifest (krew.sigs.k8s.io/docs/developer-guide/plugin-manifest); the musl builds are left to other ways. */
export function krewManifest(version: string, released: readonly Released[], baseUrl: string | undefined): string {
  const platforms = released
    .filter(({ target }) => target.musl === undefined)
    .map(({ target, sha256 }) => ({
      selector: { matchLabels: { os: target.os, arch: target.arch === 'x86_64' ? 'amd64' : 'arm64' } },
      uri: addressOf(baseUrl, version, archiveName(version, target)),
      sha256,
      bin: programName(target),
      files: [programName(target), 'LICENSE', 'THIRD-PARTY-LICENSES'].map((name) => ({ from: `./${name}`, to: '.' })),
    }))
  const manifest = {
    apiVersion: 'krew.googlecontainertools.github.com/v1alpha2',
    kind: 'Plugin',
    metadata: { name: 'cnpg' },
    spec: { version: `v${version}`, shortDescription: 'Manage CloudNativePG clusters', description: ABOUT, platforms },
  }
  return `${baseUrl === undefined ? WITHOUT_ADDRESS : ''}${dump(manifest, { lineWidth: -1 })}`
}

/** The formula for Homebrew, for macOS and Linux. */
export function homebrewFormula(version: string, released: readonly Released[], baseUrl: string | undefined): string {
  const stanza = (os: Target['os'], arch: Target['arch']): string => {
    const found = released.find(({ target }) => target.os === os && target.arch === arch && target.musl === undefined)
    if (found === undefined) return ''
    const url = addressOf(baseUrl, version, archiveName(version, found.target))
    return `    on_${arch === 'arm64' ? 'arm' : 'intel'} do\n      url "${url}"\n      sha256 "${found.sha256}"\n    end\n`
  }
  const system = (os: Target['os'], name: string): string => {
    const stanzas = stanza(os, 'arm64') + stanza(os, 'x86_64')
    return stanzas === '' ? '' : `  on_${name} do\n${stanzas}  end\n\n`
  }
  return `${baseUrl === undefined ? WITHOUT_ADDRESS : ''}class KubectlCnpg < Formula
  desc "Kubectl plugin that manages CloudNativePG clusters"
  version "${version}"
  license "Apache-2.0"

${system('darwin', 'macos')}${system('linux', 'linux')}  def install
    bin.install "kubectl-cnpg", "kubectl_complete-cnpg"
    man1.install "kubectl-cnpg.1"
    generate_completions_from_executable(bin/"kubectl-cnpg", "completion", shells: [:bash, :zsh, :fish])
  end

  test do
    assert_match version.to_s, shell_output("#{bin}/kubectl-cnpg version")
  end
end
`
}
