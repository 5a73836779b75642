import { rmSync } from 'node:fs'
import { rm, writeFile } from 'node:fs/promises'
import { CliError } from '../../errors/cli-error.ts'

/** Files that live as long as the connection. */
export class Files {
  readonly #secret: string[] = []

  /**
   * Writes a new file that only its owner may read, and removes it at the end. Throws CliError when there is one already: a
   * file of passwords is not ours to replace.
   */
  async secret(path: string, text: string): Promise<void> {
    try {
      await writeFile(path, text, { mode: 0o600, flag: 'wx' })
    } catch (cause) {
      const exists = (cause as NodeJS.ErrnoException).code === 'EEXIST'
      throw new CliError({
        kind: 'config',
        message: exists ? `${path} exists and is left alone` : `cannot write ${path}`,
        ...(exists ? { hint: 'Name a new file; it is removed at the end.' } : { cause }),
      })
    }
    this.#secret.push(path)
  }

  /** Writes a file that may be known, and that stays. Throws CliError. */
  async open(path: string, text: string): Promise<void> {
    await writeFile(path, text).catch((cause: unknown) => {
      throw new CliError({ kind: 'config', message: `cannot write ${path}`, cause })
    })
  }

  /** Removes at once, for a process that has no time left. */
  removeNow(): void {
    for (const path of this.#secret.splice(0)) rmSync(path, { force: true })
  }

  async remove(): Promise<void> {
    await Promise.all(this.#secret.splice(0).map((path) => rm(path, { force: true })))
  }
}
