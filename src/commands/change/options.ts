import type { OptionSpec, OptionValues } from '../../cli/command.ts'
import { outputOption } from '../output-options.ts'

/** How long the proof of a change is waited for, in milliseconds. */
const WAIT_MS = 600_000

/** The flags that all changes share; every changing command puts them after its own. */
export const changeOptions: readonly OptionSpec[] = [
  {
    name: 'dry-run',
    type: 'optional-string',
    value: 'MODE',
    choices: ['none', 'client', 'server'],
    summary: 'Only show what would be done; =server lets the API server check the requests, too',
  },
  { name: 'yes', short: 'y', type: 'boolean', summary: 'Do not ask' },
  { name: 'confirm', type: 'boolean', summary: 'Ask in any case; fails without a terminal' },
  { name: 'force', type: 'boolean', summary: 'Go on where a check advises against it' },
  { name: 'wait', type: 'boolean', default: true, summary: 'Wait until the outcome is proved' },
  { name: 'no-wait', type: 'boolean', summary: 'Return once the request was accepted' },
  {
    name: 'timeout',
    short: 't',
    type: 'duration',
    value: 'DURATION',
    default: WAIT_MS,
    summary: 'How long to wait for the proof; 0 is no limit',
  },
  { ...outputOption(['text', 'json', 'yaml']), summary: 'Form of the outcome; with --dry-run of the requests' },
]

/**
 * The shared flags of a command that creates something which takes its time: it returns once the request was accepted
 * unless `--wait` is given. `-t` is left to the command.
 *
 * @param waitMs default of `--timeout` in milliseconds
 */
export function creatingOptions(waitMs: number): readonly OptionSpec[] {
  return changeOptions.map((option): OptionSpec => {
    switch (option.name) {
      case 'wait':
        return { ...option, default: false, summary: 'Follow it to its end, and exit by its outcome' }
      case 'no-wait':
        return { ...option, summary: 'Return once the request was accepted, as without --wait' }
      case 'timeout': {
        const { short: _, ...rest } = option
        return { ...rest, default: waitMs, summary: 'How long --wait follows it; 0 is no limit' }
      }
      case 'dry-run':
        return { ...option, summary: 'Only print the manifest; =server lets the API server check it, too' }
      case 'output':
        return { ...option, summary: 'Form of the outcome; with --dry-run of the manifest' }
      default:
        return option
    }
  })
}

/** What the shared flags say. */
export interface ChangeSettings {
  /** `client`: nothing is sent; `server`: sent with dryRun=All. */
  dryRun: 'none' | 'client' | 'server'
  yes: boolean
  confirm: boolean
  force: boolean
  wait: boolean
  /** Limit of the wait in milliseconds; undefined: none. */
  timeoutMs: number | undefined
  output: 'text' | 'json' | 'yaml'
}

/** Reads the shared flags. */
export function changeSettings(options: OptionValues): ChangeSettings {
  const dryRun = options['dry-run']
  const timeout = options['timeout'] as number
  return {
    dryRun: dryRun === true ? 'client' : ((dryRun as ChangeSettings['dryRun'] | undefined) ?? 'none'),
    yes: options['yes'] === true,
    confirm: options['confirm'] === true,
    force: options['force'] === true,
    wait: options['wait'] !== false && options['no-wait'] !== true,
    timeoutMs: timeout === 0 ? undefined : timeout,
    output: options['output'] as ChangeSettings['output'],
  }
}
