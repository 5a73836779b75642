import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { bunExecutable, bunVersion } from '../build/bun.ts'
import { root } from '../build/bundle.ts'
import { hostTarget, type Target } from './targets.ts'

const run = promisify(execFile)
/** What release builds keep between two runs. */
export const cache = join(root, 'node_modules', '.cache', 'kubectl-cnpg')

/**
 * Path of the Bun executable for a target: out of its npm package, at the version that package.json pins, and only when
 * it has the integrity that package-lock.json records. Kept for the next time. This machine's was installed by npm ci.
 */
export async function runtimeFor(target: Target): Promise<string> {
  if (target === hostTarget()) return bunExecutable()
  const version = await bunVersion()
  const integrity = await recordedIntegrity(target.runtime, version)
  const folder = join(cache, 'bun', `${target.runtime.split('/')[1]}-${version}`)
  const executable = join(folder, 'package', 'bin', target.os === 'windows' ? 'bun.exe' : 'bun')
  if (existsSync(executable)) return executable

  const unfinished = `${folder}.${process.pid}`
  await mkdir(unfinished, { recursive: true })
  try {
    const spec = `${target.runtime}@${version}`
    const stdout = await fetched(spec, unfinished)
    const archive = join(unfinished, stdout.trim().split('\n').at(-1) ?? '')
    const found = `sha512-${createHash('sha512')
      .update(await readFile(archive))
      .digest('base64')}`
    if (found !== integrity) throw new Error(`${spec} has the integrity ${found}, package-lock.json says ${integrity}`)
    await run('tar', ['-xzf', archive, '-C', unfinished])
    await rm(archive)
    await rename(unfinished, folder)
  } finally {
    await rm(unfinished, { recursive: true, force: true })
  }
  return executable
}

/** Lets npm put the archive of a package into a folder; what it printed. */
async function fetched(spec: string, folder: string): Promise<string> {
  try {
    return (await run('npm', ['pack', spec, '--loglevel=error', '--pack-destination', folder], { cwd: root })).stdout
  } catch (error) {
    const said = error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : String(error)
    // npm adds stack traces and advice.
    const reason = said.split('\n').find((line) => /Error: | \d{3} /.test(line)) ?? said
    const hint = '--targets names the systems to build for, and so leaves this one out'
    throw new Error(`cannot get the runtime ${spec} from npm's registry: ${reason}\n${hint}`, { cause: error })
  }
}

async function recordedIntegrity(name: string, version: string): Promise<string> {
  const lock = JSON.parse(await readFile(join(root, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, { version: string; integrity?: string }>
  }
  const entry = lock.packages[`node_modules/${name}`]
  if (entry?.integrity === undefined || entry.version !== version) {
    throw new Error(`package-lock.json records no integrity of ${name}@${version}`)
  }
  return entry.integrity
}
