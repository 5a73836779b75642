import { appendFile } from 'node:fs/promises'
import { visible } from '../api/visible-text.ts'
import { CliError } from '../errors/cli-error.ts'
import type { Host } from '../host/types.ts'
import type { LogLevel, OptionValues } from './command.ts'

const LEVELS: readonly LogLevel[] = ['error', 'warning', 'info', 'debug', 'trace']

export interface Log {
  /** A message that costs something to make comes as a function, called only when it is written. */
  write(level: LogLevel, message: string | (() => string)): void
  /** Resolves when all lines are written. Throws CliError when the destination takes none. */
  flush(): Promise<void>
}

/** A log of lines for people, `<time> <level> <message>`, as much as `--log-level` asks for. */
export function createLog(values: OptionValues, host: Host): Log {
  const wanted = LEVELS.indexOf(values['log-level'] as LogLevel)
  const file = typeof values['log-destination'] === 'string' ? values['log-destination'] : ''
  let pending: Promise<void> = Promise.resolve()

  const deliver = (line: string) => (file === '' ? host.stderr.write(line) : appendFile(file, line))
  return {
    write(level, message) {
      if (LEVELS.indexOf(level) > wanted) return
      const line = `${host.clock.now().toISOString()} ${level} ${visible(typeof message === 'string' ? message : message())}\n`
      pending = pending.then(() => deliver(line))
      // The failure is reported by flush(); until then it must not end the process.
      pending.catch(() => undefined)
    },
    async flush() {
      try {
        await pending
      } catch (cause) {
        throw new CliError({
          kind: 'config',
          message: `cannot write the log to ${file}`,
          hint: 'Give another file with --log-destination, or leave the flag out to log to stderr.',
          cause,
        })
      }
    },
  }
}
