import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { root } from './bundle.ts'

const require = createRequire(import.meta.url)

/** The Bun version that package.json pins, which is what is installed and what other platforms' runtimes are taken from. */
export async function bunVersion(): Promise<string> {
  const { devDependencies } = JSON.parse(await readFile(`${root}package.json`, 'utf8')) as {
    devDependencies: Record<string, string>
  }
  const version = devDependencies['bun']
  if (version === undefined || !/^\d/.test(version)) throw new Error('package.json has to pin bun exactly')
  return version
}

/**
 * The Bun executable that `npm ci` brought for this machine. The package's install script moves it from the platform's
 * package into `bun`; where install scripts are not allowed to run, it is still in the former.
 */
export function bunExecutable(): string {
  const home = dirname(require.resolve('bun/package.json'))
  const suffix = process.platform === 'win32' ? '.exe' : ''
  const platform = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch === 'arm64' ? 'aarch64' : process.arch}`
  const candidates = [
    ...['', '-musl', '-baseline'].map((kind) =>
      join(home, '..', '@oven', `bun-${platform}${kind}`, 'bin', `bun${suffix}`),
    ),
    join(home, 'bin', 'bun.exe'),
  ]
  const found = candidates.find((file) => existsSync(file))
  if (found === undefined) throw new Error('there is no Bun for this machine in node_modules: run npm ci')
  return found
}
