import { commands } from '../commands/index.ts'
import type { DescribeOptions } from '../errors/describe.ts'
import type { Host } from '../host/types.ts'
import type { CommandEntry } from './command.ts'
import { execute } from './execute.ts'
import { commandHelp, rootHelp } from './help.ts'
import { helpEntry } from './help-command.ts'
import { parse } from './parse.ts'
import { resolve } from './resolve.ts'

/** What a command line asks for, ready to run. */
export interface Task {
  /** How this command line wants to hear of errors. */
  errorStyle: DescribeOptions
  /** Returns the exit code; throws CliError. */
  run(host: Host): Promise<number>
}

/** All verbs: those of the table and `help`, which needs the table. */
export const verbs: readonly CommandEntry[] = [...commands, helpEntry(() => verbs)]

/** Reads a command line without touching a server or a kubeconfig. Throws CliError of kind usage. */
export async function interpret(argv: readonly string[], table: readonly CommandEntry[] = verbs): Promise<Task> {
  const wanted = await resolve(argv, table)
  if (wanted.kind === 'help') {
    return {
      errorStyle: {},
      async run({ stdout }) {
        const { path, command } = wanted
        await stdout.write(
          command === undefined ? rootHelp(table, stdout.columns) : commandHelp(path, command, stdout.columns),
        )
        return 0
      },
    }
  }
  const invocation = parse(wanted)
  const level = invocation.options['log-level']
  return {
    errorStyle: { json: invocation.options['output'] === 'json', debug: level === 'debug' || level === 'trace' },
    run: (host) => execute(wanted.command, invocation, host),
  }
}
