import type { Command, Right } from '../../src/cli/command.ts'
import { allCommands } from '../../src/commands/all-commands.ts'
import { commands } from '../../src/commands/index.ts'
import { findingsTable, thresholdsTable } from '../../src/model/rules/docs.ts'

/** What each command does, and whether it changes something. */
async function commandsTable(): Promise<string> {
  const rows = (await allCommands(commands)).map(({ path, command }) => [
    `\`${[path, ...command.args.map(argument)].join(' ')}\``,
    command.summary,
    command.changes ? 'yes' : '',
  ])
  return markdown(['Command', 'What it does', 'Changes the cluster'], rows)
}

function argument(spec: Command['args'][number]): string {
  const name = spec.variadic ? `${spec.name}...` : spec.name
  return spec.required ? name : `[${name}]`
}

/** The Kubernetes rights of each command, in the words of a Role. */
async function rightsTable(): Promise<string> {
  const rows = (await allCommands(commands)).flatMap(({ path, command }) =>
    command.rights.map((right) => [
      `\`${path}\``,
      resource(right),
      right.verbs.join(', '),
      right.without ?? 'it fails',
    ]),
  )
  return markdown(['Command', 'Resource', 'Verbs', 'Without it'], rows)
}

function resource({ group, resource, clusterScope }: Right): string {
  return `\`${resource}${group === '' ? '' : `.${group}`}\`${clusterScope ? ' (cluster scope)' : ''}`
}

/** The README's tables by the name in their marker. */
export async function tables(): Promise<Record<string, string>> {
  return {
    commands: await commandsTable(),
    rights: await rightsTable(),
    findings: findingsTable(),
    thresholds: thresholdsTable(),
  }
}

/** The text with what stands between `<!-- table: NAME -->` and `<!-- end -->` replaced; throws for an unknown name. */
export function withTables(text: string, byName: Readonly<Record<string, string>>): string {
  return text.replace(
    /(<!-- table: (\w+) -->\n)[^]*?(<!-- end -->)/g,
    (_all, start: string, name: string, end: string) => {
      const table = byName[name]
      if (table === undefined) throw new Error(`README.md asks for an unknown table: ${name}`)
      return `${start}\n${table}\n${end}`
    },
  )
}

function markdown(titles: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map((text) => text.replaceAll('|', '\\|')).join(' | ')} |\n`
  return line(titles) + line(titles.map(() => '---')) + rows.map(line).join('')
}
