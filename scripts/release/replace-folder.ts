import { rmSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises'
import { constants } from 'node:os'
import { basename, dirname, join } from 'node:path'

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/**
 * Makes a folder anew: `fill` gets an empty one and another for work that is removed, both beside it. What was there
 * stays as it is until that has succeeded. Throws, and removes nothing, when what is there is not empty and was not made
 * by a release.
 */
export async function replaceFolder<T>(folder: string, fill: (out: string, work: string) => Promise<T>): Promise<T> {
  await refuseForeign(folder)
  await mkdir(dirname(folder), { recursive: true })
  const scratch = await mkdtemp(join(dirname(folder), `.${basename(folder)}-`))
  // Some hundred megabytes may be in it by then.
  const interrupted = (signal: NodeJS.Signals): void => {
    rmSync(scratch, { recursive: true, force: true })
    process.exit(128 + constants.signals[signal])
  }
  for (const signal of SIGNALS) process.once(signal, interrupted)
  try {
    const [out, work] = [join(scratch, 'out'), join(scratch, 'work')]
    await mkdir(out)
    await mkdir(work)
    const result = await fill(out, work)
    await rm(folder, { recursive: true, force: true })
    await rename(out, folder)
    return result
  } finally {
    for (const signal of SIGNALS) process.off(signal, interrupted)
    await rm(scratch, { recursive: true, force: true })
  }
}

async function refuseForeign(folder: string): Promise<void> {
  const present = await readdir(folder).catch((error: NodeJS.ErrnoException): string[] => {
    if (error.code === 'ENOENT') return []
    throw error
  })
  if (present.length === 0 || present.some((name) => /^cnpg-.+-checksums\.txt$/.test(name))) return
  throw new Error(`${folder} has other files in it than those of a release: name another folder, or empty it`)
}
