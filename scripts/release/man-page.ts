import type { Command, CommandEntry, Example, OptionSpec } from '../../src/cli/command.ts'
import { GLOBAL_FLAGS } from '../../src/cli/flags.ts'
import { usageLine } from '../../src/cli/usage.ts'
import { commands } from '../../src/commands/index.ts'

/** The man page (section 1) of the whole program, from its commands; `epoch` is its date in seconds since 1970. */
export async function manPage(version: string, epoch: number): Promise<string> {
  const date = new Date(epoch * 1000).toISOString().slice(0, 10)
  return [
    `.TH KUBECTL\\-CNPG 1 ${quoted(date)} ${quoted(`kubectl-cnpg ${version}`)} ${quoted('CloudNativePG')}`,
    '.SH NAME',
    `kubectl\\-cnpg, kubectl_complete\\-cnpg \\- ${text('show and manage CloudNativePG clusters (PostgreSQL on Kubernetes)')}`,
    '.SH SYNOPSIS',
    `.B kubectl cnpg\n.I COMMAND\n${text('[arguments] [flags]')}`,
    '.SH DESCRIPTION',
    text(
      'A plugin of kubectl: where this program is on PATH, it is called as kubectl cnpg. Its connection flags are those of kubectl, and so are the kubeconfig and the rights it needs.',
    ),
    '.SH COMMANDS',
    ...(await commandSections(commands, [])),
    '.SH GLOBAL FLAGS',
    text('They stand before or behind every command.'),
    ...GLOBAL_FLAGS.flatMap(({ flags }) => flags.map(flag)),
    '.SH ENVIRONMENT',
    term('KUBECONFIG', 'Files with the clusters and users, as for kubectl.'),
    term(
      'HTTPS_PROXY, HTTP_PROXY, NO_PROXY',
      'The proxy to the API server, as for kubectl; proxy-url of the kubeconfig wins.',
    ),
    term('NO_COLOR', 'When set, nothing is coloured.'),
    '.SH EXIT STATUS',
    term('0', 'Done.'),
    term('1', 'Failed, refused, or declined.'),
    term('2', 'The command line is wrong.'),
    term('124', 'It took too long.'),
    term('128+n', 'Ended by signal n.'),
    text('Commands with other codes name them above.'),
    '.SH SEE ALSO',
    '.BR kubectl (1),\n.BR psql (1)',
    '',
  ].join('\n')
}

async function commandSections(entries: readonly CommandEntry[], above: readonly string[]): Promise<string[]> {
  const sections: string[] = []
  for (const entry of [...entries].sort((a, b) => (a.name < b.name ? -1 : 1))) {
    if (entry.hidden === true) continue
    const command = await entry.load()
    const path = [...above, entry.name]
    if (command.run !== undefined) sections.push(section(path, command))
    sections.push(...(await commandSections(command.subcommands ?? [], path)))
  }
  return sections
}

function section(path: readonly string[], command: Command): string {
  const codes = command.exitCodes.map(({ code, meaning }) => term(String(code), meaning))
  return [
    `.SS ${quoted(usageLine(path, command))}`,
    text(command.description ?? `${command.summary}.`),
    ...command.options.filter(({ hidden }) => hidden !== true).map(flag),
    ...command.examples.map(example),
    ...(codes.length === 0 ? [] : ['.PP', 'Exit status:', ...codes]),
  ].join('\n')
}

function flag(option: OptionSpec): string {
  const value = option.value ?? option.choices?.join('|') ?? option.type.toUpperCase()
  const short = option.short === undefined ? '' : `-${option.short}, `
  const bare = option.type === 'boolean' || option.type === 'count'
  const shown = bare ? '' : option.type === 'optional-string' ? `[=${value}]` : ` ${value}`
  return term(`${short}--${option.name}${shown}`, option.summary)
}

function example({ summary, line }: Example): string {
  return ['.PP', `${text(summary)}:`, '.RS', '.EX', text(`kubectl cnpg ${line}`), '.EE', '.RE'].join('\n')
}

function term(name: string, meaning: string): string {
  return `.TP\n.B ${quoted(name)}\n${text(meaning)}`
}

/** An argument of a macro. */
function quoted(words: string): string {
  return `"${escaped(words).replaceAll('"', '""')}"`
}

/** A line of text; dots and quotes at its start would be taken for requests. */
function text(words: string): string {
  return escaped(words)
    .split('\n')
    .map((line) => (/^[.']/.test(line) ? `\\&${line}` : line))
    .join('\n.br\n')
}

function escaped(words: string): string {
  return words.replaceAll('\\', '\\e').replaceAll('-', '\\-')
}
