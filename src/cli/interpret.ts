import { CALL_BARE, CALL_DESCRIBED } from '../commands/completion/shells.ts'
import { commands } from '../commands/index.ts'
import { CliError } from '../errors/cli-error.ts'
import type { DescribeOptions } from '../errors/describe.ts'
import type { Host } from '../host/types.ts'
import type { Command, CommandEntry, OptionValues } from './command.ts'
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

/**
 * Reads a command line without touching a server or a kubeconfig. A mistake in it makes a task that fails with CliError
 * of kind usage, so that it is told as the command line wants to hear of errors.
 */
export async function interpret(argv: readonly string[], table: readonly CommandEntry[] = verbs): Promise<Task> {
  if (argv[0] === CALL_DESCRIBED || argv[0] === CALL_BARE) return completionTask(argv, table)
  let command: Command | undefined
  try {
    return await understand(argv, table, (named) => (command = named))
  } catch (error) {
    if (!(error instanceof CliError)) throw error
    return { errorStyle: guessedStyle(argv, command), run: () => Promise.reject(error) }
  }
}

/** The call of a shell: its words are a line that is still being typed, flags included. */
function completionTask(argv: readonly string[], table: readonly CommandEntry[]): Task {
  return {
    errorStyle: {},
    run: async (host) => (await import('./completion/protocol.ts')).answerCompletion(argv, table, host),
  }
}

async function understand(
  argv: readonly string[],
  table: readonly CommandEntry[],
  onCommand: (command: Command) => void,
): Promise<Task> {
  const wanted = await resolve(argv, table, onCommand)
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
  return {
    errorStyle: errorStyle(wanted.command, invocation.options),
    run: (host) => execute(wanted.command, invocation, host),
  }
}

function errorStyle({ monitoring }: Command, options: OptionValues): DescribeOptions {
  const level = options['log-level']
  return {
    json: options['output'] === 'json',
    debug: level === 'debug' || level === 'trace',
    monitoring: monitoring === 'always' || (monitoring !== undefined && options[monitoring.flag] === true),
    plugin: monitoring === 'always',
  }
}

/** The same from the bare words of a command line that makes no sense as a whole. */
function guessedStyle(argv: readonly string[], command: Command | undefined): DescribeOptions {
  const end = argv.indexOf('--')
  const line = ` ${argv.slice(0, end === -1 ? undefined : end).join(' ')} `
  const monitoring = command?.monitoring
  return {
    json: / (-o|--output)[ =]?json /.test(line),
    monitoring:
      monitoring === 'always' || (monitoring !== undefined && new RegExp(` --${monitoring.flag}(=true)? `).test(line)),
    plugin: monitoring === 'always',
  }
}
