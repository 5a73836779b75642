import type { Command } from '../cli/command.ts'

/** A verb that does nothing by itself: its subcommands do. */
export function parentCommand(
  own: Pick<Command, 'name' | 'group' | 'summary' | 'description' | 'subcommands'>,
): Command {
  return { ...own, args: [], options: [], examples: [], rights: [], changes: false, exitCodes: [] }
}
