import type { OptionSpec } from '../../cli/command.ts'
import { RULES } from '../../model/rules/table.ts'
import { findingOptions } from '../finding-options.ts'
import { instanceTimeoutOption } from '../instance-timeout.ts'
import { selectionOptions } from '../status/selection.ts'

/** How long a whole check may take unless told otherwise, in milliseconds. */
export const TIMEOUT_MS = 10_000

/** Forms of the output. */
export type CheckForm = 'nagios' | 'json' | 'prometheus' | 'junit'

const FORMS: readonly CheckForm[] = ['nagios', 'json', 'prometheus', 'junit']

const STATE = 'Between runs'
const PRINT = 'To have it run'

const THRESHOLDS = new Set(RULES.flatMap(({ threshold }) => threshold?.flag ?? []))

/** Flags of findings; the thresholds have no default, so that a given one is told from those of a file or an annotation. */
const judgingOptions: readonly OptionSpec[] = findingOptions.map((option) => {
  if (!THRESHOLDS.has(option.name)) return option
  const { default: standard, ...rest } = option
  return { ...rest, summary: `${rest.summary} (default ${String(standard)})` }
})

export const checkOptions: readonly OptionSpec[] = [
  ...selectionOptions,
  {
    name: 'output',
    short: 'o',
    type: 'choice',
    value: 'FORMAT',
    choices: FORMS,
    default: 'nagios',
    summary: 'Form of the output',
  },
  instanceTimeoutOption,
  {
    name: 'via',
    type: 'choice',
    value: 'WAY',
    choices: ['proxy', 'exec', 'sql'],
    summary: 'Reach the instances by this way only',
  },
  {
    name: 'from',
    type: 'string',
    value: 'FILE',
    completer: 'file',
    summary: 'Check what status --save wrote instead of asking a cluster; - is stdin',
  },
  {
    name: 'textfile',
    type: 'string',
    value: 'FILE',
    completer: 'file',
    summary:
      "Write the metrics for Prometheus to this file as well, whole or not at all, for node_exporter's collector",
  },
  {
    name: 'config',
    type: 'string',
    value: 'FILE',
    completer: 'file',
    summary: 'Read thresholds and more from this YAML file; flags go over it, annotations of a Cluster over both',
  },
  {
    name: 'ack',
    type: 'list',
    value: 'ID=UNTIL',
    completer: 'finding-until',
    summary: 'Do not count this finding until a day or a moment, e.g. replica-lag=2026-12-01; repeatable',
  },
  {
    name: 'state',
    type: 'string',
    value: 'FILE',
    completer: 'file',
    section: STATE,
    summary: 'Remember this run in a file, and tell what has changed since the last one',
  },
  {
    name: 'for',
    type: 'integer',
    value: 'RUNS',
    section: STATE,
    summary: 'Count a finding only when it was seen in so many runs one after the other; needs --state',
  },
  {
    name: 'quiet-repeat',
    type: 'optional-string',
    value: 'DURATION',
    section: STATE,
    summary: 'Print nothing while all is as it was told last, or only after this time again; needs --state',
  },
  {
    name: 'on-change',
    type: 'string',
    value: 'COMMAND',
    completer: 'program',
    section: STATE,
    summary: 'Run this with the shell when something has changed, with all of it as JSON on its stdin; needs --state',
  },
  {
    name: 'lock',
    type: 'string',
    value: 'FILE',
    completer: 'file',
    section: STATE,
    summary: 'Let one run at a time have this file; another one is UNKNOWN at once',
  },
  {
    name: 'print',
    type: 'choice',
    value: 'WHAT',
    choices: ['cronjob', 'systemd', 'icinga', 'nagios', 'config'],
    section: PRINT,
    summary: 'Print what runs this check regularly, with the flags given here, or an example for --config',
  },
  {
    name: 'every',
    type: 'duration',
    value: 'DURATION',
    default: 300_000,
    section: PRINT,
    summary: 'How often it is to run',
  },
  {
    name: 'image',
    type: 'string',
    value: 'IMAGE',
    section: PRINT,
    summary: 'Image that holds kubectl-cnpg, for --print cronjob',
  },
  ...judgingOptions,
]

/** Flags that are about printing and no part of what is printed. */
export const PRINT_FLAGS: readonly string[] = ['print', 'every', 'image', 'from']
