import { randomBytes } from 'node:crypto'
import { open, rename, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { CliError } from '../../errors/cli-error.ts'

/**
 * Replaces a file as a whole: whoever reads it sees the old text or the new one, also after a crash. Throws CliError `config` when
 * it cannot be written.
 *
 * @param mode permissions, whatever the umask
 */
export async function replaceFile(path: string, text: string, mode: number): Promise<void> {
  const folder = dirname(path)
  // In the same folder, so that it can be renamed; with a dot, so that collectors pass it over.
  const draft = join(folder, `.${basename(path)}.${randomBytes(6).toString('hex')}`)
  try {
    const file = await open(draft, 'wx', 0o600)
    try {
      await file.writeFile(text)
      await file.chmod(mode)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(draft, path)
    await syncFolder(folder)
  } catch (cause) {
    await rm(draft, { force: true }).catch(() => undefined)
    throw new CliError({ kind: 'config', message: `cannot write ${path}: ${reasonOf(cause)}` })
  }
}

/** The new name is on the disk only with the folder; some systems cannot do that, and need not. */
async function syncFolder(folder: string): Promise<void> {
  try {
    const handle = await open(folder, 'r')
    await handle.sync().finally(() => handle.close())
  } catch {
    return
  }
}

export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
