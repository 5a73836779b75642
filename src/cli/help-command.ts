import type { Command, CommandEntry } from './command.ts'
import { commandHelp, rootHelp } from './help.ts'
import { findCommand } from './resolve.ts'

/** The row of `help`, which explains the commands of `entries` and itself. */
export function helpEntry(entries: () => readonly CommandEntry[]): CommandEntry {
  const row = { name: 'help', group: 'Additional Commands', summary: 'Explain a command' } as const
  const command: Command = {
    ...row,
    description: 'Explains the program or one of its commands. Asks no server and reads no kubeconfig.',
    args: [
      { name: 'COMMAND', summary: 'The command to explain', required: false, variadic: true, completer: 'command' },
    ],
    options: [],
    examples: [
      { summary: 'What status shows and which flags it takes', line: 'help status' },
      { summary: 'A command below another one', line: 'help fencing on' },
    ],
    rights: [],
    changes: false,
    exitCodes: [
      { code: 0, meaning: 'the help was printed' },
      { code: 2, meaning: 'there is no such command' },
    ],
    async run({ args }, { host }) {
      const words = (args['COMMAND'] ?? []) as readonly string[]
      const topic = await findCommand(words, entries())
      const { columns } = host.stdout
      await host.stdout.write(topic === undefined ? rootHelp(entries(), columns) : commandHelp(words, topic, columns))
      return 0
    },
  }
  return { ...row, load: async () => command }
}
