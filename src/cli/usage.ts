import { CliError } from '../errors/cli-error.ts'
import { nearest } from '../errors/nearest.ts'
import type { Command } from './command.ts'

/** How the program is called, as kubectl's users type it. */
export const PROGRAM = 'kubectl cnpg'

/** `kubectl cnpg status CLUSTER [flags]`; `path` are the words that name the command. */
export function usageLine(path: readonly string[], command?: Command): string {
  const words = [PROGRAM, ...path]
  if (command === undefined) return [...words, 'COMMAND', '[flags]'].join(' ')
  if (command.run === undefined) return [...words, 'COMMAND', '[flags]'].join(' ')
  for (const argument of command.args) {
    const name = argument.variadic === true ? `${argument.name}...` : argument.name
    words.push(argument.required ? name : `[${name}]`)
  }
  words.push('[flags]')
  if (command.passThrough !== undefined) words.push(`[-- ${command.passThrough.name}...]`)
  return words.join(' ')
}

/** A mistake in the command line: one sentence, the usage line, and what was probably meant. */
export function usageError(message: string, usage: string, hint?: string): CliError {
  return new CliError({ kind: 'usage', message, usage, ...(hint === undefined ? {} : { hint }) })
}

/** The hint that names the candidate nearest to a mistyped word, or where to read on. */
export function nearestHint(word: string, candidates: readonly string[], otherwise: string): string {
  const meant = nearest(word, candidates)
  return meant === undefined ? otherwise : `Did you mean "${meant}"?`
}
