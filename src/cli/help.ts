import { Help } from 'commander'
import type { Command, CommandEntry, CommandGroup, OptionSpec } from './command.ts'
import { formatDuration } from '../api/duration.ts'
import { GLOBAL_FLAGS, ownFlags } from './flags.ts'
import { PROGRAM, usageLine } from './usage.ts'

/** One line of a list in the help: a term and what it means. */
interface Item {
  term: string
  meaning: string
}

interface Section {
  heading: string
  items: readonly Item[]
}

const MIN_WIDTH = 40
const PIPE_WIDTH = 80
const MAX_WIDTH = 120
/** A meaning with less room than this beside its term goes under it. */
const MIN_MEANING = 28

const GROUPS: readonly CommandGroup[] = [
  'Operator-level administration',
  'Troubleshooting',
  'Cluster administration',
  'Database administration',
  'Miscellaneous',
  'Additional Commands',
]

/** The help of the whole program; `columns` of the terminal, undefined elsewhere. */
export function rootHelp(entries: readonly CommandEntry[], columns: number | undefined): string {
  const page = new Page(columns)
  page.text('Shows and manages CloudNativePG clusters: PostgreSQL on Kubernetes.')
  page.usage(usageLine([]))
  page.sections(
    GROUPS.map((group) => ({ heading: group, items: commandItems(entries.filter((row) => row.group === group)) })),
  )
  page.text(`Run ${PROGRAM} COMMAND --help for the arguments, flags and examples of one command.`)
  for (const { heading, flags, compact } of GLOBAL_FLAGS) {
    const items = flagItems(flags)
    if (compact === true)
      page.words(
        heading,
        items.map((item) => item.term.trim()),
      )
    else page.sections([{ heading, items }])
  }
  return page.toString()
}

/** The help of one command; `path` are the words that name it. */
export function commandHelp(path: readonly string[], command: Command, columns: number | undefined): string {
  const page = new Page(columns)
  page.text(command.description ?? `${command.summary}.`)
  page.usage(usageLine(path, command))
  const subverbs = command.subcommands ?? []
  const flags = command.run === undefined ? [] : ownFlags(command)
  const args = command.passThrough === undefined ? command.args : [...command.args, command.passThrough]
  page.sections([{ heading: 'Commands', items: commandItems(subverbs) }])
  page.sections([{ heading: 'Arguments', items: args.map((spec) => ({ term: spec.name, meaning: spec.summary })) }])
  for (const section of flagSections(flags, command.defaultTimeoutMs)) page.sections([section])
  for (const example of command.examples) page.example(example.summary, `${PROGRAM} ${example.line}`)
  const codes = command.exitCodes.map((exit) => ({ term: String(exit.code), meaning: exit.meaning }))
  page.sections([{ heading: 'Exit codes', items: codes }])
  page.text(`Connection, colour and logging flags are the same for every command: ${PROGRAM} --help lists them.`)
  return page.toString()
}

function commandItems(entries: readonly CommandEntry[]): Item[] {
  return entries
    .filter((entry) => entry.hidden !== true)
    .toSorted((left, right) => (left.name < right.name ? -1 : 1))
    .map((entry) => ({ term: entry.name, meaning: entry.summary }))
}

/** The flags, then those that stand apart under their own headings. */
function flagSections(flags: readonly OptionSpec[], timeoutMs: number | undefined): Section[] {
  const headings = [...new Set(flags.flatMap(({ section }) => section ?? []))]
  return [undefined, ...headings].map((section) => {
    const members = flags.filter((flag) => flag.section === section)
    return { heading: section ?? 'Flags', items: flagItems(members, timeoutMs) }
  })
}

function flagItems(flags: readonly OptionSpec[], timeoutMs?: number): Item[] {
  return flags
    .filter((flag) => flag.hidden !== true)
    .map((flag) => ({ term: flagTerm(flag), meaning: flag.summary + flagFacts(flag, timeoutMs) }))
}

function flagTerm(flag: OptionSpec): string {
  const value = flag.value ?? flag.choices?.join('|') ?? flag.type.toUpperCase()
  const short = flag.short === undefined ? '    ' : `-${flag.short}, `
  switch (flag.type) {
    case 'boolean':
    case 'count':
      return `${short}--${flag.name}`
    case 'optional-string':
      return `${short}--${flag.name}[=${value}]`
    default:
      return `${short}--${flag.name} ${value}`
  }
}

function flagFacts(flag: OptionSpec, timeoutMs: number | undefined): string {
  const facts: string[] = []
  if (flag.required === true) facts.push('required')
  if (flag.value !== undefined && flag.choices !== undefined) facts.push(`one of ${flag.choices.join(', ')}`)
  const standard = flag.name === 'timeout' ? (flag.default ?? timeoutMs) : flag.default
  if (standard !== undefined && standard !== false) {
    const text = flag.type === 'duration' && typeof standard === 'number' ? formatDuration(standard) : standard
    facts.push(`default ${text}`)
  }
  return facts.length === 0 ? '' : ` (${facts.join('; ')})`
}

/** A help page being written, wrapped to its width. */
class Page {
  private readonly width: number
  private readonly help = new Help()
  private readonly blocks: string[] = []

  constructor(columns: number | undefined) {
    this.width = Math.min(Math.max(columns ?? PIPE_WIDTH, MIN_WIDTH), MAX_WIDTH)
    this.help.minWidthToWrap = 0
  }

  text(paragraph: string): void {
    this.blocks.push(this.help.boxWrap(paragraph, this.width))
  }

  usage(line: string): void {
    this.blocks.push(`Usage:\n  ${line}`)
  }

  example(summary: string, line: string): void {
    const heading = this.blocks.some((block) => block.startsWith('Examples\n')) ? '' : 'Examples\n'
    this.blocks.push(`${heading}${this.indent(summary, '  # ')}\n  ${line}`)
  }

  /** Lists of terms and their meanings, with the meanings of all these lists in one column. */
  sections(sections: readonly Section[]): void {
    const shown = sections.filter((section) => section.items.length > 0)
    const column = Math.max(0, ...shown.flatMap(({ items }) => items.map((item) => item.term.length))) + 4
    for (const { heading, items } of shown) {
      this.blocks.push([heading, ...items.map((item) => this.item(item, column))].join('\n'))
    }
  }

  /** Terms alone, as many in a line as fit. */
  words(heading: string, terms: readonly string[]): void {
    const lines: string[] = []
    for (const term of terms) {
      const longer = `${lines.at(-1) ?? ''}  ${term}`
      if (lines.length > 0 && longer.length <= this.width) lines[lines.length - 1] = longer
      else lines.push(`  ${term}`)
    }
    this.blocks.push([this.help.boxWrap(heading, this.width), ...lines].join('\n'))
  }

  toString(): string {
    return `${this.blocks.join('\n\n')}\n`
  }

  private item({ term, meaning }: Item, column: number): string {
    if (this.width - column < MIN_MEANING) return `  ${term}\n${this.indent(meaning, ' '.repeat(10))}`
    return `  ${term}`.padEnd(column) + this.indent(meaning, ' '.repeat(column)).trimStart()
  }

  private indent(text: string, margin: string): string {
    return margin + this.help.boxWrap(text, this.width - margin.length).replaceAll('\n', `\n${margin}`)
  }
}
