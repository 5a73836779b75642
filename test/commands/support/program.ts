import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { root } from '../../helpers/process.ts'

/** The program as a process of its own: node and these arguments before its own. */
export const program: readonly string[] = ['--no-warnings', join(root, 'src/entry.ts')]

export interface Place {
  env: { KUBECONFIG: string }
  /** A folder that is gone with it. */
  folder: string
  remove: () => Promise<void>
}

/** A kubeconfig as a file. */
export async function kubeconfigFile(text: string): Promise<Place> {
  const folder = await mkdtemp(join(tmpdir(), 'program-test-'))
  const file = join(folder, 'config')
  await writeFile(file, text, { mode: 0o600 })
  return { env: { KUBECONFIG: file }, folder, remove: () => rm(folder, { recursive: true, force: true }) }
}
