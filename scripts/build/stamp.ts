import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { BuildInfo } from '../../src/api/build-info.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))

/**
 * What a build says of itself: the version of package.json, the commit, and the day: of SOURCE_DATE_EPOCH, else of the
 * commit, so that one source always gives one bundle. Without git: commit `none`, and today.
 */
export async function buildStamp(env: NodeJS.ProcessEnv = process.env): Promise<BuildInfo> {
  const { version } = JSON.parse(await readFile(`${root}package.json`, 'utf8')) as { version: string }
  const [commit, epoch] = await lastCommit()
  const seconds = Number(env['SOURCE_DATE_EPOCH'] ?? epoch ?? Date.now() / 1000)
  return { version, commit: commit ?? 'none', date: new Date(seconds * 1000).toISOString().slice(0, 10) }
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
