import type { Context, OptionSpec, OptionValues } from '../../cli/command.ts'
import { CliError } from '../../errors/cli-error.ts'
import type { Wanted } from '../../model/logs/filter.ts'
import { LEVELS, type Level } from '../../model/logs/level.ts'
import { readPattern } from '../../model/logs/pattern.ts'
import { lastKeyOf, momentKey } from '../../model/logs/time-key.ts'
import { logStyle } from '../../render/logs/style.ts'
import type { Form } from './pipeline.ts'

/** Lines held for sorting when nothing else is asked for, as in the official plugin. */
const GROUP_SIZE = 1000
const LARGEST_GROUP = 1_000_000

/** Those that instances write most, PostgreSQL's own first; plugins bring others. */
const LOGGERS = [
  'postgres',
  'instance-manager',
  'wal-archive',
  'wal-restore',
  'pg_basebackup',
  'pg_rewind',
  'pg_controldata',
  'pg_ctl',
  'pgaudit',
  'roles_reconciler',
]

/** What both commands filter by. */
export const filterOptions: readonly OptionSpec[] = [
  {
    name: 'pods',
    type: 'list',
    value: 'POD',
    summary: 'Only lines of these pods; a list with commas, or repeated',
    completer: 'instance',
  },
  {
    name: 'loggers',
    type: 'list',
    value: 'LOGGER',
    suggestions: LOGGERS,
    summary: 'Only records of these loggers, e.g. postgres,wal-archive',
  },
  {
    name: 'min-level',
    type: 'choice',
    value: 'LEVEL',
    choices: LEVELS,
    instead: { warn: 'Did you mean "warning"?' },
    summary: 'Hide what is less severe; lines without a level are shown',
  },
  {
    name: 'since',
    type: 'string',
    value: 'TIME',
    summary: 'Only from this time on: 15m, 2d, 2026-11-23T06:00:00Z, or "2026-11-23 06:00" (UTC)',
  },
  { name: 'until', type: 'string', value: 'TIME', summary: 'Only up to this time, written in the same way' },
  {
    name: 'grep',
    type: 'string',
    value: 'REGEXP',
    summary: 'Only records with a match in one of their texts; (?i) in front ignores case',
  },
]

/** What both commands write. */
export const textOptions: readonly OptionSpec[] = [
  {
    name: 'sorting-group-size',
    type: 'integer',
    value: 'LINES',
    default: GROUP_SIZE,
    summary: 'How many lines are held to be sorted by time; 0 is none',
  },
  {
    name: 'verbosity',
    short: 'v',
    type: 'count',
    summary: 'Show texts in full; twice: all other members of the records, too',
  },
]

/** Reads the filters. Throws CliError of kind usage for a time or a pattern that cannot be read. */
export function wantedOf(options: OptionValues, now: Date): Wanted {
  const minLevel = options['min-level'] as Level | undefined
  const since = moment('since', options, now)
  const until = moment('until', options, now)
  const grep = pattern(options['grep'] as string | undefined)
  return {
    pods: splitNames(options['pods']),
    loggers: splitNames(options['loggers']),
    ...(minLevel === undefined ? {} : { minLevel }),
    ...(since === undefined ? {} : { since }),
    ...(until === undefined ? {} : { until: lastKeyOf(until) }),
    ...(grep === undefined ? {} : { grep }),
  }
}

/** The form that `--format` and `-v` ask for. */
export async function formOf(
  format: 'text' | 'json',
  options: OptionValues,
  context: Context,
  plain = false,
): Promise<Form> {
  if (format === 'json') return { kind: 'json' }
  const painter = plain
    ? { enabled: false, paint: (_tone: unknown, text: string) => text }
    : await context.painter('stdout')
  return { kind: 'text', style: logStyle(options['verbosity'] as number, painter) }
}

/** The number of lines to sort. Throws CliError of kind usage when it makes no sense. */
export function groupSizeOf(options: OptionValues): number {
  const size = options['sorting-group-size'] as number
  if (size >= 0 && size <= LARGEST_GROUP) return size
  throw new CliError({
    kind: 'usage',
    message: `invalid value "${size}" for --sorting-group-size: it takes a number of lines from 0 to ${LARGEST_GROUP}`,
  })
}

/** A list whose values may themselves be lists with commas. */
export function splitNames(values: OptionValues[string]): readonly string[] {
  const words = (values as readonly string[]).flatMap((value) => value.split(','))
  return words.map((word) => word.trim()).filter((word) => word !== '')
}

function moment(name: 'since' | 'until', options: OptionValues, now: Date): string | undefined {
  const text = options[name] as string | undefined
  if (text === undefined) return undefined
  const key = momentKey(text, now)
  if (key !== undefined) return key
  throw new CliError({
    kind: 'usage',
    message: `invalid value "${text}" for --${name}: it takes a time or a duration back from now`,
    hint: `For example: --${name} 15m, --${name} 2026-11-23T06:00:00Z, --${name} "2026-11-23 06:00" (UTC).`,
  })
}

function pattern(text: string | undefined): RegExp | undefined {
  if (text === undefined) return undefined
  try {
    return readPattern(text)
  } catch (error) {
    const why = (error as Error).message.replace(/^Invalid regular expression: .*\/[a-z]*: /, '')
    throw new CliError({
      kind: 'usage',
      message: `invalid value "${text}" for --grep: it is no regular expression (${why})`,
      hint: 'A backslash in front takes the meaning of a character away, e.g. "\\(".',
    })
  }
}
