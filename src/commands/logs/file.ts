import { open } from 'node:fs/promises'
import { isAbsolute, join } from 'node:path'
import type { Context } from '../../cli/command.ts'
import { CliError } from '../../errors/cli-error.ts'
import type { Target } from './sink.ts'

export interface LogFile extends Target {
  close(): Promise<void>
}

/**
 * Opens a file for logs, which may hold personal data: readable by its owner only. One that is there already is
 * replaced; on a terminal that is asked first, unless `force`. Throws CliError.
 */
export async function openLogFile(name: string, force: boolean, context: Context): Promise<LogFile> {
  const { host } = context
  const path = isAbsolute(name) ? name : join(host.cwd, name)
  const handle = await open(path, 'wx', 0o600).catch(async (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw cannotWrite(name, error)
    if (!force && host.stdin.isTTY && host.stderr.isTTY) {
      const answer = await host.ask(`${name} exists. Replace it? [y/N] `)
      if (!/^y(es)?$/i.test(answer.trim())) {
        throw new CliError({ kind: 'refused', message: `${name} was left as it is`, hint: 'Give another name to -o.' })
      }
    }
    return open(path, 'w').catch((again: unknown) => {
      throw cannotWrite(name, again)
    })
  })
  const failing = async <T>(work: Promise<T>): Promise<void> => {
    await work.catch((error: unknown) => {
      throw cannotWrite(name, error)
    })
  }
  return {
    closed: false,
    write: (data) => failing(handle.writeFile(data)),
    close: () => failing(handle.close()),
  }
}

function cannotWrite(name: string, cause: unknown): CliError {
  return new CliError({ kind: 'failed', message: `cannot write ${name}`, cause })
}
