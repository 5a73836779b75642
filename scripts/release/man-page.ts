import type { Command, CommandEntry, Example, OptionSpec } from '../../src/cli/command.ts'
import { GLOBAL_FLAGS, ownFlags } from '../../src/cli/flags.ts'
import { usageLine } from '../../src/cli/usage.ts'
import { verbs } from '../../src/cli/interpret.ts'

const ENVIRONMENT: readonly (readonly [names: string, meaning: string])[] = [
  ['KUBECONFIG', 'Files with the clusters and users, as for kubectl.'],
  [
    'HTTPS_PROXY, HTTP_PROXY, NO_PROXY',
    'The proxy to the API server, as for kubectl; proxy-url of the kubeconfig wins.',
  ],
  [
    'CNPG_READ_ONLY',
    'Where it is set, but to 0 or false, every change is refused before anything is asked of the server.',
  ],
  ['PGPASSWORD', 'The password of connect and sql where a role is named, instead of the one in its secret.'],
  ['NO_COLOR', 'When set, nothing is coloured. The flag --color goes over it.'],
  ['TERM', 'With dumb nothing is coloured or drawn anew.'],
  ['LC_ALL, LC_CTYPE, LANG', 'Whether the terminal shows more than ASCII.'],
  [
    'KUBERNETES_SERVICE_HOST, KUBERNETES_SERVICE_PORT, POD_NAMESPACE',
    'The API server and the namespace in a pod where there is no kubeconfig.',
  ],
  ['KUBERNETES_MASTER', 'The API server where neither kubeconfig nor pod names one.'],
  [
    'KUBECTL_CNPG_COMPLETION_DESCRIPTIONS, COBRA_COMPLETION_DESCRIPTIONS',
    'With false, completion offers the bare words.',
  ],
  ['XDG_CACHE_HOME', 'Where the program keeps its compiled code when it runs on Node.'],
]

const FILES: readonly (readonly [path: string, meaning: string])[] = [
  [
    '~/.kube/config',
    'Clusters and users where neither --kubeconfig nor KUBECONFIG names a file. It is written only to keep OIDC tokens that were refreshed, as kubectl does.',
  ],
  ['/var/run/secrets/kubernetes.io/serviceaccount', 'Token, CA and namespace in a pod where there is no kubeconfig.'],
  ['~/.cache/kubectl-cnpg', 'Compiled code when it runs on Node; the executable does without.'],
]

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
    ...(await commandSections(verbs, [])),
    '.SH GLOBAL FLAGS',
    text('They stand before or behind every command.'),
    ...GLOBAL_FLAGS.flatMap(({ flags }) => flags.map(flag)),
    '.SH ENVIRONMENT',
    ...ENVIRONMENT.map(([names, meaning]) => term(names, meaning)),
    '.SH FILES',
    ...FILES.map(([path, meaning]) => term(path, meaning)),
    '.SH EXIT STATUS',
    term('0', 'Done.'),
    term('1', 'Failed, refused, or declined.'),
    term('2', 'The command line is wrong.'),
    term('124', 'It took too long.'),
    term('128+n', 'Ended by signal n.'),
    '.PP',
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
    ...command.args.map(({ name, summary }) => term(name, `${summary}.`)),
    ...ownFlags(command)
      .filter(({ hidden }) => hidden !== true)
      .map(flag),
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
  return [
    '.PP',
    `${text(/[.?]$/.test(summary) ? summary : `${summary}:`)}`,
    '.RS',
    '.EX',
    text(`kubectl cnpg ${line}`),
    '.EE',
    '.RE',
  ].join('\n')
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
