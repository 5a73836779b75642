import type { InstanceWay } from '../../api/part.ts'
import type { Tone } from '../../host/types.ts'
import type {
  CommandRights,
  DoctorItem,
  DoctorReport,
  InstanceReach,
  MissingRule,
  Standing,
  WayState,
} from '../../model/doctor/report.ts'
import { cell, note, pairs, section, table, type Block, type Cell, type Document, type Section } from '../document.ts'

const TONES: Record<Standing, Tone> = { good: 'good', note: 'warn', bad: 'bad', unknown: 'warn' }

/** What doctor shows: the connection, the commands with the rules that are missing, and the ways to the instances. */
export function doctorView({ items, commands, namespace, instances }: DoctorReport): Document {
  return {
    sections: [
      section(cell('Connection', 'title'), connection(items), ...items.flatMap(hints)),
      ...(commands === null ? [] : [rights(commands, namespace)]),
      ...(instances === null || instances.length === 0 ? [] : [reach(instances)]),
    ],
  }
}

function connection(items: readonly DoctorItem[]): Block {
  return pairs(
    items.map(({ subject, standing, text }) => [`${subject}:`, cell(`${MARKS[standing]}${text}`, TONES[standing])]),
  )
}

/** Without colours the standing is in the words. */
const MARKS: Record<Standing, string> = { good: '', note: 'note: ', bad: 'bad: ', unknown: 'not known: ' }

function hints({ hint, subject }: DoctorItem): Block[] {
  return hint === null
    ? []
    : hint.split('\n').map((line, index) => note(index === 0 ? `${subject}: ${line}` : line, 'note'))
}

const VERDICTS: Record<CommandRights['verdict'], Cell> = {
  all: cell('yes', 'good'),
  less: cell('yes, but', 'warn'),
  no: cell('no', 'bad'),
  unknown: cell('unknown', 'warn'),
}

interface RightsRow {
  command: string | null
  verdict: CommandRights['verdict'] | null
  rule: MissingRule | null
}

/** A row per missing rule; a command that lacks none has one row. */
function rights(commands: readonly CommandRights[], namespace: string | null): Section {
  const rows = commands.flatMap(({ command, verdict, missing }): RightsRow[] =>
    missing.length === 0
      ? [{ command, verdict, rule: null }]
      : missing.map((rule, index) => ({
          command: index === 0 ? command : null,
          verdict: index === 0 ? verdict : null,
          rule,
        })),
  )
  const where = namespace === null ? 'all namespaces' : `namespace ${namespace}`
  return section(
    cell(`Commands in ${where}`, 'title'),
    table(
      [
        { title: 'Command', cell: (row) => blank(row.command) },
        { title: 'Works', cell: (row) => (row.verdict === null ? blank(null) : VERDICTS[row.verdict]) },
        { title: 'Missing right', cell: ({ rule }) => blank(rule === null ? null : ruleText(rule)) },
        { title: 'Without it', cell: ({ rule }) => blank(rule === null ? null : (rule.without ?? 'it does not work')) },
      ],
      rows,
    ),
    commands.some(({ missing }) => missing.length > 0) &&
      note('The role that would grant them: kubectl cnpg doctor -o yaml --for COMMAND,…', 'note'),
  )
}

function blank(text: string | null): Cell {
  return { text: text ?? '', tone: 'plain' }
}

function ruleText({ group, resource, verbs, clusterScope }: MissingRule): string {
  return `${verbs.join(', ')} ${resource}${group === '' ? '' : `.${group}`}${clusterScope ? ' (cluster)' : ''}`
}

function reach(instances: readonly InstanceReach[]): Section {
  const several = new Set(instances.map(({ cluster }) => cluster)).size > 1
  const way = (name: InstanceWay) => ({
    title: name,
    cell: ({ ways, notAsked }: InstanceReach) => (notAsked === null ? wayCell(ways[name]) : cell('not tried', 'warn')),
  })
  const reasons = instances.flatMap(({ instance, ways, notAsked }) => {
    if (notAsked !== null) return [[cell(instance), cell(''), cell(notAsked)]]
    return Object.entries(ways).flatMap(([name, { works, reason }]) =>
      works ? [] : [[cell(instance), cell(name), cell(reason)]],
    )
  })
  return section(
    cell('Ways to the instances', 'title'),
    table(
      [
        ...(several ? [{ title: 'Cluster', cell: ({ cluster }: InstanceReach) => cell(cluster) }] : []),
        { title: 'Instance', cell: ({ instance }) => cell(instance) },
        way('proxy'),
        way('exec'),
        way('sql'),
      ],
      instances,
    ),
    reasons.length > 0 && { kind: 'list', rows: reasons },
  )
}

function wayCell({ works, forbidden }: WayState): Cell {
  if (works) return cell('works', 'good')
  return forbidden ? cell('not permitted', 'warn') : cell('fails', 'bad')
}
