import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { root } from '../build/bundle.ts'
import { checkedBaseUrl } from './installer.ts'
import { NO_MAINTAINER } from './system-packages.ts'
import { nameOf, type Target, targets } from './targets.ts'

export interface ReleaseOptions {
  version: string
  /** Where the release will be, without a slash at its end; `{version}` in it stands for the version. */
  baseUrl: string | undefined
  targets: readonly Target[]
  /** The folder that becomes the release. */
  out: string
  /** `NAME <ADDRESS>`. */
  maintainer: string
  systemPackages: boolean
}

/** What the command line asks for; throws with a message for its writer. */
export function releaseOptions(argv: string[], env: NodeJS.ProcessEnv): ReleaseOptions {
  const { values } = parseArgs({
    args: argv,
    options: {
      version: { type: 'string' },
      'base-url': { type: 'string' },
      targets: { type: 'string' },
      out: { type: 'string', default: join(root, 'dist', 'release') },
      maintainer: { type: 'string', default: env['KUBECTL_CNPG_MAINTAINER'] ?? NO_MAINTAINER },
      'no-system-packages': { type: 'boolean', default: false },
    },
  })
  return {
    version: versionOf(values.version),
    baseUrl: values['base-url'] === undefined ? undefined : checkedBaseUrl(values['base-url']),
    targets: targetsOf(values.targets),
    out: resolve(values.out),
    maintainer: maintainerOf(values.maintainer),
    systemPackages: !values['no-system-packages'],
  }
}

function versionOf(text: string | undefined): string {
  const version = text?.replace(/^v/, '') ?? ''
  if (/^\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?$/.test(version)) return version
  throw new Error('--version is missing, or no version like 1.2.3')
}

function targetsOf(names: string | undefined): readonly Target[] {
  if (names === undefined) return targets
  return [...new Set(names.split(','))].map((name) => {
    const target = targets.find((each) => nameOf(each) === name)
    if (target === undefined) throw new Error(`there is no target ${name}: ${targets.map(nameOf).join(', ')}`)
    return target
  })
}

function maintainerOf(text: string): string {
  if (/^[^<>\s][^<>\n]* <[^<>@\s]+@[^<>@\s]+>$/.test(text)) return text
  throw new Error(`--maintainer ${text} is not of the form NAME <ADDRESS>`)
}
