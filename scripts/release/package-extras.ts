import { cp, mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { CALL_DESCRIBED, SHELLS } from '../../src/commands/completion/shells.ts'
import { root } from '../build/bundle.ts'

/**
 * Writes what deb and rpm have beside the contents of the archives: completions, the man page and texts packed (gzip says no
 * time and no name), copyright. `documents` is the folder with the documents of the archives.
 */
export async function writeExtras(folder: string, documents: string): Promise<void> {
  await mkdir(folder)
  for (const { name, script } of SHELLS) {
    await writeFile(join(folder, `kubectl-cnpg.${name}`), (await script())('kubectl-cnpg', CALL_DESCRIBED))
  }
  const packed = [
    ['kubectl-cnpg.1', 'kubectl-cnpg.1.gz'],
    ['CHANGELOG.md', 'changelog.gz'],
    ['THIRD-PARTY-LICENSES', 'THIRD-PARTY-LICENSES.gz'],
  ] as const
  for (const [from, to] of packed) {
    await writeFile(join(folder, to), gzipSync(await readFile(join(documents, from)), { level: 9 }))
  }
  for (const name of ['copyright', 'lintian-overrides']) await cp(join(root, 'packaging', name), join(folder, name))
}
