import { execFileSync } from 'node:child_process'
import { delimiter, join, sep } from 'node:path'
import { isExecutable } from './programs.ts'

/**
 * The Node that users of this machine have: the first on PATH that no project brought along. Nothing when there is none
 * of version 20 or newer.
 */
export function systemNode(): string | undefined {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/local/bin', '/usr/bin']
  return folders
    .filter((folder) => folder !== '' && !folder.includes(`${sep}node_modules${sep}`))
    .map((folder) => join(folder, 'node'))
    .find((path) => isExecutable(path) && majorOf(path) >= 20)
}

function majorOf(path: string): number {
  const version = execFileSync(path, ['--version'], { encoding: 'utf8' })
  return Number(/^v(\d+)\./.exec(version)?.[1] ?? 0)
}
