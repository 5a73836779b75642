import { open, readFile, realpath, rename, rm, stat, writeFile } from 'node:fs/promises'
import type { AuthProvider } from './kubeconfig-types.ts'

/**
 * Puts new tokens in the place of the old ones in the kubeconfig, under kubectl's own lock (`FILE.lock`), leaving every
 * other byte as it is. False when that was not possible: locked, read-only, or written in a way we do not recognise.
 */
export async function storeTokens(
  provider: AuthProvider,
  tokens: { idToken: string; refreshToken: string },
): Promise<boolean> {
  const lock = `${provider.file}.lock`
  try {
    await (await open(lock, 'wx', 0o600)).close()
  } catch {
    return false
  }
  try {
    const file = await realpath(provider.file)
    const text = await readFile(file, 'utf8')
    const changed = replaced(text, [
      [provider.config['id-token'], tokens.idToken],
      [provider.config['refresh-token'], tokens.refreshToken],
    ])
    if (changed === undefined) return false
    const { mode } = await stat(file)
    const draft = `${file}.cnpg-tmp`
    await writeFile(draft, changed, { mode: mode & 0o777 })
    await rename(draft, file)
    return true
  } catch {
    return false
  } finally {
    await rm(lock, { force: true })
  }
}

/** Every old value must stand in the text exactly once, or the new one could land in the wrong place. */
function replaced(text: string, pairs: readonly (readonly [string | undefined, string])[]): string | undefined {
  let result = text
  for (const [before, after] of pairs) {
    if (before === after) continue
    if (!before || !/^[\w.~+/=-]+$/.test(after)) return undefined
    const pieces = result.split(before)
    if (pieces.length !== 2) return undefined
    result = pieces.join(after)
  }
  return result
}
