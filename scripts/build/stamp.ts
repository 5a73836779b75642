import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { BuildInfo } from '../../src/api/build-info.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))

/**
 * What a build says of itself: the version (that of package.json if not told otherwise), the commit, and the day, which
 * is that of {@link sourceEpoch}, so that one source always gives one bundle. Without git the commit is `none`.
 */
export async function buildStamp(env: NodeJS.ProcessEnv = process.env, version?: string): Promise<BuildInfo> {
  const [commit] = await lastCommit()
  const date = new Date((await sourceEpoch(env)) * 1000).toISOString().slice(0, 10)
  return { version: version ?? (await packageVersion()), commit: commit ?? 'none', date }
}

/** The time that everything made of these sources carries, in seconds: SOURCE_DATE_EPOCH, else that of the commit, else now. */
export async function sourceEpoch(env: NodeJS.ProcessEnv = process.env): Promise<number> {
  const [, epoch] = await lastCommit()
  return Math.floor(Number(env['SOURCE_DATE_EPOCH'] ?? epoch ?? Date.now() / 1000))
}

/** Whether the checkout differs from its commit; false without git or a repository. */
export async function hasChanges(): Promise<boolean> {
  try {
    const { stdout } = await promisify(execFile)('git', ['status', '--porcelain'], { cwd: root })
    return stdout !== ''
  } catch {
    return false
  }
}

async function packageVersion(): Promise<string> {
  return (JSON.parse(await readFile(`${root}package.json`, 'utf8')) as { version: string }).version
}

/** Short hash and time in seconds of the commit that is checked out; empty without git or a repository. */
async function lastCommit(): Promise<string[]> {
  try {
    const { stdout } = await promisify(execFile)('git', ['log', '-1', '--format=%h %ct'], { cwd: root })
    return stdout.trim().split(' ')
  } catch {
    return []
  }
}
