import { constants, type FileHandle, open, rm } from 'node:fs/promises'
import { isAbsolute, join } from 'node:path'
import type { Context } from '../../cli/command.ts'
import { CliError } from '../../errors/cli-error.ts'
import type { Target } from './sink.ts'

export interface LogFile extends Target {
  /** @param done false when the logs could not be read: then a file to which nothing was written is as it was before */
  close(done: boolean): Promise<void>
}

/**
 * Opens a file for logs, which may hold personal data: readable by its owner only. One that is there already is
 * replaced at the first write; on a terminal that is asked first, unless `force`. Throws CliError.
 */
export async function openLogFile(name: string, force: boolean, context: Context): Promise<LogFile> {
  const path = isAbsolute(name) ? name : join(context.host.cwd, name)
  const { handle, isNew } = await openTarget(path, name, force, context)
  const failing = async <T>(work: Promise<T>): Promise<void> => {
    await work.catch((error: unknown) => {
      throw cannotWrite(name, error)
    })
  }
  let empty = isNew
  const makeEmpty = async (): Promise<void> => {
    if (empty) return
    empty = true
    // A pipe or a device has nothing that could be taken away.
    if ((await handle.stat()).isFile()) await handle.truncate()
  }
  let written = false
  return {
    closed: false,
    async write(data) {
      written = true
      await failing(makeEmpty().then(() => handle.writeFile(data)))
    },
    async close(done) {
      if (done) await failing(makeEmpty())
      await failing(handle.close())
      if (!done && isNew && !written) await rm(path, { force: true })
    },
  }
}

async function openTarget(
  path: string,
  name: string,
  force: boolean,
  { host }: Context,
): Promise<{ handle: FileHandle; isNew: boolean }> {
  try {
    return { handle: await open(path, 'wx', 0o600), isNew: true }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw cannotWrite(name, error)
  }
  const handle = await open(path, constants.O_WRONLY).catch((error: unknown) => {
    throw cannotWrite(name, error)
  })
  if (force || !host.stdin.isTTY || !host.stderr.isTTY) return { handle, isNew: false }
  const answer = await host.ask(`${name} exists. Replace it? [y/N] `).catch(() => '')
  if (/^y(es)?$/i.test(answer.trim())) return { handle, isNew: false }
  await handle.close()
  throw new CliError({ kind: 'refused', message: `${name} was left as it is`, hint: 'Give another name to -o.' })
}

function cannotWrite(name: string, cause: unknown): CliError {
  return new CliError({ kind: 'failed', message: `cannot write ${name}`, cause })
}
