import type { Command, CommandEntry } from '../cli/command.ts'

/** A command that does something, and its whole name. */
export interface NamedCommand {
  /** With its verb, e.g. `fencing on`. */
  path: string
  command: Command
}

/** Every command of a table that does something, subverbs by their whole name, in the order of their names; none that is hidden. */
export async function allCommands(
  entries: readonly CommandEntry[],
  above: readonly string[] = [],
): Promise<NamedCommand[]> {
  const found: NamedCommand[] = []
  for (const entry of [...entries].sort((a, b) => a.name.localeCompare(b.name))) {
    if (entry.hidden) continue
    const command = await entry.load()
    const path = [...above, entry.name]
    if (command.run) found.push({ path: path.join(' '), command })
    found.push(...(await allCommands(command.subcommands ?? [], path)))
  }
  return found
}
